"""Runs the examples of a flow, one after another, and says in words where what happens is not what they expect."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from blocks.examples import (
    Example,
    seconds_after,
)
from blocks.flow import Flow
from blocks.phrase import Phrase, say
from blocks.values import micros
from blocks.zones import local_to_utc
from runtime.accounts import workspaces
from runtime.clock import DAY, SECOND
from runtime.house import House
from runtime.intake.reading import NotRight
from runtime.rehearsal.compared import Compared
from runtime.rehearsal.rehearse import LONGEST, Prepared, Stopped, prepare, rehearse
from runtime.rehearsal.script import Happening, MadeUp, Question
from runtime.rehearsal.told import Rehearsal
from runtime.zones import zone_of


@dataclass(frozen=True, slots=True)
class Tried:
    """An example that was run. It holds if nothing `differs`; each of these is a sentence."""

    name: str
    differs: tuple[Phrase, ...] = ()
    result: Rehearsal | None = None
    """What happened; None if it could not be rehearsed."""

    @property
    def holds(self) -> bool:
        """Whether all came true."""
        return not self.differs


def run_examples(
    house: House,
    workspace: int,
    slug: str,
    document: Flow,
    *,
    done: Callable[[Tried], Any] = lambda tried: None,
    stopping: Callable[[], bool] = lambda: False,
) -> list[Tried]:
    """Run them all on a ledger in memory; `done` gets each as soon as it was run. Raises Stopped.

    Takes some 50 ms each, more where a flow waits often. What is drawn by lot comes out the same in every installation,
    and nobody is held out: an example speaks of those who are let in.
    """
    if not document.examples:
        return []
    document = document.model_copy(update={"hold_out": 0})
    prepared = prepare(house, workspace, document)
    found = []
    for example in document.examples:
        if stopping():
            raise Stopped
        tried = _run(house, workspace, slug, document, example, prepared, stopping)
        found.append(tried)
        done(tried)
    return found


def made_up(example: Example) -> MadeUp:
    """Whom it is about."""
    one = example.contact
    return MadeUp(one.email, one.name, one.consent, one.zone, one.language, one.fields, one.tags)


def begins(example: Example, of_flow: str, home: str) -> int:
    """When it begins, UTC microseconds; `of_flow` is the flow's zone, if it has one, and `home` the shop's."""
    return micros(local_to_utc(example.start, zone_of(of_flow, example.contact.zone, home)))


def happenings(example: Example, start: int) -> list[Happening]:
    """What happens in it."""
    return [
        Happening(one.name, start + seconds_after(one) * SECOND, one.properties, one.contact)
        for one in example.happenings
    ]


def _run(
    house: House,
    workspace: int,
    slug: str,
    document: Flow,
    example: Example,
    prepared: Prepared,
    stopping: Callable[[], bool],
) -> Tried:
    shop = workspaces.get(house, workspace)
    start = begins(example, document.zone, shop.zone if shop is not None else "UTC")
    until = start + max(LONGEST, example.longest * SECOND + DAY)
    script = happenings(example, start)
    try:
        asked = Question(slug, document, made_up(example), start, until, script, as_given=True)
        result = rehearse(house, workspace, asked, prepared=prepared, stopping=stopping)
    except NotRight as wrong:
        first = wrong.wrongs[0]
        said = say("An event of it cannot be taken in: {field} {reason}", field=first.field, reason=first.reason)
        return Tried(example.name, (said,))
    if result.problems:
        return Tried(example.name, tuple(problem.phrase for problem in result.problems))
    return Tried(example.name, tuple(Compared(example, document, prepared.known, result).differences()), result)
