"""Delivery on paper: the real decision about each message that is due, and what came of it in the ledger; no letter is
written and nobody is written to. For a scratch ledger, in which nobody else delivers: nothing is leased, nothing tallied."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select

from runtime.delivery.channels import CHANNELS, Channel
from runtime.delivery.decision.bounds import Bounds
from runtime.delivery.decision.facts import Shop, look_up, shop_of
from runtime.delivery.sending.book import AS_IT_WAS, Ending, reply_of, tell_runs
from runtime.delivery.sending.claims import Claimed
from runtime.delivery.sending.writer import last_word, verdict
from runtime.house import House
from runtime.ledger import Tx
from runtime.ledger.bulk import update_tuples
from runtime.ledger.documents import dump_args
from runtime.ledger.prepared import Prepared
from runtime.ledger.tables import message

_AT_ONCE = 500
_DUE = Prepared(
    select(message.c.channel, *(message.c[name] for name in Claimed.__slots__))
    .where(
        message.c.workspace == bindparam("workspace"),
        message.c.flow == bindparam("flow"),
        message.c.state == "queued",
        message.c.due_at <= bindparam("now"),
    )
    .order_by(message.c.due_at, message.c.id)
    .limit(_AT_ONCE)
)
_CHANGES = ("state", "done_at", "due_at", "code", "args")


class Paper:
    """The messages of one flow, while the settings and limits of the workspace stay as they are. In one thread."""

    def __init__(self, house: House, workspace: int, flow: int) -> None:
        self.put_off: Counter[str] = Counter()
        """How often messages were made to wait, by the code of the reason."""
        self._house, self._workspace, self._flow = house, workspace, flow
        self._bounds = {name: Bounds(channel) for name, channel in CHANNELS.items()}
        self._shop: Shop | None = None

    def deliver(self) -> None:
        """Decide about some hundred messages that are due, the longest due first."""
        with self._house.ledger.write(self._workspace) as tx:
            now, zone = self._house.clock.now(), self._settings(tx).zone
            values = {"workspace": self._workspace, "flow": self._flow, "now": now}
            due: dict[str, list[Claimed]] = defaultdict(list)
            rows: Sequence[Any] = tx.all(_DUE, values)
            for channel, *claimed in rows:
                due[channel].append(Claimed(*claimed))
            decided = [
                one
                for channel, messages in due.items()
                for one in self._decided(tx, messages, CHANNELS[channel], now, zone)
            ]
            update_tuples(tx, message, "id", _CHANGES, [_row(one, now) for one in decided if one.state != AS_IT_WAS])
        self.put_off.update(one.code for one in decided if one.state == "queued" and one.code is not None)

    def _decided(self, tx: Tx, due: Sequence[Claimed], channel: Channel, now: int, zone: str) -> list[Ending]:
        cases = look_up(tx, due, zone, channel)
        bounds = self._bounds[channel.name]
        # Caps have the last word, and look for themselves what went out.
        bounds.apply(tx, cases, now, zone, counting=False)
        endings = {case.message.id: verdict(case.message, case.facts) for case in cases}
        going = [(case.message, case.facts) for case in cases if endings[case.message.id] is None]
        endings |= {one.claimed.id: one for one in last_word(tx, bounds, going, now)}
        decided = [endings[case.message.id] or Ending(case.message, "sent", channel.codes["sent"]) for case in cases]
        if channel.replies:
            tell_runs(
                tx,
                [reply_of(tx, one.claimed, "answered") for one in decided if one.state == "sent" and one.claimed.run],
            )
        return decided

    def _settings(self, tx: Tx) -> Shop:
        if self._shop is None:
            self._shop = shop_of(tx)
            for bounds in self._bounds.values():
                bounds.read(tx)
        return self._shop


def _row(one: Ending, now: int) -> tuple[Any, ...]:
    waits = one.state == "queued"
    due_at = one.due_at if waits and one.due_at is not None else now
    return one.state, None if waits else now, due_at, one.code, dump_args(one.args), one.claimed.id
