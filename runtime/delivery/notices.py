"""Notices to the team, from one that a block has queued to an e-mail for each user: who is told, how often in an hour, and
what is summed up when the hour is over.

A notice that is queued has no address yet. Sharing it out gives it the address of one user and makes a copy, without a
place in the run, for each other one. What is over the block's number for the hour waits for the next full hour; what has
waited becomes one bundle then, and the first of it the e-mail that tells of them all.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from sqlalchemy import bindparam, func, select

from blocks import read_block
from blocks.actions.notify_team import NotifyTeam
from blocks.phrase import Moment
from blocks.values import moment
from runtime.accounts import users
from runtime.accounts.users import User
from runtime.clock import HOUR, MINUTE, SECOND
from runtime.delivery.channels import IN_NO_HANDS, TEAM
from runtime.delivery.sending.claims import Claimed
from runtime.ledger import Tx
from runtime.ledger.documents import dump_args
from runtime.ledger.lists import among, listed
from runtime.ledger.tables import flow, message, version
from runtime.zones import zone_of

AT_ONCE = 2000
"""Notices of one block that are shared out in one transaction."""
LATER = "notice_waits"
"""The code of those that wait for the hour to be over."""
Blocks = Mapping[str, NotifyTeam]

_QUEUED = message.c.state == "queued"
_OF_BLOCK = (
    message.c.workspace == bindparam("workspace"),
    message.c.flow == bindparam("flow"),
    message.c.block == bindparam("block"),
    message.c.channel == TEAM.name,
    message.c.hop.is_not(None),
)
_LOCK = select(flow.c.id).where(flow.c.id == bindparam("flow")).with_for_update()
_DUE = (
    select(*(message.c[name] for name in ("id", "version", "code", "contact", "event", "run", "queued_at")))
    .where(*_OF_BLOCK, _QUEUED, message.c.address.is_(None), message.c.due_at <= bindparam("now"))
    .order_by(message.c.due_at, message.c.id)
    .limit(AT_ONCE)
)
_WENT = select(func.count()).where(
    *_OF_BLOCK, message.c.address.is_not(None), message.c.bundle.is_(None), message.c.due_at >= bindparam("hour")
)
_READY = select(message.c.id, message.c.address).where(
    among(message.c.id, "ids"), _QUEUED, message.c.address.is_not(None)
)
_THESE = message.update().where(among(message.c.id, "ids"), _QUEUED)
_ONE = (
    message.update()
    .where(message.c.id == bindparam("this"), _QUEUED)
    .values(address=bindparam("to"), due_at=bindparam("now"), code=None, args=None, bundle=bindparam("of"))
)


def blocks_of(tx: Tx, versions: Iterable[int]) -> dict[int, Blocks]:
    """The blocks of these versions that tell the team."""
    found: dict[int, Blocks] = {}
    rows = tx.all(select(version.c.id, version.c.document).where(tx.mine(version), version.c.id.in_(sorted(versions))))
    for row in rows:
        docs = [doc for doc in row.document.get("blocks", ()) if doc["kind"] == "notify_team"]
        found[row.id] = {doc["id"]: block for doc in docs if (block := _read(doc)) is not None}
    return found


def share_out(tx: Tx, claimed: Sequence[Claimed], blocks: Mapping[int, Blocks], now: int, zone: str) -> list[Claimed]:
    """Decide about the notices among these that have no address yet, and whatever else of their blocks is due. What is left
    of `claimed` to be sent; the rest is given back."""
    fresh = [one for one in claimed if one.address is None]
    if not fresh:
        return list(claimed)
    team = users.reachable(tx)
    for flow_id, block in sorted({(one.flow or 0, one.block) for one in fresh}):
        _Sharing(tx, flow_id, block, blocks, team, now, zone).do()
    rows: Sequence[Any] = tx.all(_READY, {"ids": listed(tx, [one.id for one in fresh])})
    addresses = {row.id: row.address for row in rows}
    for one in fresh:
        one.address = addresses.get(one.id)
    return [one for one in claimed if one.address is not None]


class _Sharing:
    """The notices of one block, in one transaction that nobody else shares."""

    def __init__(
        self, tx: Tx, flow_id: int, block: str, blocks: Mapping[int, Blocks], team: Sequence[User], now: int, zone: str
    ) -> None:
        self._tx, self._now, self._zone = tx, now, zone
        self._flow, self._block, self._blocks, self._team = flow_id, block, blocks, team
        self._hour = _hour_of(now, zone)

    def do(self) -> None:
        tx = self._tx
        values = {"workspace": tx.workspace, "flow": self._flow, "block": self._block}
        # Two workers that count at once would both let the last one through.
        tx.all(_LOCK, {"flow": self._flow})
        due: Sequence[Any] = tx.all(_DUE, values | {"now": self._now})
        if not due:
            return
        if missing := {row.version for row in due} - self._blocks.keys():
            self._blocks = {**self._blocks, **blocks_of(tx, missing)}
        most = next((block.most for row in reversed(due) if (block := self._settings(row.version)) is not None), 0)
        waited = [row for row in due if row.code == LATER]
        new = [row for row in due if row.code != LATER]
        if len(waited) > 1:
            self._bundle(waited, most)
        else:
            new = waited + new
        room = most - int(tx.scalar(_WENT, values | {"hour": self._hour}) or 0) if new else 0
        going, over = new[: max(0, room)], new[max(0, room) :]
        for row in going:
            self._address(row)
        if over:
            until = self._hour + HOUR
            args = {"most": most, "until": Moment(moment(until), self._zone)}
            self._change(over, code=LATER, args=dump_args(args), due_at=until, **IN_NO_HANDS)

    def _bundle(self, rows: Sequence[Any], most: int) -> None:
        first, *others = rows
        if self._address(first, bundle=first.id):
            told = {"code": "notice_summed", "args": dump_args({"most": most}), "bundle": first.id}
            self._change(others, state="skipped", done_at=self._now, **told, **IN_NO_HANDS)
        else:
            self._to_nobody(others)

    def _address(self, row: Any, bundle: int | None = None) -> bool:
        """Make an e-mail for each of those who are told. Whether there is anybody."""
        whom = self._whom(row.version)
        if not whom:
            self._to_nobody([row])
            return False
        first, *others = whom
        self._tx.execute(_ONE, {"this": row.id, "to": first, "now": self._now, "of": bundle})
        copy = {
            "flow": self._flow, "version": row.version, "block": self._block, "run": row.run, "hop": None,
            "contact": row.contact, "event": row.event, "channel": TEAM.name, "marketing": False, "test": False,
            "state": "queued", "queued_at": row.queued_at, "due_at": self._now, "tries": 0, "bundle": bundle,
        }  # fmt: skip
        ids = self._tx.reserve(len(others))
        self._tx.insert(message, [{"id": id_, "address": to, **copy} for id_, to in zip(ids, others, strict=True)])
        return True

    def _to_nobody(self, rows: Sequence[Any]) -> None:
        self._change(rows, state="skipped", code="notice_to_nobody", args=None, done_at=self._now, **IN_NO_HANDS)

    def _change(self, rows: Sequence[Any], **values: Any) -> None:
        if rows:
            self._tx.execute(_THESE.values(values), {"ids": listed(self._tx, [row.id for row in rows])})

    def _whom(self, version_id: int) -> list[str]:
        block = self._settings(version_id)
        if block is None:
            return []
        return [one.email for one in self._team if block.to == "everybody" or one.email in block.people]

    def _settings(self, version_id: int) -> NotifyTeam | None:
        return self._blocks.get(version_id, {}).get(self._block)


def _hour_of(now: int, zone: str) -> int:
    """When the hour began in which it is now on the clocks of a zone: half past by UTC, in India."""
    there = moment(now).astimezone(zone_of(zone))
    return now - (there.minute * MINUTE + there.second * SECOND + there.microsecond)


def _read(doc: Mapping[str, Any]) -> NotifyTeam | None:
    try:
        block = read_block(doc["kind"], doc.get("settings", {}))
    except ValidationError:
        return None
    return block if isinstance(block, NotifyTeam) else None
