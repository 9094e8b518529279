"""What keeps mail back besides consent: the shop's limits, what a message's flow and block say of it, what a contact got
lately, and what else waits for them or may come. Nothing is counted where no cap is set."""

from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import bindparam, select, text

from blocks.limits import Cap
from runtime.accounts import preferences
from runtime.clock import SECOND
from runtime.delivery.channels import EMAIL, Channel
from runtime.delivery.decision.coming import WAKING, Coming
from runtime.delivery.decision.facts import Case
from runtime.delivery.decision.permission import NO_LIMITS, SAME_HOUR, Facts, Rival
from runtime.delivery.decision.terms import Said, Terms
from runtime.delivery.sending.claims import Claimed
from runtime.ledger import Tx
from runtime.ledger.lists import among, listed
from runtime.ledger.prepared import Prepared
from runtime.ledger.tables import flow, message, run, version, version_mail
from runtime.zones import zone_of

_KEPT = 256
"""Versions whose terms are kept ready."""
_NOTHING = Said()
Key = tuple[int | None, str, int | None]
"""A version, one of its blocks, and the version of its flow that is live."""
_LOCKS = 72_630
"""The class of our advisory locks on PostgreSQL."""

_ANYBODY = (
    message.c.workspace + 0 == bindparam("workspace"),  # not by an index: SQLite would read all of the shop's messages
    among(message.c.contact, "contacts"),
    message.c.channel == bindparam("channel"),
    message.c.marketing.is_(True),
    message.c.test.is_(False),
)
OUT = Prepared(
    select(message.c.contact, message.c.done_at, message.c.flow).where(
        *_ANYBODY, message.c.done_at > bindparam("since"), message.c.state.in_(("sent", "uncertain"))
    )
)
"""What went out to some contacts of late."""
WAITING = Prepared(
    select(
        *(message.c[name] for name in ("id", "contact", "flow", "version", "block", "state", "queued_at", "due_at")),
        flow.c.name.label("flow_name"),
        flow.c.state.label("flow_state"),
        flow.c.version.label("live"),
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


@dataclass(slots=True)
class Lately:
    """What some contacts got, when and of which flow, and what else waits for them, as far as caps ask."""

    out: defaultdict[int, list[tuple[int, int | None]]]
    rivals: defaultdict[int, list[Rival]]

    def weigh(self, contact: int, facts: Facts, now: int) -> None:
        """Add that to the facts of a message to one of them."""
        out = self.out[contact]
        rivals = (replace(one, own_out=_of(one.flow, out, one.terms)) for one in self.rivals[contact])
        facts.now = now
        facts.out = tuple(at for at, _ in out)
        facts.own_out = _of(facts.flow, out, facts.terms)
        facts.rivals = tuple(rivals)

    def went(self, claimed: Claimed, now: int) -> None:
        """A message is going out now: it counts, and is nobody's rival any more."""
        if claimed.contact is not None:
            self.out[claimed.contact].append((now, claimed.flow))
            self.rivals[claimed.contact] = [one for one in self.rivals[claimed.contact] if one.id != claimed.id]


def _of(flow_id: int | None, out: Iterable[tuple[int, int | None]], terms: Terms) -> tuple[int, ...]:
    """What went out of one flow, if that flow has caps of its own."""
    return tuple(at for at, of in out if of == flow_id) if terms.own is not None and terms.own.caps else ()


class Bounds:
    """The bounds of one workspace."""

    def __init__(self, channel: Channel = EMAIL) -> None:
        self._channel = channel.name
        self._limits = NO_LIMITS
        self._said: OrderedDict[int, Said] = OrderedDict()
        self._terms: dict[tuple[int | None, str, int | None], Terms] = {}

    def read(self, tx: Tx) -> None:
        """Read what the shop has set."""
        self._limits = preferences.limits(tx)

    def apply(self, tx: Tx, cases: Sequence[Case], now: int, zone: str, *, counting: bool = True) -> None:
        """Add to the facts of a batch what the limits ask for: a few statements at most, none where nothing is set. Without
        `counting`, caps keep nothing back yet: for who counts at once again."""
        self._load(tx, (id_ for case in cases for id_ in (case.message.version, case.live)))
        limited = self._limits != NO_LIMITS
        for case in cases:
            claimed = case.message
            terms = self._of(claimed.version, claimed.block, case.live)
            if claimed.test or not (terms.ask or (claimed.marketing and (limited or terms.alone))):
                continue
            facts = case.facts
            facts.now, facts.before = now, terms.before(claimed.queued_at)
            facts.limits, facts.terms, facts.flow = self._limits, terms, claimed.flow
            facts.home = zone_of(case.person.zone if case.person is not None else None, zone)
        capped = [case for case in cases if counting and self.caps(case.facts, case.message)]
        if capped:
            lately = self._lately(tx, [(case.message.contact, case.facts) for case in capped], now)
            for case in capped:
                lately.weigh(case.message.contact or 0, case.facts, now)

    def caps(self, facts: Facts, claimed: Claimed) -> bool:
        """Whether a cap has a say in a message."""
        if not facts.marketing or facts.test or facts.terms.anyway or claimed.contact is None:
            return False
        return any(True for _ in self._caps(facts))

    def count_again(self, tx: Tx, wave: Collection[tuple[int | None, Facts]], now: int) -> Lately:
        """What these contacts got, for the last time before more goes out: nobody else decides about them until `tx` ends.

        On SQLite nobody else writes anyway.
        """
        if tx.dialect == "postgresql":
            # In one order, so that no two wait for each other. Two contacts that share a number wait without need.
            contacts = sorted({id_ & 0x7FFFFFFF for id_, _ in wave if id_ is not None})
            tx.execute(_LOCK, {"class": _LOCKS, "contacts": contacts})
        return self._lately(tx, wave, now)

    def _caps(self, facts: Facts) -> Iterator[Cap]:
        yield from self._limits.caps_of(facts.channel)
        if facts.terms.own is not None:
            yield from facts.terms.own.caps_of(facts.channel)

    def _lately(self, tx: Tx, wave: Collection[tuple[int | None, Facts]], now: int) -> Lately:
        lately = Lately(defaultdict(list), defaultdict(list))
        contacts = sorted({contact for contact, _ in wave if contact is not None})
        values = {"workspace": tx.workspace, "contacts": listed(tx, contacts), "channel": self._channel}
        waiting: Sequence[Any] = tx.all(WAITING, values | {"soon": now + SAME_HOUR})
        self._load(tx, (id_ for row in waiting for id_ in (row.version, row.live)))
        for row in waiting:
            if row.state == "sending":
                lately.out[row.contact].append((now, row.flow))
            elif row.flow_state not in ("paused", "archived") and row.run_state not in ("left", "replaced"):
                terms = self._of(row.version, row.block, row.live)
                rival = Rival(row.id, row.flow, row.flow_name, row.due_at, terms.before(row.queued_at), terms)
                lately.rivals[row.contact].append(rival)
        for one in self.coming(tx, contacts, now, marketing=True):
            lately.rivals[one.contact].append(one.rival)
        asked = [facts.terms.own for _, facts in wave]
        asked += [one.terms.own for some in lately.rivals.values() for one in some]
        own = [cap for limits in asked if limits is not None for cap in limits.caps_of(self._channel)]
        reach = max(cap.reach for cap in (*self._limits.caps_of(self._channel), *own))
        found: Sequence[Any] = tx.all(OUT, values | {"since": now - reach})
        for row in found:
            lately.out[row.contact].append((row.done_at, row.flow))
        return lately

    def coming(self, tx: Tx, contacts: Iterable[int], now: int, *, marketing: bool) -> list[Coming]:
        """What runs of these contacts may queue within the hour, all of it or only marketing: one statement."""
        values = {"workspace": tx.workspace, "contacts": listed(tx, contacts), "soon": now + SAME_HOUR}
        rows: Sequence[Any] = tx.all(WAKING, values)
        self._load(tx, (id_ for row in rows for id_ in (row.version, row.live)))
        found = []
        for row in rows:
            said = self._said.get(row.version, _NOTHING)
            follows = (said.next_marketing if marketing else said.next_message).get(row.block)
            if follows is None:
                continue
            due_at = max(row.wake_at, now) + follows.seconds * SECOND
            terms = self._of(row.version, follows.send, row.live)
            rival = Rival(row.id, row.flow, row.flow_name, due_at, terms=terms, wakes_at=row.wake_at)
            found.append(Coming(row.contact, row.event, row.key, rival))
        return found

    def terms(self, tx: Tx, keys: Collection[Key]) -> Mapping[Key, Terms]:
        """What these say of their messages: (version, block, the version that is live)."""
        self._load(tx, (id_ for version_id, _, live in keys for id_ in (version_id, live)))
        return {key: self._of(*key) for key in keys}

    def _load(self, tx: Tx, versions: Iterable[int | None]) -> None:
        """Make ready what is not yet, in two statements. A version never changes, so what is kept stays right."""
        while len(self._said) > _KEPT:
            self._said.popitem(last=False)
        missing = sorted({id_ for id_ in versions if id_ is not None} - self._said.keys())
        if not missing:
            return
        self._terms.clear()
        receipts = defaultdict(set)
        mails = select(version_mail.c.version, version_mail.c.block).where(
            tx.mine(version_mail), version_mail.c.version.in_(missing), version_mail.c.marketing.is_(False)
        )
        for row in tx.all(mails):
            receipts[row.version].add(row.block)
        found = select(version.c.id, version.c.document).where(tx.mine(version), version.c.id.in_(missing))
        for row in tx.all(found):
            self._said[row.id] = Said.read(row.document, self._channel, receipts[row.id])

    def _of(self, version_id: int | None, block: str, live: int | None) -> Terms:
        key = (version_id, block, live)
        if (terms := self._terms.get(key)) is None:
            own = self._said.get(version_id or 0, _NOTHING)
            terms = self._terms[key] = own.terms(block, self._said.get(live or 0, own))
        return terms
