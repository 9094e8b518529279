"""Whom publishing a draft would reach, now and later: a sentence for each kind of trigger, what comes by the calendar first."""

from collections.abc import Iterator, Sequence

from blocks.beginning import Beginning
from blocks.checks import seen_from
from blocks.clocks import place_name
from blocks.contract import Farewell, Known, Timed, Trigger
from blocks.flow import Flow
from blocks.phrase import Day, Moment, Phrase, TimeOfDay, say
from blocks.scheduled import Scheduled
from blocks.triggers.added_trigger import AddedTrigger
from blocks.values import moment
from runtime.house import House
from runtime.insight.beginnings import MONTH, said, starts, triggers_in
from runtime.insight.matches import Audience, would_come, would_hear, would_start_by
from runtime.zones import zone_of


def outlook(house: House, workspace: int, slug: str, document: Flow, known: Known, zone: str) -> list[Phrase]:
    """The sentences; none for a flow without a trigger. `zone` is the shop's. Looks into the ledger for each trigger."""
    known, clocks = seen_from(known, document), document.zone or zone
    found = starts(house, workspace, slug, document)
    mine = {one.block for one in found}
    others = [
        trigger for id_, trigger in triggers_in(document) if id_ not in mine and not isinstance(trigger, Farewell)
    ]
    calendar = [one for one in others if isinstance(one, Scheduled)]
    clock = [one for one in others if isinstance(one, Timed)]
    by_hand = [one for one in others if isinstance(one, AddedTrigger)]
    told = [one for one in others if not isinstance(one, Scheduled | Timed | AddedTrigger)]
    # Times are read by the shop's clocks, as everywhere else, unless it is said that these are not.
    others_clocks = bool(document.zone) or any(one.own_clocks() for one in calendar)
    coming = [would_hear(house, workspace, one, document.zone) for one in calendar]
    lines = [
        *_schedules(coming, clocks),
        *(_by(clocks) if others_clocks and any(one and one.at is not None for one in coming) else ()),
        *(said(found, known, zone) if found else ()),
        *(_dates(house, workspace, clock) if clock else ()),
        *(_events(house, workspace, told) if told else ()),
        *((say("Whoever is added enters."),) if by_hand else ()),
    ]
    if lines and not found and not by_hand:
        lines[0] = say("Nobody enters at once. {then}", then=lines[0])
    return lines


def _schedules(audiences: Sequence[Audience | None], zone: str) -> Iterator[Phrase]:
    """Each by itself, in the order in which they come: a mailing is not to hide behind another."""
    for one in sorted(filter(None, audiences), key=lambda one: (one.at is None, one.at or 0)):
        if one.at is None or one.last is None:
            yield say("Its time has passed.")
        else:
            yield _comes(one, Moment(moment(one.at), zone), Moment(moment(one.last), zone))


def _by(zone: str) -> Iterator[Phrase]:
    yield say("These times are by clocks in {place}.", place=place_name(zone))


def _comes(found: Audience, first: Moment, last: Moment) -> Phrase:
    if first == last:
        return say(
            "On {when} it comes for {n} Contact, as things are now."
            " | On {when} it comes for {n} Contacts, as things are now.",
            when=first,
            n=found.people,
        )
    here = zone_of(first.zone)
    since, until = first.at.astimezone(here), last.at.astimezone(here)
    if since.date() == until.date():
        return say(
            "On {day}, from {since} to {until}, it comes for {n} Contact, as things are now."
            " | On {day}, from {since} to {until}, it comes for {n} Contacts, as things are now.",
            day=Day(since.date()),
            since=TimeOfDay(f"{since:%H:%M}"),
            until=TimeOfDay(f"{until:%H:%M}"),
            n=found.people,
        )
    return say(
        "From {since} to {until} it comes for {n} Contact, as things are now."
        " | From {since} to {until} it comes for {n} Contacts, as things are now.",
        since=first,
        until=last,
        n=found.people,
    )


def _dates(house: House, workspace: int, triggers: Sequence[Timed]) -> Iterator[Phrase]:
    found = [(one.occasion(), would_come(house, workspace, one)) for one in triggers]
    # Of one date there is one event, however many triggers are at it.
    known = {occasion: one.by_outlet["yes"] for occasion, one in found if one is not None}
    if known:
        yield say(
            "In the next 30 days a date comes for {n} Contact. | In the next 30 days a date comes for {n} Contacts.",
            n=sum(known.values()),
        )
    if any(one is None for _, one in found):
        yield say("A date comes for each Contact in their own time.")


def _events(house: House, workspace: int, triggers: Sequence[Trigger]) -> Iterator[Phrase]:
    """How many a day if the next days are like the last ones. What is meant for one flow alone has no past to go by, and who
    enters or leaves a segment none before the first did."""
    found = list(zip(triggers, would_start_by(house, workspace, triggers), strict=True))
    rates = [
        matches.by_outlet["yes"] / matches.days
        for trigger, matches in found
        if matches is not None and (matches.looked_at or not isinstance(trigger, Beginning))
    ]
    if rates:
        yield _a_day(sum(rates))
    if len(rates) < len(found):
        yield say("Whoever fits it from then on enters.")


def _a_day(rate: float) -> Phrase:
    if not rate:
        return say("In the last 30 days no event would have started it.")
    if rate < 1:
        return say("Events bring about {n} a month, as in the last 30 days.", n=max(1, round(rate * MONTH)))
    return say("Events bring about {n} a day, as in the last 30 days.", n=round(rate))
