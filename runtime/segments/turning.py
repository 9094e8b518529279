"""When time alone may next change whether a contact meets a rule."""

from collections.abc import Iterable, Iterator

from blocks.rules import Compare, Did, Got, LastDays, Rule, leaves, leaves_at
from blocks.values import Typed
from runtime.clock import DAY
from runtime.segments.evaluating import Person


def next_turn(rule: Rule, person: Person) -> int | None:
    """The first instant after now (UTC microseconds) at which a condition may turn; None if only events can do it."""
    return min(_turns(rule, person), default=None)


def _turns(rule: Rule, person: Person) -> Iterator[int]:
    now = person.seen.now
    for leaf in leaves(rule):
        match leaf:
            case Compare():
                yield from _of_dates(leaf, person.contact, now)
            case Did() | Got():
                yield from _of_instants(leaf, person.history.instants(leaf, person.id, person.seen), now)
                if isinstance(leaf, Did) and leaf.where is not None:
                    yield from _of_filter(leaf, leaf.where, person, now)


def _of_dates(leaf: Compare, typed: Typed, now: int) -> Iterator[int]:
    """A date comes, or has been too long ago."""
    if leaf.op == "in_last_days":
        span = int(leaf.wanted_numbers[0] * DAY)
        for date in leaves_at(typed["d"], leaf.path):
            yield from (at for at in (date, date + span + 1) if at > now)


def _of_instants(leaf: Did | Got, instants: Iterable[int], now: int) -> Iterator[int]:
    """Of at least N, the Nth latest leaves the window; or what carries a later time comes into it."""
    past = []
    for at in instants:
        if at <= now:
            past.append(at)
        else:
            yield at
    if isinstance(leaf.window, LastDays) and len(past) >= leaf.times:
        yield sorted(past)[-leaf.times] + leaf.window.days * DAY + 1


def _of_filter(leaf: Did, where: Rule, person: Person, now: int) -> Iterator[int]:
    """Dates in past events that a filter asks for."""
    asked = [
        one for one in leaves(where) if isinstance(one, Compare) and one.of == "event" and one.op == "in_last_days"
    ]
    if asked:
        for typed in person.history.events_of(leaf, person.id):
            for one in asked:
                yield from _of_dates(one, typed, now)
