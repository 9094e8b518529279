"""With whom a flow would begin if it were published now: in numbers, for each trigger that some match already."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, not_, or_, select

from blocks import read_block
from blocks.beginning import Beginning
from blocks.contract import Farewell, Known, Timed, Trigger
from blocks.flow import Entry, Flow
from blocks.phrase import Moment, Phrase, say
from blocks.rules import InSegment
from blocks.scheduled import Scheduled
from blocks.triggers.added_trigger import AddedTrigger
from blocks.values import micros, moment
from runtime.clock import DAY
from runtime.engine.entries import schedules
from runtime.engine.entries.reception import COUNTS
from runtime.house import House
from runtime.insight.matches import would_come, would_start_by
from runtime.ledger import Tx
from runtime.ledger.tables import beginning, contact, event, flow, run
from runtime.segments.counting import meeting
from runtime.segments.document import NotForSegments

MONTH = 30


@dataclass(frozen=True, slots=True)
class Start:
    """What one trigger of a draft would begin with."""

    block: str
    trigger: Beginning
    match: int
    """Who match now and could come in."""
    exact: bool
    """Whether its filter was asked, too; else it is so many at most."""
    a_day: float | None
    """How many more a day, as in the last 30 days or as is known of the next; None if nothing is known."""
    begun_at: int | None
    """When an earlier version let those in who matched then (UTC microseconds): they are not let in again."""


@dataclass(frozen=True, slots=True)
class Begun:
    """How far a live flow is with those who matched when it was published."""

    told: int
    more: bool
    """Whether there are still some to come."""
    last: bool
    """Whether nobody enters after them."""


def starts(house: House, workspace: int, slug: str, document: Flow) -> list[Start]:
    """For each trigger of the document that can begin with those who match. One count over all contacts for each."""
    found = list(_beginnings(document))
    rates = _a_day(house, workspace, [one for _, one in found])
    return [
        _start(house, workspace, slug, document.entry, id_, one, rate)
        for (id_, one), rate in zip(found, rates, strict=True)
    ]


def match_now(house: House, workspace: int, trigger: Beginning) -> tuple[int, int]:
    """How many match now, of how many contacts, in whatever flow they are."""
    now = house.clock.now()
    with house.ledger.read(workspace) as tx:
        there, _ = _conditions(tx, trigger, now)
        count = select(func.count()).select_from(contact).where(tx.mine(contact))
        return int(tx.scalar(count.where(*there)) or 0), int(tx.scalar(count) or 0)


def begun(tx: Tx, flow_id: int, document: Flow) -> Begun | None:
    """How far it is; None for a flow that began with nobody."""
    mine = (tx.mine(beginning), beginning.c.flow == flow_id)
    rows = tx.all(select(beginning.c.told, beginning.c.done_at).where(*mine))
    if not rows:
        return None
    return Begun(sum(row.told for row in rows), any(row.done_at is None for row in rows), takes_nobody_later(document))


def takes_nobody_later(document: Flow) -> bool:
    """Whether only those enter who match when it is published."""
    triggers = [one for _, one in triggers_in(document) if not isinstance(one, Farewell)]
    return bool(triggers) and all(isinstance(one, Beginning) and not one.goes_on() for one in triggers)


def only_by_hand(document: Flow) -> bool:
    """Whether nobody enters but who is added."""
    triggers = [one for _, one in triggers_in(document) if not isinstance(one, Farewell)]
    return bool(triggers) and all(isinstance(one, AddedTrigger) for one in triggers)


def only_by_the_calendar(document: Flow) -> bool:
    """Whether nothing that happens to somebody starts it, and its time comes for all of them at once."""
    triggers = [one for _, one in triggers_in(document) if not isinstance(one, Farewell)]
    return bool(triggers) and all(isinstance(one, Scheduled) for one in triggers)


def first_time(document: Flow, known: Known) -> int | None:
    """The next time (UTC microseconds) that one of its schedules comes; None if none comes any more, or if it is another
    instant for each contact."""
    schedules = [one for _, one in triggers_in(document) if isinstance(one, Scheduled)]
    if known.today is None or any(one.own_clocks() for one in schedules):
        return None
    now, clocks, calendar = known.today.now, known.clocks, known.today.calendar
    coming = [one.next_at(now, clocks, calendar) for one in schedules]
    return min((micros(at) for at in coming if at is not None), default=None)


def includes(document: Flow) -> bool:
    """Whether some enter who match when it is published."""
    return any(one.includes() for _, one in _beginnings(document))


def said(found: Iterable[Start], known: Known, zone: str) -> list[Phrase]:
    """A sentence for each; where there are several, with the trigger's own before it. `zone` is the shop's."""
    found = list(found)
    if len(found) == 1:
        return [_said(found[0], zone)]
    return [say("{trigger}: {what}", trigger=one.trigger.say(known), what=_said(one, zone)) for one in found]


def _said(one: Start, zone: str) -> Phrase:
    later = _later(one)
    if one.trigger.includes() and one.begun_at is None:
        if one.exact:
            now = say("{n} Contact enters now | {n} Contacts enter now", n=one.match)
        else:
            now = say("{n} Contact at most enters now | {n} Contacts at most enter now", n=one.match)
        return say("{now}, {later}", now=now, later=later)
    if one.begun_at is not None:
        when = Moment(moment(one.begun_at), zone)
        return say("0 now, {later}; those who matched on {when} have been let in already", later=later, when=when)
    if not one.match:
        return say("0 now, {later}; nobody matches today", later=later)
    return say(
        "0 now, {later}; {n} matches today and is not included | 0 now, {later}; {n} match today and are not included",
        later=later,
        n=one.match,
    )


def _later(one: Start) -> Phrase:
    if not one.trigger.goes_on():
        return say("nobody later")
    if one.a_day is None:
        return say("later whoever comes to match")
    if one.a_day * MONTH < 1:
        return say("less than 1 a month")
    if one.a_day < 1:
        return say("about {n} a month", n=round(one.a_day * MONTH))
    return say("about {n} a day", n=round(one.a_day))


def _start(
    house: House, workspace: int, slug: str, entry: Entry, block: str, trigger: Beginning, a_day: float | None
) -> Start:
    now = house.clock.now()
    with house.ledger.read(workspace) as tx:
        row = tx.first(select(flow.c.id, flow.c.state).where(tx.mine(flow), flow.c.slug == slug))
        there, exact = _conditions(tx, trigger, now)
        if row is not None:
            there.append(not_(_kept_out(row.id, entry, now)))
        match = int(tx.scalar(select(func.count()).select_from(contact).where(tx.mine(contact), *there)) or 0)
        begun_at = None
        if trigger.includes() and row is not None and row.state != "archived":
            mine = (tx.mine(beginning), beginning.c.flow == row.id, beginning.c.key == trigger.beginning())
            begun_at = tx.scalar(select(beginning.c.since_at).where(*mine))
    return Start(block, trigger, match, exact, a_day, begun_at)


def _a_day(house: House, workspace: int, triggers: Sequence[Beginning]) -> Iterator[float | None]:
    """How many each brings a day; what fits several of them, by the first."""
    later = [one for one in triggers if one.goes_on() and not isinstance(one, Timed)]
    copies = [one.model_copy(update={"begin_with": "later"}) for one in later]
    by_events = dict(zip(map(id, later), would_start_by(house, workspace, copies), strict=True))
    for one in triggers:
        found = (
            would_come(house, workspace, one) if isinstance(one, Timed) and one.goes_on() else by_events.get(id(one))
        )
        yield found.by_outlet["yes"] / found.days if found is not None and found.looked_at else None


def _conditions(tx: Tx, trigger: Beginning, now: int) -> tuple[list[ColumnElement[bool]], bool]:
    """That a contact matches; and whether that asks the trigger's filter, too."""
    there, rule = [_matching(tx, trigger, now)], trigger.filter()
    if rule is None:
        return there, True
    try:
        return [*there, meeting(tx, rule, now)], True
    except NotForSegments:
        return there, False


def _matching(tx: Tx, trigger: Beginning, now: int) -> ColumnElement[bool]:
    if slug := trigger.members_of():
        return meeting(tx, InSegment(segment=slug), now)
    if not isinstance(trigger, Timed):
        return contact.c.id < 0
    before = micros(trigger.silent_since(moment(now), schedules.zone(tx, trigger.zone)))
    if not (name := trigger.watches()):
        return contact.c.seen_at < before
    last = select(func.max(event.c.at)).where(event.c.contact == contact.c.id, event.c.name == name)
    return last.correlate(contact).scalar_subquery() < before


def _kept_out(flow_id: int, entry: Entry, now: int) -> ColumnElement[bool]:
    """Who is inside, or may not come back yet."""
    back: ColumnElement[bool] = run.c.state == "open"
    if entry.again in ("never", "once_each"):
        back = or_(back, COUNTS)
    elif entry.again == "after_days":
        back = or_(back, and_(COUNTS, run.c.entered_at > now - entry.again_days * DAY))
    of = select(run.c.id).where(run.c.contact == contact.c.id, run.c.flow == flow_id, back)
    return of.correlate(contact).exists()


def triggers_in(document: Flow) -> Iterator[tuple[str, Trigger]]:
    """The triggers that can be read; a draft may be half done."""
    for doc in document.blocks:
        try:
            block = read_block(doc.kind, doc.settings, document.zone)
        except (KeyError, ValueError):
            continue
        if isinstance(block, Trigger):
            yield doc.id, block


def _beginnings(document: Flow) -> Iterator[tuple[str, Beginning]]:
    for id_, block in triggers_in(document):
        if isinstance(block, Beginning) and block.could_include():
            yield id_, block
