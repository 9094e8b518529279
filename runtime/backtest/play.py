"""Plays a draft, and the version that is live, against the events that are recorded: the engine and the permission that
everything else uses, on a scratch ledger with a clock that jumps from one due moment to the next."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import bindparam, func, or_, select

from blocks.beginning import INCLUDED
from blocks.checks import check
from blocks.flow import Flow
from runtime.backtest.calendar import Calendar
from runtime.backtest.counted import TO_PEOPLE, by_days, came_and_went, went_out
from runtime.backtest.past import Past, Wanted
from runtime.backtest.told import Played
from runtime.clock import DAY, MINUTE, SetClock
from runtime.delivery.paper import Paper
from runtime.engine.program import make_program
from runtime.engine.publishing.known import known_to
from runtime.engine.publishing.publish import NotPublishable, compose, release
from runtime.engine.work import Engine
from runtime.house import House
from runtime.ledger import Tx
from runtime.ledger.prepared import Prepared
from runtime.ledger.scratch import ScratchLedger
from runtime.ledger.tables import (
    appointment,
    beginning,
    event,
    flow,
    message,
    occasion,
    reply,
    run,
    schedule,
    version,
    version_mail,
)
from runtime.scratch import furnish_shop, scratch_house
from runtime.scratch_folder import scratch_folder

LONGEST = 366 * DAY
GRAINS = tuple(minutes * MINUTE for minutes in (1, 5, 10, 15, 30))
"""What falls into one of these is worked off together, at its end."""
MOST_MOMENTS = 8_000
"""The grain is the finest that makes no more moments than this; each costs some 3 ms, however little is due."""
MOST_ROUNDS = 5_000_000
"""Turns of engine and delivery in all; what needs more goes round in a circle."""
BY = "backtest"


class Stopped(Exception):
    """Whoever asked does not want to know any more."""


class Backtest(BaseModel):
    """What would have happened from `start` to `until` (UTC microseconds), with days where the shop is (`zone`)."""

    model_config = ConfigDict(frozen=True)

    flow: str
    zone: str
    start: int
    until: int
    grain: int
    """Times are right to so many microseconds."""
    draft: Played
    live: Played | None = None
    """The live version, played in the same way; None if there is none, or if the draft is the same."""
    same: bool = False
    """Whether the draft is what is live."""
    really_sent: int | None = None
    """What really went out of this flow in that time; None if it was never live."""
    let_in: int = 0
    """People whom it really let in then because they matched when it was published; a play lets nobody in so."""
    were_inside: int = 0
    """People who really were inside when the time began; in a play nobody is."""


@dataclass(frozen=True, slots=True)
class _Live:
    document: Flow
    mails: Sequence[dict[str, object]]


def backtest(
    house: House,
    workspace: int,
    slug: str,
    document: Flow,
    start: int,
    until: int,
    *,
    progress: Callable[[float], None] = lambda share: None,
    stopping: Callable[[], bool] = lambda: False,
) -> Backtest:
    """Play `document` from `start` to `until`, and what is live of the flow as well. Writes nothing to the installation but
    a scratch file in its data folder, which is gone afterwards.

    Takes a second or two for 10,000 events; for one thread, and best in a process of its own (`runtime.backtest.apart`).
    Raises NotPublishable for a draft that could not be published, Stopped, and ValueError for a time that is none.
    """
    if not start < until or until - start > LONGEST:
        raise ValueError("A backtest is of up to 366 days, and ends after it begins.")
    if bad := [problem for problem in check(document, known_to(house, workspace)) if problem.level == "bad"]:
        raise NotPublishable(bad)
    mails = compose(house, workspace, document)
    with house.ledger.read(workspace) as real:
        zone = real.zone or "UTC"
        live = _live(real, slug)
        same = live is not None and _alike(live.document, document)
        really = _really_sent(real, slug, start, until)
        let_in, were_inside = _left_out(real, slug, start, until)
        grain = _grain(real, start, until)
    plays = 1 if live is None or same else 2

    def part(number: int) -> Callable[[float], None]:
        return lambda share: progress((number + share) / plays)

    stage = _Stage(house, workspace, slug, start, until, grain, zone, stopping)
    drafted = stage.play(document, mails, part(0))
    lived = stage.play(live.document, live.mails, part(1)) if live is not None and not same else None
    return Backtest(
        flow=document.name,
        zone=zone,
        start=start,
        until=until,
        grain=grain,
        draft=drafted,
        live=lived,
        same=same,
        really_sent=really,
        let_in=let_in,
        were_inside=were_inside,
    )


@dataclass(frozen=True, slots=True)
class _Stage:
    """Where one version after the other is played."""

    house: House
    workspace: int
    slug: str
    start: int
    until: int
    grain: int
    zone: str
    stopping: Callable[[], bool]

    def play(self, document: Flow, mails: Sequence[dict[str, object]], progress: Callable[[float], None]) -> Played:
        clock = SetClock(self.start)
        with scratch_folder(self.house.settings.data) as folder:
            ledger = ScratchLedger(folder / "scratch.db")
            with scratch_house(self.house, clock, ledger) as scratch:
                return self._play(scratch, clock, document, mails, progress)

    def _play(
        self,
        scratch: House,
        clock: SetClock,
        document: Flow,
        mails: Sequence[dict[str, object]],
        progress: Callable[[float], None],
    ) -> Played:
        wanted = Wanted.by(make_program(0, 0, self.slug, document, {}))
        with self.house.ledger.read(self.workspace) as real, scratch.ledger.write(self.workspace) as into:
            flow_id = furnish_shop(real, into, self.slug, document, self.start)
            past = Past(self.house, self.workspace, flow_id, wanted, self.start, self.until)
            past.furnish(real, into, document.entry.again)
        release(scratch, self.workspace, self.slug, document, mails, BY)
        stage = _Moments(scratch, self.workspace, flow_id)
        cut = not self._pass(stage, clock, past, progress)
        with scratch.ledger.read(self.workspace) as tx:
            return Played(
                **came_and_went(tx, flow_id),
                **went_out(tx, flow_id),
                **by_days(tx, flow_id, Calendar(self.zone, self.start, self.until)),
                put_off=dict(Counter(stage.paper.put_off).most_common()),
                events=past.events,
                cut=cut,
            )

    def _pass(self, moments: "_Moments", clock: SetClock, past: Past, progress: Callable[[float], None]) -> bool:
        """Let the time pass. Whether the flow came to rest at every moment."""
        for _ in range(MOST_ROUNDS):
            if self.stopping():
                raise Stopped
            due = moments.work()
            if due is not None and due <= clock.now():
                continue
            with moments.house.ledger.write(self.workspace) as into:
                past.load(into)
                due = min((at for at in (due, past.next_at) if at is not None), default=None)
                if due is None or due >= self.until:
                    return True
                # At the end of the grain, so that nothing is early.
                clock.set(min(self.until, max(clock.now() + 1, -(-due // self.grain) * self.grain)))
                past.happen(into, clock.now())
            progress((clock.now() - self.start) / (self.until - self.start))
        return False


class _Moments:
    """Works off what is due, with one look at what there is instead of one for each kind of it."""

    def __init__(self, house: House, workspace: int, flow_id: int) -> None:
        self.house, self._workspace = house, workspace
        self.paper = Paper(house, workspace, flow_id)
        self._engine = Engine(house, longest=1.0)

    def work(self) -> int | None:
        """A batch of each kind of what is due. When there is more to do, UTC microseconds: now, later, or (None) never."""
        now = self.house.clock.now()
        seen = self._look()
        wakes, comes, reached, mails = seen.wakes, seen.comes, seen.reached, seen.mails
        there_is = {
            "new": seen.new,
            "expected": seen.expected,
            "replied": seen.replied,
            "due": wakes is not None and wakes <= now,
            "come": comes is not None and comes <= now,
            "scheduled": reached is not None and reached <= now,
            "beginning": seen.begins,
        }
        if any(there_is.values()):
            self._engine.do(self._workspace, [name for name, some in there_is.items() if some])
            return now
        if mails is not None and mails <= now:
            self.paper.deliver()
            return now
        return min((at for at in (wakes, comes, reached, mails) if at is not None), default=None)

    def _look(self) -> Any:
        with self.house.ledger.read(self._workspace) as tx:
            return tx.first(_THERE_IS, {"workspace": self._workspace})


_THERE_IS = Prepared(
    select(
        select(event.c.id)
        .where(event.c.workspace == bindparam("workspace"), event.c.state == "new")
        .exists()
        .label("new"),
        select(occasion.c.id)
        .where(occasion.c.workspace == bindparam("workspace"), occasion.c.planned.is_not(None))
        .exists()
        .label("expected"),
        select(reply.c.message).where(reply.c.workspace == bindparam("workspace")).exists().label("replied"),
        select(beginning.c.id)
        .where(beginning.c.workspace == bindparam("workspace"), beginning.c.done_at.is_(None))
        .exists()
        .label("begins"),
        select(func.min(run.c.wake_at)).where(run.c.state == "open").scalar_subquery().label("wakes"),
        select(func.min(appointment.c.due_at))
        .where(appointment.c.workspace == bindparam("workspace"))
        .scalar_subquery()
        .label("comes"),
        select(func.min(schedule.c.due_at))
        .where(schedule.c.workspace == bindparam("workspace"))
        .scalar_subquery()
        .label("reached"),
        select(func.min(message.c.due_at))
        .where(message.c.workspace == bindparam("workspace"), message.c.flow == select(flow.c.id).scalar_subquery())
        .where(message.c.state == "queued")
        .scalar_subquery()
        .label("mails"),
    )
)
"""All of it in a scratch ledger, in which there is one flow."""


def _grain(real: Tx, start: int, until: int) -> int:
    """As fine as the number of events and the length of time allow."""
    counted = select(event.c.id).where(real.mine(event), event.c.at >= start, event.c.at < until).limit(MOST_MOMENTS)
    events = int(real.scalar(select(func.count()).select_from(counted.subquery())) or 0)
    return next((one for one in GRAINS if min(3 * events, (until - start) // one) <= MOST_MOMENTS), GRAINS[-1])


def _live(real: Tx, slug: str) -> _Live | None:
    found = real.first(
        select(version.c.id, version.c.document)
        .join(flow, flow.c.version == version.c.id)
        .where(real.mine(version), real.mine(flow), flow.c.slug == slug, flow.c.state.in_(("live", "paused")))
    )
    if found is None:
        return None
    rows = real.all(version_mail.select().where(real.mine(version_mail), version_mail.c.version == found.id))
    names = ("block", "marketing", "document", "compiled")
    return _Live(Flow.model_validate(found.document), [{name: row._mapping[name] for name in names} for row in rows])


def _alike(one: Flow, other: Flow) -> bool:
    """Whether both do the same, wherever their blocks are drawn."""
    return _bare(one.to_json()) == _bare(other.to_json())


def _bare(document: Mapping[str, Any]) -> dict[str, Any]:
    blocks = [{key: value for key, value in block.items() if key != "position"} for block in document["blocks"]]
    return {**document, "blocks": blocks, "notes": None}


def _really_sent(real: Tx, slug: str, start: int, until: int) -> int | None:
    id_ = real.scalar(select(flow.c.id).where(real.mine(flow), flow.c.slug == slug))
    if id_ is None:
        return None
    went = (
        message.c.channel.in_(TO_PEOPLE),
        message.c.flow == id_,
        message.c.state.in_(("sent", "uncertain")),
        message.c.test.is_(False),
    )
    when = (message.c.done_at >= start, message.c.done_at < until)
    return int(real.scalar(select(func.count()).where(real.mine(message), *went, *when)) or 0)


def _left_out(real: Tx, slug: str, start: int, until: int) -> tuple[int, int]:
    """Who was really in the flow and is not in any play: those let in when it was published, and those inside before."""
    people = select(func.count(run.c.contact.distinct())).select_from(run).join(flow, flow.c.id == run.c.flow)
    mine = people.where(real.mine(run), flow.c.slug == slug)
    matched = mine.join(event, event.c.id == run.c.entry_event).where(event.c.name == INCLUDED)
    let_in = matched.where(run.c.entered_at >= start, run.c.entered_at < until)
    inside = mine.where(run.c.entered_at < start, or_(run.c.ended_at.is_(None), run.c.ended_at >= start))
    return int(real.scalar(let_in) or 0), int(real.scalar(inside) or 0)
