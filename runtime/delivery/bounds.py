"""What keeps marketing back besides consent: the shop's limits, what a contact got lately, what else waits for them, and
what a message's own block says of it. Nothing is counted where no cap is set."""

from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError
from sqlalchemy import bindparam, select, text

from blocks import read_block
from blocks.contract import Send
from runtime.accounts import preferences
from runtime.clock import SECOND
from runtime.delivery.claims import Claimed
from runtime.delivery.facts import CHANNEL, Case
from runtime.delivery.permission import NO_LIMITS, SAME_HOUR, Facts, Rival
from runtime.ledger import Tx
from runtime.ledger.tables import flow, message, run, version
from runtime.zones import zone_of

_KEPT = 256
"""Versions whose terms are kept ready."""
_LOCKS = 72_630
"""The class of our advisory locks on PostgreSQL."""

_ANYBODY = (
    message.c.workspace + 0 == bindparam("workspace"),  # not by an index: SQLite would read all of the shop's messages
    message.c.contact.in_(bindparam("contacts", expanding=True)),
    message.c.channel == bindparam("channel"),
    message.c.marketing.is_(True),
    message.c.test.is_(False),
)
OUT = select(message.c.contact, message.c.done_at).where(
    *_ANYBODY, message.c.done_at > bindparam("since"), message.c.state.in_(("sent", "uncertain"))
)
"""What went out to some contacts of late."""
WAITING = (
    select(
        *(message.c[name] for name in ("id", "contact", "flow", "version", "block", "state", "queued_at", "due_at")),
        flow.c.name.label("flow_name"),
        flow.c.state.label("flow_state"),
        run.c.state.label("run_state"),
    )
    .select_from(
        message.outerjoin(run, run.c.id == message.c.run).outerjoin(flow, flow.c.id == message.c.flow),
    )
    .where(
        *_ANYBODY,
        message.c.done_at.is_(None),
        message.c.state.in_(("queued", "sending")),
        message.c.due_at < bindparam("soon"),
    )
)
"""What is on its way to them, or may be within the hour."""
_LOCK = text(
    "SELECT pg_advisory_xact_lock(:class, each.contact) FROM unnest(CAST(:contacts AS integer[])) AS each(contact)"
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a version says of its messages: the flow's priority, and by block which keep to no limits and how long each
    is good for (microseconds)."""

    priority: int = 3
    anyway: frozenset[str] = frozenset()
    good_for: Mapping[str, int] = field(default_factory=dict)
    alone: bool = False
    """Whether it keeps quiet where a flow of higher priority writes about the same."""

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Terms":
        """From a version's document."""
        anyway, good_for = set(), {}
        for doc in document.get("blocks", ()):
            try:
                block = read_block(doc["kind"], doc.get("settings", {}))
            except (KeyError, ValidationError):
                continue
            if isinstance(block, Send):
                if not block.keeps_limits():
                    anyway.add(doc["id"])
                if seconds := block.good_for():
                    good_for[doc["id"]] = seconds * SECOND
        return cls(document.get("priority", 3), frozenset(anyway), good_for, bool(document.get("speaks_alone")))

    def before(self, block: str, queued_at: int) -> int | None:
        """After which instant it is too late for a message."""
        lasts = self.good_for.get(block)
        return None if lasts is None else queued_at + lasts


_PLAIN = Terms()


@dataclass(slots=True)
class Lately:
    """What some contacts got, and what else waits for them, as far as caps ask."""

    out: defaultdict[int, list[int]]
    rivals: defaultdict[int, list[Rival]]

    def weigh(self, contact: int, facts: Facts) -> Facts:
        """The facts of a message to one of them."""
        return replace(facts, out=tuple(self.out[contact]), rivals=tuple(self.rivals[contact]))

    def went(self, claimed: Claimed, now: int) -> None:
        """A message is going out now: it counts, and is nobody's rival any more."""
        if claimed.contact is not None:
            self.out[claimed.contact].append(now)
            self.rivals[claimed.contact] = [one for one in self.rivals[claimed.contact] if one.id != claimed.id]


class Bounds:
    """The bounds of one workspace."""

    def __init__(self) -> None:
        self._limits = NO_LIMITS
        self._terms: OrderedDict[int, Terms] = OrderedDict()

    def read(self, tx: Tx) -> None:
        """Read what the shop has set."""
        self._limits = preferences.limits(tx)

    def apply(self, tx: Tx, cases: Sequence[Case], now: int, zone: str) -> None:
        """Add to the facts of a batch what the limits ask for: three statements at most, none where nothing is set."""
        self._load(tx, {case.message.version for case in cases if case.message.version is not None})
        for case in cases:
            claimed = case.message
            terms = self._of(claimed.version)
            before = terms.before(claimed.block, claimed.queued_at)
            if claimed.test or (before is None and (not claimed.marketing or self._limits == NO_LIMITS)):
                continue
            case.facts = replace(
                case.facts,
                now=now,
                before=before,
                anyway=claimed.block in terms.anyway,
                limits=self._limits,
                home=zone_of(case.person.zone if case.person is not None else None, zone),
                flow=claimed.flow,
                priority=terms.priority,
            )
        capped = {case.message.contact: case for case in cases if self.caps(case.facts, case.message)}
        if capped:
            lately = self._lately(tx, [id_ for id_ in capped if id_ is not None], now)
            for case in cases:
                if case.message.contact is not None and self.caps(case.facts, case.message):
                    case.facts = lately.weigh(case.message.contact, case.facts)

    def caps(self, facts: Facts, claimed: Claimed) -> bool:
        """Whether a cap has a say in a message."""
        bound = facts.marketing and not facts.test and not facts.anyway and claimed.contact is not None
        return bound and bool(self._limits.caps_of(facts.channel))

    def count_again(self, tx: Tx, contacts: Collection[int], now: int) -> Lately:
        """What these contacts got, for the last time before more goes out: nobody else decides about them until `tx` ends.

        On SQLite nobody else writes anyway.
        """
        if tx.dialect == "postgresql":
            # In one order, so that no two wait for each other. Two contacts that share a number wait without need.
            tx.execute(_LOCK, {"class": _LOCKS, "contacts": sorted({id_ & 0x7FFFFFFF for id_ in contacts})})
        return self._lately(tx, contacts, now)

    def _lately(self, tx: Tx, contacts: Collection[int], now: int) -> Lately:
        out: defaultdict[int, list[int]] = defaultdict(list)
        rivals: defaultdict[int, list[Rival]] = defaultdict(list)
        reach = max(cap.reach for cap in self._limits.caps_of(CHANNEL))
        values = {"workspace": tx.workspace, "contacts": sorted(set(contacts)), "channel": CHANNEL}
        found: Sequence[Any] = tx.all(OUT, values | {"since": now - reach})
        for contact, done_at in found:
            out[contact].append(done_at)
        waiting: Sequence[Any] = tx.all(WAITING, values | {"soon": now + SAME_HOUR})
        self._load(tx, {row.version for row in waiting if row.version is not None})
        for row in waiting:
            if row.state == "sending":
                out[row.contact].append(now)
            elif row.flow_state not in ("paused", "archived") and row.run_state not in ("left", "replaced"):
                terms = self._of(row.version)
                before, anyway = terms.before(row.block, row.queued_at), row.block in terms.anyway
                rival = Rival(row.id, row.flow, row.flow_name, terms.priority, row.due_at, before, anyway)
                rivals[row.contact].append(rival)
        return Lately(out, rivals)

    def terms(self, tx: Tx, versions: Collection[int | None]) -> Mapping[int | None, Terms]:
        """What these versions say."""
        self._load(tx, {id_ for id_ in versions if id_ is not None})
        return {id_: self._of(id_) for id_ in versions}

    def _load(self, tx: Tx, versions: Iterable[int]) -> None:
        """Make ready what is not yet, in one statement. A version never changes, so what is kept stays right."""
        while len(self._terms) > _KEPT:
            self._terms.popitem(last=False)
        missing = sorted(set(versions) - self._terms.keys())
        if missing:
            found = select(version.c.id, version.c.document).where(tx.mine(version), version.c.id.in_(missing))
            for row in tx.all(found):
                self._terms[row.id] = Terms.of(row.document)

    def _of(self, version_id: int | None) -> Terms:
        return self._terms.get(version_id, _PLAIN) if version_id is not None else _PLAIN
