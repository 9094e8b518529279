"""A shop with two worker processes on one database, customers, a clock, and death at any statement.

Both workers live in this process, each with its own ledger, engine and delivery, and take turns; `meanwhile` lets one of
them be overtaken between two transactions. Who is to die does so in a child process: `os._exit` at the n-th moment, before
or after a statement or a COMMIT, so that nothing is rolled back or closed politely. The town then goes on without it.
"""

import json
import os
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import func, select, text

from blocks.values import moment
from runtime import delivery
from runtime.clock import DAY, HOUR, SetClock
from runtime.delivery.sending import office, owner
from runtime.desk import Desk
from runtime.engine.by_hand import handling
from runtime.engine.publishing import moving
from runtime.engine.publishing import publish as publishing
from runtime.engine.publishing.moving import Move
from runtime.engine.publishing.overdue import Choice, How
from runtime.house import House
from runtime.intake.reading import NotRight, read_events
from runtime.intake.writer import store
from runtime.ledger import Ledger, Tx
from runtime.ledger.tables import (
    consent,
    contact,
    event,
    flow,
    identity,
    message,
    metadata,
    run,
    schedule,
    workspace,
)
from runtime.people import consent as answers
from runtime.segments import lists
from runtime.segments import publish as segments
from runtime.settings import Settings
from runtime.vault import Vault
from tests.invariants.dying import KILLED, Watched, die_at
from tests.invariants.flows import FLOWS, NO_PLACE, SEGMENTS, mails
from tests.invariants.paper import Paper, allowed
from tests.invariants.worker import ROUNDS, Worker

SHOP = 7


class Clock(SetClock):
    """One that knows how far it has ever been."""

    def __init__(self, now: int) -> None:
        super().__init__(now)
        self.latest = now

    def set(self, now: int) -> None:
        super().set(now)
        self.latest = max(self.latest, now)


@dataclass
class Town:
    """The shop, as it was before anything happened; `begin` makes it so again."""

    url: str
    folder: Path
    start: int
    acknowledged: set[str] = field(default_factory=set)
    """Events that were stored, as whoever posted them was told."""
    posted: dict[str, dict[str, Any]] = field(default_factory=dict)
    engines_first: bool = False
    """Whether nothing is sent while an engine has anything to do."""
    resent: Counter[int] = field(default_factory=Counter)
    """Messages that a person sent again."""
    forgone: set[int] = field(default_factory=set)
    """Overdue messages of which a person said that they are not to go out any more."""
    spread: dict[int, int] = field(default_factory=dict)
    """Overdue messages that were spread over the hours after an instant, and that instant."""
    closed: dict[str, int] = field(default_factory=dict)
    """Flows that take nobody in any more, and the last run there was then."""
    stood: Mapping[int, handling.Stood] = field(default_factory=dict)
    """Where people stood before a person moved them or skipped their wait, as far as that can be taken back."""
    begun: dict[str, int] = field(default_factory=dict)
    """Flows that were brought back, and the last event there was then."""

    def begin(self, zone: str = "Asia/Bangkok", start: int | None = None) -> None:
        """Empty the ledger, as cheaply as can be, and open the shop, with its segments, somewhere."""
        self.zone = ZoneInfo(zone)
        self.clock = Clock(self.start if start is None else start)
        self.paper = self.folder / "paper"
        self.paper.write_bytes(b"")
        self._before_the_interruption: int | None = None
        self._look = Watched(self.url)
        with self._look.write(SHOP) as tx:
            self._empty(tx)
            row = {"slug": "main", "name": "Doi Leaf", "zone": zone, "language": "th", "currency": "THB"}
            tx.execute(workspace.insert(), {"id": SHOP, **row, "created_at": self.clock.now()})
            for slug, documents in SEGMENTS.items():
                segments.release(tx, slug, documents[0], self.clock.now())
        self.workers = [Worker.of(self._house()) for _ in range(2)]
        for number, worker in enumerate(self.workers):
            office.office_of(worker.house)._owner = f"workshop-{number}:1:1"
            office.office_of(worker.house)._carrier = lambda server: Paper(self.paper, self.allowed)  # type: ignore[method-assign]

    def end(self) -> None:
        """Close everything."""
        for worker in self.workers:
            delivery.leave(worker.house)
            worker.house.close()
        self._look.close()

    def look(self) -> Any:
        """A transaction that only looks."""
        return self._look.read(SHOP)

    # ---- what happens

    def post(self, *documents: dict[str, Any]) -> None:
        """Events come in, each with an id, all in one request, and are acknowledged; unless they are of a time to come."""
        try:
            self.store(self.workers[0].house, *documents)
        except NotRight:
            return
        self.acknowledged |= {document["id"] for document in documents}

    def store(self, house: House, *documents: dict[str, Any]) -> None:
        """What intake does between a request and its answer."""
        self.posted |= {document["id"]: document for document in documents}
        events = read_events(orjson.dumps(documents), SHOP, "api", self.clock.now())
        with house.ledger.write() as tx:
            store(tx, events)

    def event(self, id_: str, name: str, who: str, *, ago: int = 0, **more: Any) -> dict[str, Any]:
        """An event of a contact, `ago` microseconds before now."""
        contact_ = {"email": who, **more.pop("contact", {})}
        at = moment(self.clock.now() - ago).isoformat()
        return {"id": id_, "name": name, "time": at, "contact": contact_, "properties": {"n": id_, **more}}

    def day(self, days: int) -> str:
        """Month and day, so many days from now."""
        return f"{moment(self.clock.now() + days * DAY):%m-%d}"

    def answer(self, who: str, answer: Any) -> None:
        """Somebody says yes or no to mail, if they are known."""
        house = self.workers[0].house
        with house.ledger.write(SHOP) as tx:
            id_ = tx.scalar(select(identity.c.contact).where(tx.mine(identity), identity.c.value == who))
            if id_ is not None:
                answers.record(tx, id_, "email", answer, self.clock.now(), "unsubscribe link")

    def publish(self, slug: str, number: int, house: House | None = None, how: str = "stay", place: int = 0) -> None:
        """A version of a flow goes live. Those inside stay on theirs, or go over to it "keep"ing their time or with a
        "renew"ed one, "to" one of its blocks, or "leave": where their block is not in it they go to another one."""
        document, house = FLOWS[slug][number], house or self.workers[0].house
        kinds = {doc.id: doc.kind for doc in document.blocks}
        places = [id_ for id_, kind in kinds.items() if kind not in NO_PLACE]
        moves = {}
        for block in moving.inside(house, SHOP, slug) if how != "stay" else ():
            if how == "leave":
                moves[block] = Move("leave")
            elif how in ("keep", "renew") and block in kinds:
                moves[block] = Move("keep" if how == "keep" else "renew")
            else:
                moves[block] = Move("to", places[place % len(places)])
        self._goes_on(slug)
        publishing.release(house, SHOP, slug, document, mails(document), "Nok", moves)

    def rule(self, slug: str, number: int) -> None:
        """A segment gets a rule, another or the same."""
        with self.workers[0].house.ledger.write(SHOP) as tx:
            segments.release(tx, slug, SEGMENTS[slug][number % len(SEGMENTS[slug])], self.clock.now())

    def list_(self, who: str, *, on: bool) -> None:
        """Somebody is put on the list by hand, or taken off, if they are known."""
        with self.workers[0].house.ledger.write(SHOP) as tx:
            id_ = tx.scalar(select(identity.c.contact).where(tx.mine(identity), identity.c.value == who))
            if id_ is not None:
                (lists.put_on if on else lists.take_off)(tx, "club", [id_], self.clock.now())

    def change(self, slug: str, how: str, house: House | None = None) -> None:
        """A flow is paused, finished, archived, or goes on ("resume", "spread", "skip": what becomes of what is overdue),
        where a person could choose that."""
        house = house or self.workers[0].house
        with self.look() as tx:
            state = tx.scalar(select(flow.c.state).where(tx.mine(flow), flow.c.slug == slug))
        match how:
            case "pause" if state == "live":
                publishing.pause(house, SHOP, slug)
            case "finish" if state == "live":
                publishing.finish(house, SHOP, slug)
                self._takes_nobody_in(slug)
            case "archive" if state is not None:
                publishing.archive(house, SHOP, slug)
                self._takes_nobody_in(slug)
            case "resume" | "spread" | "skip" if state not in (None, "live"):
                self._resume(house, slug, "send" if how == "resume" else how, paused=state == "paused")

    def _resume(self, house: House, slug: str, how: How, *, paused: bool) -> None:
        now = self.clock.now()
        with self.look() as tx:
            of = select(flow.c.id).where(tx.mine(flow), flow.c.slug == slug).scalar_subquery()
            overdue = select(message.c.id).where(
                message.c.flow == of, message.c.state == "queued", message.c.due_at <= now
            )
            ids = [row.id for row in tx.all(overdue)] if paused else []
        self._goes_on(slug)
        publishing.resume(house, SHOP, slug, Choice(how, 3 if how == "spread" else 0))
        if how == "skip":
            self.forgone |= set(ids)
        elif how == "spread":
            self.spread |= dict.fromkeys(ids, now)

    def _takes_nobody_in(self, slug: str) -> None:
        with self.look() as tx:
            self.closed[slug] = tx.scalar(select(func.max(run.c.id))) or 0

    def _goes_on(self, slug: str) -> None:
        self.closed.pop(slug, None)
        with self.look() as tx:
            state = tx.scalar(select(flow.c.state).where(tx.mine(flow), flow.c.slug == slug))
            if state in ("finishing", "archived"):
                self.begun[slug] = tx.scalar(select(func.max(event.c.id))) or 0

    def see_to(self, slug: str, how: str, number: int, house: House | None = None) -> None:
        """A person skips the wait of those inside a flow, moves them to one of its blocks, takes them out, lets go on whoever
        failed, or takes the last of that back: one of them, or all."""
        house = house or self.workers[0].house
        if how == "undo":
            handling.put_back(house, SHOP, self.stood, "Nok")
            self.stood = {}
            return
        with self.look() as tx:
            of = select(flow.c.id).where(tx.mine(flow), flow.c.slug == slug).scalar_subquery()
            wanted = run.c.state == ("failed" if how == "retry" else "open")
            rows = tx.all(select(run.c.id, run.c.hops).where(run.c.flow == of, wanted).order_by(run.c.id))
        some = rows if number % 2 or not rows else [rows[number % len(rows)]]
        chosen = {row.id: row.hops for row in some}
        match how:
            case "skip":
                self.stood = handling.skip_wait(house, SHOP, chosen, "Nok").before
            case "move":
                blocks = [doc.id for doc in FLOWS[slug][0].blocks if doc.kind not in NO_PLACE]
                self.stood = handling.move_to(house, SHOP, chosen, blocks[number % len(blocks)], "Nok").before
            case "remove":
                handling.remove(house, SHOP, chosen, "Nok")
            case "retry":
                handling.retry(house, SHOP, chosen, "Nok")

    def resend(self) -> None:
        """A person sends again what is uncertain."""
        with self.look() as tx:
            ids = [row.id for row in tx.all(select(message.c.id).where(message.c.state == "uncertain"))]
        for id_ in ids:
            if delivery.resend(self.workers[0].house, SHOP, id_):
                self.resent[id_] += 1

    def go_on(self, how_far: str) -> None:
        """What workers do after something has happened: nothing yet, some of it, or all, of the hours after it too."""
        if how_far == "some":
            self.workers[0].engine_turn()
        elif how_far == "all":
            self.idle()
        elif how_far == "hours":
            self.live_until(self.clock.now() + 2 * HOUR)

    def idle(self) -> None:
        """A worker starts anew, takes over what the dead held, and both work until nothing is left to do."""
        delivery.take_over(self.workers[0].house)
        for _ in range(ROUNDS):
            turns = [one.engine_turn() for one in self.workers]
            if not (self.engines_first and any(turns)):
                turns += [one.delivery_turn() for one in self.workers]
            if not any(turns):
                return
        raise AssertionError("the workers never come to rest")

    def live_until(self, end: int) -> None:
        """Time passes; what becomes due in it happens when it is due."""
        while True:
            self.idle()
            due = self.next_due()
            if due is None or due > end:
                break
            self.clock.set(max(due, self.clock.now()))
        self.clock.set(end)
        self.idle()

    def next_night(self, number: int) -> int:
        """When the offers of one of the hours of the night come next."""
        wanted = select(schedule.c.due_at).where(schedule.c.due_at.is_not(None)).order_by(schedule.c.due_at)
        with self.look() as tx:
            due = [row.due_at for row in tx.all(wanted)]
        return max(self.clock.now(), due[number % len(due)]) if due else self.clock.now()

    def next_due(self) -> int | None:
        """When there is something to do next."""
        worker = self.workers[0]
        moments = [worker.engine.next_due(), delivery.next_due(worker.house)]
        return min((at for at in moments if at is not None), default=None)

    # ---- two at once

    def meanwhile(
        self, turn: Callable[[], object], ledger: Ledger, transaction: int, other: Callable[[], object]
    ) -> None:
        """A turn of a worker, and `other` before the n-th transaction of it."""
        assert isinstance(ledger, Watched)

        def interrupt() -> None:
            with self.look() as tx:
                self._before_the_interruption = tx.scalar(select(consent.c.id).order_by(consent.c.id.desc())) or 0
            other()

        ledger.left, ledger.meanwhile = transaction, interrupt
        try:
            turn()
        finally:
            if ledger.meanwhile is not None:
                ledger.meanwhile = None
                other()
            self._before_the_interruption = None

    # ---- death

    def dies(self, work: Callable[[Worker], object], moment_: int) -> bool:
        """Somebody does `work` in a process of their own and is killed at its n-th moment. Whether it came to that."""
        for worker in self.workers:
            worker.house.ledger.close()  # no connection may be open across a fork
        self._look.close()
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            try:
                worker = Worker.of(self._house())
                office.office_of(worker.house)._owner = owner.me()
                office.office_of(worker.house)._carrier = lambda server: Paper(self.paper, self.allowed)  # type: ignore[method-assign]
                die_at(worker.house.ledger, moment_)
                work(worker)
                os._exit(0)
            except BaseException:  # noqa: BLE001 - whatever it is, no second pytest may come of it
                os.write(2, traceback.format_exc().encode())
                os._exit(1)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert code in (0, KILLED), f"what was to be killed failed by itself ({code}); see standard error"
        return code == KILLED

    # ---- what came of it

    def carried(self) -> list[dict[str, Any]]:
        """What went out, in order."""
        return [json.loads(line) for line in self.paper.read_bytes().splitlines()]

    def states(self) -> tuple[str, ...]:
        """Of the messages: marketing first."""
        with self.look() as tx:
            return tuple(row.state for row in tx.all(select(message.c.state).order_by(message.c.marketing.desc())))

    def allowed(self, id_: int) -> dict[str, Any]:
        """What the ledger says of a message that goes out now."""
        with self.look() as tx:
            return allowed(tx, id_, self._before_the_interruption) | {"at": self.clock.now()}

    # ---- the house

    def _house(self) -> House:
        settings = Settings(data=self.folder, base_url="https://mail.doileaf.example")
        ledger = Watched(self.url)
        desk, vault = Desk(self.folder / "desk"), Vault(b"a key for tests only")
        return House(settings=settings, ledger=ledger, desk=desk, vault=vault, clock=self.clock, ring=lambda: None)

    def _empty(self, tx: Tx) -> None:
        for table in metadata.sorted_tables:
            if table.name != "counter":
                tx.execute(table.delete())
        if tx.dialect == "sqlite":
            tx.execute(text("UPDATE counter SET next = 1"))
        else:
            tx.execute(text("ALTER SEQUENCE cartwheel_id RESTART"))

    def contacts(self, tx: Tx) -> dict[int, str]:
        """Who they are, by id."""
        return {row.id: row.email for row in tx.all(select(contact.c.id, contact.c.email))}
