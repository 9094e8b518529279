"""What a person may do to runs: try again, skip a wait, move to another block, take out, and take the last of that back.

It goes by the engine's own rules and in its turn: a batch is one transaction, on PostgreSQL under the lock that the engine
works under. Whoever asks says how far each run had come when they looked; one that has moved on since is left alone, and
so a second click does nothing twice.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import bindparam, select

from blocks.contract import Reason
from blocks.phrase import Phrase, say
from runtime.engine.again import had_by, led_back_to
from runtime.engine.batch import Batch
from runtime.engine.leaving.departures import come_back
from runtime.engine.leaving.inside import inside
from runtime.engine.program import Program
from runtime.engine.programs import Programs
from runtime.engine.run import AS_RUN, Run
from runtime.engine.wakes import take_further
from runtime.engine.work import one_batch
from runtime.house import House
from runtime.ledger import Tx
from runtime.ledger.lists import among, listed
from runtime.ledger.revival import revive
from runtime.ledger.tables import flow, run, step
from runtime.ledger.tallies import by_outlet
from runtime.reasons import BY_EXIT

AT_ONCE = 100
"""Runs that are handled in one transaction; while it lasts, intake waits."""

Hops = Mapping[int, int]
"""Runs, and how many steps each had taken when somebody looked."""

REFUSED: Mapping[str, Phrase] = {
    "moved_on": say("{n} person had moved on meanwhile. | {n} people had moved on meanwhile."),
    "not_failed": say("{n} Run had not failed. | {n} Runs had not failed."),
    "not_waiting": say("{n} person did not wait there any more. | {n} people did not wait there any more."),
    "not_inside": say("{n} person was not inside any more. | {n} people were not inside any more."),
    "inside_again": say("{n} person is in this Flow again already. | {n} people are in this Flow again already."),
    "archived": say("The Flow is archived, so nobody goes on in it."),
    "no_block": say(
        "{n} person is on a version of the Flow without that Block."
        " | {n} people are on a version of the Flow without that Block."
    ),
    "had_it": say(
        "{n} person has had an e-mail already that would come again from there."
        " | {n} people have had an e-mail already that would come again from there."
    ),
    "went_far": say("{n} person has gone too far to be put back. | {n} people have gone too far to be put back."),
}
"""Why something was not done, with how many it was not done for."""

_THESE = select(*AS_RUN).where(run.c.workspace == bindparam("workspace"), among(run.c.id, "ids"))
_ARCHIVED = select(flow.c.id).where(flow.c.workspace == bindparam("workspace"), flow.c.state == "archived")
_INSIDE = select(run.c.flow, run.c.contact, run.c.key).where(
    run.c.workspace == bindparam("workspace"), run.c.state == "open", among(run.c.contact, "contacts")
)
_EXITS = (
    select(step.c.run, step.c.code, step.c.args)
    .where(step.c.workspace == bindparam("workspace"), among(step.c.run, "ids"), step.c.code.in_(BY_EXIT))
    .order_by(step.c.hop)
)
_SINCE = select(step.c.run, step.c.hop, step.c.block).where(
    step.c.workspace == bindparam("workspace"), among(step.c.run, "ids")
)


@dataclass(frozen=True, slots=True)
class Stood:
    """Where a run stood before somebody did something to it."""

    hops: int
    messages: int
    block: str
    arrived_at: int
    wake_at: int | None
    code: str | None
    args: str | None


@dataclass(slots=True)
class Answer:
    """What was done, and what not and why."""

    done: list[int] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    before: dict[int, Stood] = field(default_factory=dict)
    """Where those stood who can be put back: nothing but the way itself has happened to them since."""

    def why_not(self) -> list[Phrase]:
        """What was refused, in sentences."""
        return [Phrase(REFUSED[code].msgid, {"n": count}) for code, count in self.refused.items()]


_Deed = Callable[["_Hand", list[Run]], list[Run]]
"""Changes runs that may be changed, and returns those that go on from where they stand now."""


def retry(house: House, workspace: int, chosen: Hops, who: str) -> Answer:
    """Let runs that failed go on from the block at which they did."""

    def again(hand: "_Hand", runs: list[Run]) -> list[Run]:
        found = hand.reopened(hand.only(runs, "not_failed", lambda one: one.state == "failed"))
        for one in found:
            hand.note(one, "retried")
        return found

    return _handle(house, workspace, chosen, who, again)


def skip_wait(house: House, workspace: int, chosen: Hops, who: str) -> Answer:
    """Let those who wait go on now, by the way that a block's wait ends in when nothing else happens."""

    def skip(hand: "_Hand", runs: list[Run]) -> list[Run]:
        found = []
        for one in hand.only(runs, "not_waiting", lambda one: one.state == "open" and one.wake_at is not None):
            program = hand.program(one)
            block = program.blocks.get(one.block)
            if block is None:
                hand.answer.refused["no_block"] += 1
                continue
            hand.remember(one)
            outlet = block.waited_out()
            hand.note(one, "wait_skipped", outlet)
            hand.batch.counts[one.flow, one.block, by_outlet(outlet)] += 1
            onward = program.ways.get((one.block, outlet))
            if onward is None:
                one.end("ended", hand.batch.now)
            else:
                one.block, one.arrived_at, one.wake_at = onward, hand.batch.now, None
                found.append(one)
        return found

    return _handle(house, workspace, chosen, who, skip)


def move_to(house: House, workspace: int, chosen: Hops, block: str, who: str) -> Answer:
    """Let those inside, and those who failed, go on from another block of the version they are on."""

    def move(hand: "_Hand", runs: list[Run]) -> list[Run]:
        had = had_by(hand.batch.tx, runs)

        def again(one: Run) -> bool:
            drawn = hand.program(one).document
            return bool(had[one.id] & led_back_to(drawn, one.block, drawn, block, anew=True))

        found = hand.only(runs, "not_inside", lambda one: one.state in ("open", "failed"))
        found = hand.only(found, "no_block", lambda one: block in hand.program(one).blocks)
        found = hand.reopened(hand.only(found, "had_it", lambda one: not again(one)))
        for one in found:
            hand.remember(one)
            hand.note(one, "moved_by")
            hand.batch.counts[one.flow, one.block, "moved"] += 1
            one.block, one.arrived_at, one.wake_at = block, hand.batch.now, None
            come_back(hand.program(one), one)
        return found

    return _handle(house, workspace, chosen, who, move)


def remove(house: House, workspace: int, chosen: Hops, who: str, *, undone: bool = False) -> Answer:
    """Take people out, also those who are through while a message still waits: their run ends, and what waits to be sent to
    them is cancelled. It cannot be undone. With `undone` the flow's rule for coming back does not count that they were in it:
    they had been added by mistake."""

    def take_out(hand: "_Hand", runs: list[Run]) -> list[Run]:
        still = inside(hand.batch.tx, runs)
        for one in hand.only(runs, "not_inside", lambda one: one.id in still):
            hand.batch.cancel(one)
            reason = hand.reason("not_added" if undone else "taken_out")
            hand.note(one, reason.code)
            hand.batch.counts[one.flow, one.block, "left"] += 1
            one.end("left", hand.batch.now, reason)
        return []

    return _handle(house, workspace, chosen, who, take_out, archived_too=True)


def put_back(house: House, workspace: int, before: Mapping[int, Stood], who: str) -> Answer:
    """Undo a skipped wait or a move for those to whom nothing has happened since but waiting and choosing a way."""

    def back(hand: "_Hand", runs: list[Run]) -> list[Run]:
        far = {one.id for one in runs if not hand.may_go_back(one, before[one.id])}
        for row in hand.rows(_SINCE, runs):
            one = hand.runs[row.run]
            if row.hop >= before[row.run].hops and not _only_a_way(hand.program(one), row.block):
                far.add(row.run)
        for one in hand.only(runs, "went_far", lambda one: one.id not in far):
            stood = before[one.id]
            hand.note(one, "put_back")
            one.block, one.arrived_at, one.wake_at = stood.block, stood.arrived_at, stood.wake_at
            one.code, one.args = stood.code, stood.args
        return []

    return _handle(house, workspace, dict.fromkeys(before), who, back)


def _only_a_way(program: Program, block: str) -> bool:
    """Whether a block does nothing to a contact but to hold them or to show them a way."""
    found = program.blocks.get(block)
    return found is not None and found.card.family in ("timing", "split")


class _Hand:
    """What a deed has to work with, within one transaction."""

    def __init__(self, batch: Batch, programs: Programs, who: str, answer: Answer) -> None:
        self.batch, self.answer, self.runs = batch, answer, dict[int, Run]()
        self._programs, self._who = programs, who

    def program(self, one: Run) -> Program:
        return self._programs.get(self.batch.tx, one.version)

    def reason(self, code: str) -> Reason:
        return Reason(code, {"who": self._who})

    def note(self, one: Run, code: str, outlet: str = "") -> None:
        """Write a step that says who did it."""
        self.batch.touch(one)
        self.batch.note(one, one.block, outlet, self.reason(code))
        self.answer.done.append(one.id)

    def remember(self, one: Run) -> None:
        if one.state == "open":
            self.answer.before[one.id] = Stood(
                one.hops, one.messages, one.block, one.arrived_at, one.wake_at, one.code, one.args
            )

    def forget_who_went_far(self) -> None:
        """An undo is only offered where it would work."""
        for id_ in self.runs.keys() & self.answer.before.keys():
            one, stood = self.runs[id_], self.answer.before[id_]
            passed = [block for _, run_id, hop, block, *_ in self.batch.steps if run_id == id_ and hop >= stood.hops]
            if not self.may_go_back(one, stood) or not all(_only_a_way(self.program(one), block) for block in passed):
                del self.answer.before[id_]

    def may_go_back(self, one: Run, stood: Stood) -> bool:
        return one.state == "open" and one.messages == stood.messages and stood.block in self.program(one).blocks

    def only(self, runs: Iterable[Run], code: str, fits: Callable[[Run], bool]) -> list[Run]:
        """Those that fit; of the others it is said that they were refused."""
        found = []
        for one in runs:
            if fits(one):
                found.append(one)
            else:
                self.answer.refused[code] += 1
        return found

    def going_on(self, runs: Iterable[Run]) -> list[Run]:
        """Those whose flow is not archived."""
        tx = self.batch.tx
        archived = {row.id for row in tx.all(_ARCHIVED, {"workspace": tx.workspace})}
        return self.only(runs, "archived", lambda one: one.flow not in archived)

    def rows(self, query: Any, runs: Iterable[Run], **values: Any) -> Any:
        tx = self.batch.tx
        ids = listed(tx, [one.id for one in runs])
        return tx.all(query, {"workspace": tx.workspace, "ids": ids, **values})

    def reopened(self, runs: list[Run]) -> list[Run]:
        """Open those again that failed. Whose place was taken since stays as it is: never two runs with one key."""
        failed = [one for one in runs if one.state == "failed"]
        if not failed:
            return runs
        tx = self.batch.tx
        contacts = listed(tx, {one.contact for one in failed})
        taken = {tuple(row) for row in tx.all(_INSIDE, {"workspace": tx.workspace, "contacts": contacts})}
        leaving = {row.run: row for row in self.rows(_EXITS, failed)}
        found = []
        for one in sorted(runs, key=lambda one: -one.entered_at):
            if one.state == "failed":
                if (one.flow, one.contact, one.key) in taken:
                    self.answer.refused["inside_again"] += 1
                    continue
                taken.add((one.flow, one.contact, one.key))
                one.state, one.ended_at, one.wake_at, one.code, one.args = "open", None, None, None, None
                if one.id in leaving and one.block not in self.program(one).main_way:
                    # Who had left by an exit goes on with the last way, and no exit counts any more.
                    left = leaving[one.id]
                    one.code, one.args = left.code, orjson.dumps(left.args).decode()
            found.append(one)
        revive(tx, (one.flow for one in failed))
        return found


def _handle(
    house: House, workspace: int, chosen: Mapping[int, int | None], who: str, deed: _Deed, *, archived_too: bool = False
) -> Answer:
    answer, programs = Answer(), Programs()
    ids = iter(sorted(chosen))
    while some := list(islice(ids, AT_ONCE)):
        with one_batch(house, workspace, programs) as batch:
            hand = _Hand(batch, programs, who, answer)
            runs = _standing(batch.tx, some)
            hand.runs.update((one.id, one) for one in runs)
            answer.refused["moved_on"] += len(some) - len(runs)
            found = hand.only(runs, "moved_on", lambda one: chosen[one.id] in (None, one.hops))
            if not archived_too:
                found = hand.going_on(found)
            going = deed(hand, found)
            if going:
                take_further(batch, programs, going)
            hand.forget_who_went_far()
    answer.refused = +answer.refused
    if answer.done:
        house.ring()
    return answer


def _standing(tx: Tx, ids: list[int]) -> list[Run]:
    return [Run.of(row) for row in tx.all(_THESE, {"workspace": tx.workspace, "ids": listed(tx, ids)})]
