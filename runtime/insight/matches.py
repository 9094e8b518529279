"""How many would fit: a trigger held against the events of the last 30 days, a split against the contacts there are.

The blocks themselves decide, as in a run. What depends on a run that is not there (when somebody entered, the event a run
stands on) has no honest answer, and then there is none.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import ColumnElement, Text, cast, func, select, true

from blocks.contract import Block, Go, Offer, Timed, Trigger, UndeclaredRead
from blocks.facts import Item, Outcome
from blocks.rules import Counted, Did, SinceEntering
from blocks.scheduled import Scheduled
from blocks.values import Typed, empty, moment
from runtime.clock import DAY
from runtime.engine.entries import schedules
from runtime.engine.entries.occasions import CONTACTS, comes_within
from runtime.engine.lookback.history import History
from runtime.engine.lookback.standpoint import Seen
from runtime.house import House
from runtime.ledger import Tx
from runtime.ledger.tables import contact, event, member, segment

DAYS = 30
MOST = 2000
"""So many of the latest events or contacts are looked at: some 50 ms."""


@dataclass(frozen=True, slots=True)
class Matches:
    """`by_outlet` counts who would leave by which outlet; a trigger's are "yes" and "no"."""

    by_outlet: Mapping[str, int]
    looked_at: int
    whole: bool
    """Whether that is all there is, and not only the latest."""
    days: float
    """How far back the events that were looked at go."""


@dataclass(frozen=True, slots=True)
class Audience:
    """For whom a schedule comes."""

    at: int | None
    """When next, UTC microseconds; None if never again."""
    last: int | None
    """When it comes next for the last of them: by their own clocks some are hours behind the others."""
    zone: str
    """The flow's, else the shop's."""
    people: int
    contacts: int
    """How many contacts there are."""


class _NotHere(Exception):
    """The block asks for something that only a run has."""


class _Facts:
    """What a block may know of somebody who is in no run."""

    def __init__(
        self,
        history: History,
        contact_id: int,
        contact_typed: Typed,
        event_typed: Typed | None,
        now: int,
        up_to: int,
    ) -> None:
        self.now = moment(now)
        self.zone = ZoneInfo("UTC")
        self.flow = ""
        self.contact = contact_typed
        self._event = event_typed
        self._history = history
        self._contact = contact_id
        self._now = now
        self._up_to = up_to

    @property
    def event(self) -> Typed:
        if self._event is None:
            raise _NotHere
        return self._event

    @property
    def kept(self) -> Typed:
        raise _NotHere

    @property
    def held(self) -> bool:
        raise _NotHere

    @property
    def reply(self) -> str:
        raise _NotHere

    @property
    def entered_at(self) -> datetime:
        raise _NotHere

    @property
    def arrived_at(self) -> datetime:
        raise _NotHere

    def count(self, leaf: Counted) -> int:
        if isinstance(leaf, Did) and isinstance(leaf.window, SinceEntering):
            raise _NotHere
        return self._history.count(leaf, self._contact, Seen(self._now, self._now, up_to=self._up_to))

    def reachable(self, channel: str) -> bool:
        return self._history.reach.reachable(self._contact, channel)

    def message(self, block: str) -> Outcome | None:
        raise _NotHere

    def items(self) -> Sequence[Item]:
        raise _NotHere

    def chance(self) -> float:
        raise _NotHere

    def send(self, channel: str) -> None:
        raise _NotHere

    def set_field(self, name: str, value: Any) -> None:
        raise _NotHere

    def add_tag(self, tag: str) -> None:
        raise _NotHere

    def remove_tag(self, tag: str) -> None:
        raise _NotHere

    def put_on(self, segment: str) -> None:
        raise _NotHere

    def take_off(self, segment: str) -> None:
        raise _NotHere

    def unsubscribe(self, channel: str) -> None:
        raise _NotHere

    def keep(self, name: str, value: Any) -> None:
        raise _NotHere

    def issue(self, name: str, offer: Offer) -> None:
        raise _NotHere

    def suppress(self, channel: str) -> None:
        raise _NotHere

    def erase(self) -> None:
        raise _NotHere

    def emit(self, name: str, more: Mapping[str, Any] | None = None) -> None:
        raise _NotHere


def would_start(house: House, workspace: int, trigger: Trigger) -> Matches | None:
    """How many of the events it listens to would have started a run, of those that are meant for it: what others enter is no
    past of its segment. None if it listens to none, and where events are meant for one flow or one occasion."""
    return would_start_by(house, workspace, [trigger])[0]


def would_start_by(house: House, workspace: int, triggers: Sequence[Trigger]) -> list[Matches | None]:
    """The same of each trigger of a flow, in the order in which they are drawn: an event starts one run of it, by the first
    that it fits."""
    about: dict[str, list[int]] = {}
    for place, trigger in enumerate(triggers):
        names = trigger.listens_to()
        if names and not trigger.addressed(""):
            about.setdefault(names[0], []).append(place)
    found: list[Matches | None] = [None] * len(triggers)
    for places in about.values():
        matches = _started(house, workspace, [triggers[place] for place in places])
        for place, one in zip(places, matches, strict=True):
            found[place] = one
    return found


def _started(house: House, workspace: int, triggers: Sequence[Trigger]) -> list[Matches | None]:
    """Of triggers at the same event. They are asked in the order given, and of each event no more once one of them takes it."""
    now = house.clock.now()
    names = sorted({name for trigger in triggers for name in trigger.listens_to()})
    with house.ledger.read(workspace) as tx:
        latest = [(row, _typed(row.typed)) for row in _events(tx, names, now - DAYS * DAY)]
        meant = [(row, fields) for row, fields in latest if any(one.means(fields, "") for one in triggers)]
        oldest = min((row.at for row, _ in latest), default=now)
        history = History()
        if meant:
            rules = [rule for trigger in triggers for rule in trigger.reads()]
            history.fetch(tx, {row.contact for row, _ in meant}, rules, oldest, oldest)
    found: dict[int, Counter[str]] = {place: Counter({"yes": 0, "no": 0}) for place in range(len(triggers))}
    for row, fields in meant:
        facts = _Facts(history, row.contact, _typed(row.who), fields, row.at, row.id)
        taken = False
        for place, counts in tuple(found.items()):
            if not triggers[place].means(fields, ""):
                continue
            try:
                fits = not taken and triggers[place].admits(facts)
            except (_NotHere, UndeclaredRead):
                del found[place]
                continue
            counts["yes" if fits else "no"] += 1
            taken = taken or fits
    whole = len(latest) < MOST
    days = DAYS if whole else max(1e-6, (now - oldest) / DAY)
    return [
        Matches(found[place], found[place].total(), whole, days) if place in found else None
        for place in range(len(triggers))
    ]


def would_come(house: House, workspace: int, trigger: Timed) -> Matches | None:
    """For how many contacts the clock will bring it in the next 30 days. None where a filter would have to look at a past
    that is not there yet."""
    if trigger.filter() is not None:
        return None
    now = house.clock.now()
    with house.ledger.read(workspace) as tx:
        rows = tx.all(CONTACTS.order_by(contact.c.seen_at.desc()).limit(MOST), {"workspace": workspace})
        coming = comes_within(tx, trigger, rows, now, now + DAYS * DAY)
    return Matches({"yes": coming, "no": len(rows) - coming}, len(rows), len(rows) < MOST, DAYS)


def would_hear(house: House, workspace: int, trigger: Scheduled, zone: str = "") -> Audience | None:
    """When a schedule comes next, and how many it would come for if that were now. Its filter is asked only then. `zone` is
    that of its flow, if it has one. None while it does not say whom it is for."""
    if not trigger.says_whom():
        return None
    now = house.clock.now()
    with house.ledger.read(workspace) as tx:
        everybody = int(tx.scalar(select(func.count()).select_from(contact).where(tx.mine(contact))) or 0)
        meant = select(func.count()).select_from(contact).where(tx.mine(contact), _meant(tx, trigger))
        people = int(tx.scalar(meant) or 0) if trigger.whom() else everybody
        times = [schedules.next_at(trigger, now, schedules.zone(tx, name)) for name in _clocks(tx, trigger, zone)]
        coming = [at for at in times if at is not None]
        here = schedules.zone(tx, zone).key
        return Audience(min(coming, default=None), max(coming, default=None), here, people, everybody)


def _meant(tx: Tx, trigger: Scheduled) -> ColumnElement[bool]:
    """That a contact is one of those whom it comes for."""
    if not (whom := trigger.whom()):
        return true()
    inside = select(member.c.contact).join(segment, segment.c.id == member.c.segment)
    return contact.c.id.in_(inside.where(tx.mine(segment), segment.c.slug == whom, segment.c.state == "live"))


def _clocks(tx: Tx, trigger: Scheduled, zone: str) -> Sequence[str]:
    """By whose clocks it comes: the flow's `zone`, or those of the zones in which those live whom it comes for. "" for the
    shop's, by which those go who have told none."""
    if not trigger.own_clocks():
        return (zone,)
    rows = tx.all(select(contact.c.zone).distinct().where(tx.mine(contact), _meant(tx, trigger)))
    return [row.zone or "" for row in rows] or ("",)


def would_take(house: House, workspace: int, block: Block) -> Matches | None:
    """Which way the contacts there are would take, if they came to this block now. None where only a run could tell."""
    now = house.clock.now()
    with house.ledger.read(workspace) as tx:
        latest = (
            select(contact.c.id, cast(contact.c.typed, Text).label("typed"))
            .where(tx.mine(contact))
            .order_by(contact.c.seen_at.desc())
            .limit(MOST)
        )
        rows = tx.all(latest)
        history = History()
        if any(isinstance(leaf, Did) and isinstance(leaf.window, SinceEntering) for leaf in block.reads()):
            return None
        history.fetch(tx, {row.id for row in rows}, block.reads(), now, now)
        history.reach.fetch(tx, {row.id for row in rows}, block.reaches())
    found: Counter[str] = Counter({outlet.id: 0 for outlet in block.outlets()})
    for row in rows:
        try:
            decision = block.run(_Facts(history, row.id, _typed(row.typed), None, now, 2**62))
        except (_NotHere, UndeclaredRead):
            return None
        if not isinstance(decision, Go):
            return None
        found[decision.outlet] += 1
    return Matches(found, len(rows), len(rows) < MOST, 0)


def _events(tx: Tx, names: Sequence[str], since: int) -> list[Any]:
    latest = (
        select(
            event.c.id,
            event.c.at,
            event.c.contact,
            cast(event.c.typed, Text).label("typed"),
            cast(contact.c.typed, Text).label("who"),
        )
        .join(contact, contact.c.id == event.c.contact)
        .where(tx.mine(event), event.c.name.in_(names), event.c.at >= since, event.c.contact.is_not(None))
        .order_by(event.c.at.desc())
        .limit(MOST)
    )
    return list(tx.all(latest))


def _typed(text: str | None) -> Typed:
    typed: Typed = orjson.loads(text) if text else empty()
    return typed
