"""How many people a flow or a rule would reach, in words. In threads: it looks into the ledger."""

from dataclasses import dataclass

from pydantic import ValidationError

from blocks import KINDS, read_block
from blocks.beginning import Beginning
from blocks.clocks import place_name
from blocks.contract import Known, Timed, Trigger
from blocks.flow import BlockDoc, Flow
from blocks.scheduled import Scheduled
from builder.access import Visitor
from runtime.insight.beginnings import match_now
from runtime.insight.matches import MOST, Audience, Matches, would_come, would_hear, would_start, would_take
from runtime.insight.outlook import outlook
from runtime.words import Words


@dataclass(frozen=True, slots=True)
class Share:
    """One side of the bar: how many, and who that is."""

    count: int
    label: str


@dataclass(frozen=True, slots=True)
class Reach:
    """Two shares and the sentence below them."""

    shares: tuple[Share, ...]
    said: str


def said_reach(user: Visitor, slug: str, flow: Flow, known: Known, w: Words) -> list[str]:
    """Whom publishing will reach, now and later."""
    return [w.text(line) for line in outlook(user.house, user.workspace, slug, flow, known, user.zone)]


def block_reach(user: Visitor, doc: BlockDoc, zone: str, w: Words) -> Reach | None:
    """How many would fit the rule of a trigger or a split in a flow with this `zone`; None where there is no honest answer."""
    model = KINDS.get(doc.kind)
    if model is None or model.card.family not in ("trigger", "split"):
        return None
    trigger = _trigger(doc, zone)
    if isinstance(trigger, Beginning) and trigger.could_include() and not trigger.goes_on():
        match, contacts = match_now(user.house, user.workspace, trigger)
        both = (Share(match, w("match now")), Share(contacts - match, w("not")))
        return Reach(both, w("From {n} Contact, as they are now | From {n} Contacts, as they are now", n=contacts))
    if isinstance(trigger, Timed):
        soon = would_come(user.house, user.workspace, trigger)
        return _comes(soon, w) if soon is not None and soon.looked_at else None
    if isinstance(trigger, Scheduled):
        audience = would_hear(user.house, user.workspace, trigger, zone)
        named = bool(zone) or trigger.own_clocks()
        return _hear(audience, w, named=named) if audience is not None else None
    if trigger is not None:
        found = would_start(user.house, user.workspace, trigger)
        return _starts(found, w) if found is not None and found.looked_at else None
    try:
        block = read_block(doc.kind, doc.settings)
    except ValidationError:
        return None
    found = would_take(user.house, user.workspace, block)
    if found is None or not found.looked_at:
        return None
    labels = {outlet.id: w.text(outlet.name) or outlet.id for outlet in block.outlets()}
    shares = tuple(Share(count, labels[outlet]) for outlet, count in found.by_outlet.items() if outlet in labels)
    return Reach(shares, _of_contacts(found, w))


def _of_contacts(found: Matches, w: Words) -> str:
    if found.whole:
        return w("From {n} Contact, as they are now | From {n} Contacts, as they are now", n=found.looked_at)
    return w("From the {n} Contacts seen last, as they are now", n=MOST)


def _hear(found: Audience, w: Words, *, named: bool) -> Reach:
    """`named`: whose clocks are meant is said, because they are not the shop's, by which everything else here is read."""
    shares = (Share(found.people, w("are meant now")), Share(found.contacts - found.people, w("not")))
    return Reach(shares, _next(found, w, named=named))


def _next(found: Audience, w: Words, *, named: bool) -> str:
    if found.at is None or found.last is None:
        return ""
    since, until = w.date(found.at, found.zone, "moment"), w.date(found.last, found.zone, "moment")
    place = place_name(found.zone)
    if since != until:
        return w(
            "It comes zone by zone, from {since} to {until} by clocks in {place}.",
            since=since,
            until=until,
            place=place,
        )
    if named:
        return w("It comes next on {when} by clocks in {place}.", when=since, place=place)
    return w("It comes next on {when}.", when=since)


def _comes(found: Matches, w: Words) -> Reach:
    shares = (
        Share(found.by_outlet["yes"], w("in the next 30 days")),
        Share(found.by_outlet["no"], w("not")),
    )
    return Reach(shares, _of_contacts(found, w))


def _starts(found: Matches, w: Words) -> Reach:
    shares = (
        Share(found.by_outlet["yes"], w("would have started")),
        Share(found.by_outlet["no"], w("not")),
    )
    said = (
        w(
            "Happened {n} time in the last 30 days | Happened {n} times in the last 30 days",
            n=found.looked_at,
        )
        if found.whole
        else w("From the last {n} times it happened", n=found.looked_at)
    )
    return Reach(shares, said)


def _trigger(doc: BlockDoc, zone: str) -> Trigger | None:
    try:
        block = read_block(doc.kind, doc.settings, zone)
    except (KeyError, ValidationError):
        return None
    return block if isinstance(block, Trigger) else None
