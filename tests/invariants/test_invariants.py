"""What holds whatever happens in whatever order, on both databases, with two workers at once and whoever is killed."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from blocks.values import micros
from runtime import delivery
from runtime.clock import DAY, HOUR, MINUTE, SECOND
from runtime.delivery.sending import writer
from tests.conftest import THE_MORNING
from tests.invariants import laws
from tests.invariants.flows import FLOWS, SEGMENTS
from tests.invariants.histories import ANSWERS, CHANGES, DEEDS, LONG, MOVES, PEOPLE, PLACES, SLUGS, TOKENS
from tests.invariants.town import Town
from tests.invariants.worker import Worker

NIGHT = random.randrange(1 << 32) if LONG else 0
PROFILE = settings(
    max_examples=10 if LONG else 5,  # after which Hypothesis varies what it has tried instead of trying something new
    stateful_step_count=60 if LONG else 30,
    deadline=None,
    database=None,
    # To find the shortest history takes minutes; a long night has them.
    phases=(Phase.generate, Phase.shrink) if LONG else (Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
CHAPTERS = 300 if LONG else 3
"""Each begins with a seed of its own."""

NUMBERS = st.integers(0, 1)
"""Versions of a flow or a segment, workers, and the hours of the night."""
SENDING = st.sampled_from(["news", "review", "cart", "offer"])
RULED = st.sampled_from(sorted(SEGMENTS))
AGO = st.sampled_from([0, 0, 0, MINUTE, 3 * HOUR, 2 * DAY, -10 * MINUTE])
"""How late an event comes in; some are ahead of their time."""
LEAPS = st.sampled_from([SECOND, 50 * SECOND, MINUTE, HOUR, 2 * HOUR, 23 * HOUR, DAY, 4 * DAY, 9 * DAY, 400 * DAY])
THEN = st.sampled_from(["", "some", "all", "hours", "hours"])
MOMENTS = st.one_of(st.integers(0, 30), st.integers(0, 120))


def _a_long_breath(life: "Life", other: Worker, who: str, slug: str) -> None:
    """So long that another takes over what the first has in hand."""
    life.town.clock.set(life.town.clock.now() + 50 * SECOND)
    delivery.sweep(other.house)
    other.delivery_turn()


def _an_order(life: "Life", other: Worker, who: str, slug: str) -> None:
    life.orders(who, "c1", 0, True)
    other.engine_turn()


MEANWHILE: dict[str, Callable[["Life", Worker, str, str], object]] = {
    "the other engine": lambda life, other, who, slug: other.engine_turn(),
    "the other delivery": lambda life, other, who, slug: other.delivery_turn(),
    "a no": lambda life, other, who, slug: life.town.answer(who, "no"),
    "a pause": lambda life, other, who, slug: life.town.change(slug, "pause"),
    "an archive": lambda life, other, who, slug: life.town.change(slug, "archive"),
    "a skip": lambda life, other, who, slug: life.town.change(slug, "skip"),
    "the end": lambda life, other, who, slug: life.town.change(slug, "finish"),
    "the list": lambda life, other, who, slug: life.town.list_(who, on=True),
    "a hand": lambda life, other, who, slug: life.town.see_to(slug, "remove", 0),
    "a version": lambda life, other, who, slug: life.town.publish(slug, 1),
    "a version for all": lambda life, other, who, slug: life.town.publish(slug, 1, how="renew"),
    "an order": _an_order,
    "a long breath": _a_long_breath,
}
"""What may happen while a worker is at it."""


class Life(RuleBasedStateMachine):
    """Things happen to three people and to the flows of a shop."""

    make: Callable[[], Town]

    def __init__(self) -> None:
        super().__init__()
        self.town: Town = self.make()
        self.count = 0

    @initialize(place=PLACES)
    def opens(self, place: tuple[str, int]) -> None:
        self.town.begin(*place)
        for slug in FLOWS:
            self.town.publish(slug, 0)

    def teardown(self) -> None:
        self.town.end()

    def _event(self, name: str, who: str, ago: int, answer: str | None, **more: Any) -> dict[str, Any]:
        self.count += 1
        if answer is not None:
            more["contact"] = more.get("contact", {}) | {"consent": {"email": answer, "source": "checkout"}}
        return self.town.event(f"e{self.count}", name, who, ago=ago, **more)

    # ---- what happens to people

    @rule(who=PEOPLE, token=TOKENS, ago=AGO, answer=ANSWERS, then=THEN)
    def fills_a_cart(self, who: str, token: str, ago: int, answer: str | None, then: str = "") -> None:
        self.town.post(self._event("Checkout started", who, ago, answer, checkout_token=token))
        self.town.go_on(then)

    @rule(who=PEOPLE, token=TOKENS, ago=AGO, known=st.booleans(), then=THEN)
    def orders(self, who: str, token: str, ago: int, known: bool, then: str = "") -> None:
        more = {"checkout_token": token} if known else {}
        self.town.post(self._event("Order placed", who, ago, None, order_id=f"o-{token}", **more))
        self.town.go_on(then)

    @rule(who=PEOPLE, token=TOKENS)
    def fills_a_cart_and_orders_at_once(self, who: str, token: str) -> None:
        events = [
            self._event(name, who, 0, None, checkout_token=token, order_id=f"o-{token}")
            for name in ("Checkout started", "Order placed", "Review written")
        ]
        self.town.post(*events)

    @rule(who=PEOPLE, token=TOKENS, then=THEN)
    def writes_a_review(self, who: str, token: str, then: str = "") -> None:
        self.town.post(self._event("Review written", who, 0, None, order_id=f"o-{token}"))
        self.town.go_on(then)

    @rule(who=PEOPLE, days=st.integers(-1, 4), answer=ANSWERS, then=THEN)
    def tells_a_birthday(self, who: str, days: int, answer: str | None, then: str = "") -> None:
        day = self.town.day(days)
        self.town.post(self._event("Profile filled in", who, 0, answer, contact={"birthday": f"1990-{day}"}))
        self.town.go_on(then)

    @rule(who=PEOPLE, number=NUMBERS, days=st.integers(-1, 4), finishing=st.booleans(), then=THEN)
    def has_a_birthday_that_is_corrected(
        self, who: str, number: int, days: int, finishing: bool, then: str = ""
    ) -> None:
        """While they are held for it."""
        self.town.publish("birthday", number)
        self.tells_a_birthday(who, 1 + number, "yes", "all")
        self.time_passes(DAY)
        self.town.idle()
        if finishing:
            self.town.change("birthday", "finish")
        self.tells_a_birthday(who, days, None, then)

    @rule(who=PEOPLE, answer=ANSWERS, then=THEN)
    def joins(self, who: str, answer: str | None, then: str = "") -> None:
        self.town.post(self._event("Account created", who, 0, answer))
        self.town.go_on(then)

    @rule(who=PEOPLE, answer=ANSWERS, then=THEN)
    def wants_news(self, who: str, answer: str | None, then: str = "") -> None:
        self.town.post(self._event("News wanted", who, 0, answer))
        self.town.go_on(then)

    @rule(who=PEOPLE, answer=st.sampled_from(["yes", "no"]))
    def answers(self, who: str, answer: str) -> None:
        self.town.answer(who, answer)

    @rule(data=st.data())
    def is_told_again(self, data: st.DataObject) -> None:
        if self.town.posted:
            id_ = data.draw(st.sampled_from(sorted(self.town.posted)))
            document = self.town.posted[id_]
            self.town.post(document, document)

    # ---- what happens to flows

    @rule(slug=SLUGS, number=NUMBERS, how=MOVES, place=st.integers(0, 20), then=THEN)
    def is_published(self, slug: str, number: int, how: str, place: int, then: str = "") -> None:
        self.town.publish(slug, number, how=how, place=place)
        self.town.go_on(then)

    @rule(slug=st.sampled_from(["cart", "welcome"]), who=PEOPLE, number=NUMBERS, how=MOVES, place=st.integers(0, 20))
    def is_published_over_somebody(self, slug: str, who: str, number: int, how: str, place: int) -> None:
        self.fills_a_cart(who, f"c{place % 3 + 1}", 0, "yes")
        self.joins(who, "yes", "all")
        self.is_published(slug, number, how, place, "hours")

    @rule(slug=SLUGS, how=CHANGES)
    def is_changed(self, slug: str, how: str) -> None:
        self.town.change(slug, how)

    @rule(slug=SENDING, who=PEOPLE, how=st.sampled_from(["resume", "spread", "skip"]), then=THEN)
    def is_paused_over_something_due(self, slug: str, who: str, how: str, then: str = "") -> None:
        self.town.change(slug, "pause")
        self.wants_news(who, "yes", "hours")
        self.town.change(slug, how)
        self.town.go_on(then)

    @rule(slug=RULED, number=NUMBERS)
    def a_segment_gets_a_rule(self, slug: str, number: int) -> None:
        self.town.rule(slug, number)

    @rule(who=PEOPLE, on=st.booleans(), then=THEN)
    def is_listed(self, who: str, on: bool, then: str = "") -> None:
        self.town.list_(who, on=on)
        self.town.go_on(then)

    @rule()
    def is_sent_again_by_hand(self) -> None:
        self.town.resend()

    # ---- what a person does to those inside

    @rule(slug=SLUGS, how=DEEDS, number=st.integers(0, 20), then=THEN)
    def is_seen_to(self, slug: str, how: str, number: int, then: str = "") -> None:
        self.town.see_to(slug, how, number)
        self.town.go_on(then)

    @rule(slug=st.sampled_from(["cart", "welcome"]), who=PEOPLE, how=DEEDS, number=st.integers(0, 20), then=THEN)
    def comes_in_and_is_seen_to(self, slug: str, who: str, how: str, number: int, then: str = "") -> None:
        self.fills_a_cart(who, f"c{number % 3 + 1}", 0, "yes")
        self.joins(who, "yes", "all")
        self.is_seen_to(slug, how, number, then)

    @rule(slug=SLUGS, how=st.sampled_from(["skip", "move"]), number=st.integers(0, 20))
    def is_seen_to_by_mistake(self, slug: str, how: str, number: int) -> None:
        self.town.see_to(slug, how, number)
        self.town.see_to(slug, "undo", number)

    # ---- what workers do

    @rule(number=NUMBERS)
    def engine_turns(self, number: int) -> None:
        self.town.workers[number].engine_turn()

    @rule(number=NUMBERS)
    def delivery_turns(self, number: int) -> None:
        self.town.workers[number].delivery_turn()

    @rule()
    def what_was_left_is_swept(self) -> None:
        delivery.sweep(self.town.workers[1].house)

    @rule()
    def all_is_done(self) -> None:
        self.town.idle()
        laws.nothing_left(self.town)

    @rule(leap=LEAPS)
    def time_passes(self, leap: int) -> None:
        self.town.clock.set(self.town.clock.now() + leap)

    @rule()
    def the_next_moment_comes(self) -> None:
        due = self.town.next_due()
        if due is not None and due < self.town.clock.now() + 30 * DAY:
            self.town.clock.set(max(due, self.town.clock.now()))
        self.town.idle()
        laws.nothing_left(self.town)

    @rule(back=st.sampled_from([SECOND, MINUTE, 2 * HOUR, 2 * DAY]))
    def the_clock_is_put_back(self, back: int) -> None:
        self.town.clock.set(self.town.clock.now() - back)

    # ---- two at once

    @rule(number=NUMBERS, at=st.integers(1, 8), who=PEOPLE, slug=SLUGS, happens=st.sampled_from(sorted(MEANWHILE)))
    def an_engine_is_overtaken(self, number: int, at: int, who: str, slug: str, happens: str) -> None:
        self._overtaken(number, Worker.engine_turn, at, who, slug, happens)

    @rule(
        number=NUMBERS,
        at=st.integers(1, 8),
        who=PEOPLE,
        slug=st.sampled_from(["news", "review"]),
        happens=st.sampled_from(sorted(MEANWHILE)),
    )
    def a_delivery_is_overtaken(self, number: int, at: int, who: str, slug: str, happens: str) -> None:
        self._about_to_write(who)
        self._overtaken(number, Worker.delivery_turn, at, who, slug, happens)

    def _overtaken(
        self, number: int, turn: Callable[[Worker], object], at: int, who: str, slug: str, happens: str
    ) -> None:
        worker, other = self.town.workers[number], self.town.workers[1 - number]
        self.town.meanwhile(
            lambda: turn(worker), worker.house.ledger, at, lambda: MEANWHILE[happens](self, other, who, slug)
        )

    def _about_to_write(self, who: str) -> None:
        """Two letters are queued, one marketing and one not."""
        self.wants_news(who, "yes")
        self.orders("budi@example.com", f"c{self.count}", 0, True)
        while self.town.workers[0].engine_turn():
            pass

    # ---- death

    @rule(work=st.sampled_from([Worker.all, Worker.engine_turn]), at=MOMENTS)
    def a_worker_dies(self, work: Callable[[Worker], object], at: int) -> None:
        def works(worker: Worker) -> None:
            delivery.take_over(worker.house)
            work(worker)

        self.town.dies(works, at)

    @rule(who=PEOPLE, at=st.integers(40, 75), again=st.booleans())
    def a_worker_dies_while_it_sends(self, who: str, at: int, again: bool) -> None:
        self._about_to_write(who)
        if self.town.dies(Worker.delivery_turn, at) and again:
            self.town.dies(lambda worker: delivery.take_over(worker.house), at // 4)

    @rule(who=PEOPLE, token=TOKENS, at=st.integers(0, 12))
    def intake_dies_and_is_told_again(self, who: str, token: str, at: int) -> None:
        document = self._event("Checkout started", who, 0, "yes", checkout_token=token)
        self.town.dies(lambda worker: self.town.store(worker.house, document), at)
        laws.check(self.town)
        self.town.post(document)

    @rule(slug=SLUGS, number=NUMBERS, at=st.integers(0, 20), how=MOVES, place=st.integers(0, 20))
    def publishing_dies(self, slug: str, number: int, at: int, how: str, place: int) -> None:
        self.town.dies(lambda worker: self.town.publish(slug, number, worker.house, how, place), at)

    @rule(slug=SLUGS, number=NUMBERS, at=MOMENTS, how=MOVES, place=st.integers(0, 20))
    def a_worker_dies_while_they_go_over(self, slug: str, number: int, at: int, how: str, place: int) -> None:
        self.town.publish(slug, number, how=how, place=place)
        self.town.dies(Worker.engine_turn, at)

    @rule(slug=SLUGS, at=st.integers(0, 20), how=st.sampled_from(["archive", "archive", "finish", "spread", "skip"]))
    def changing_dies(self, slug: str, at: int, how: str) -> None:
        if how in ("spread", "skip"):
            self.town.change(slug, "pause")
            self.wants_news("dewi@example.com", "yes", "hours")
        self.town.dies(lambda worker: self.town.change(slug, how, worker.house), at)

    @rule(slug=SLUGS, how=DEEDS, number=st.integers(0, 20), at=st.integers(0, 25))
    def seeing_to_somebody_dies(self, slug: str, how: str, number: int, at: int) -> None:
        self.town.dies(lambda worker: self.town.see_to(slug, how, number, worker.house), at)

    @rule(at=st.integers(0, 60), of=NUMBERS)
    def a_worker_dies_in_the_night(self, at: int, of: int) -> None:
        self.town.clock.set(self.town.next_night(of))
        self.town.dies(Worker.all, at)

    # ---- and all the while

    @invariant()
    def the_laws_hold(self) -> None:
        laws.check(self.town)


@pytest.mark.parametrize("chapter", range(CHAPTERS))
def test_the_laws_hold_whatever_happens(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chapter: int
) -> None:
    monkeypatch.setattr(writer, "FRESH", -1.0)  # the clock leaps here: what was true a moment ago was true a year ago

    class Here(Life):
        make = staticmethod(lambda: Town(database_url, tmp_path, micros(THE_MORNING)))

    run_state_machine_as_test(seed(NIGHT + chapter)(Here), settings=PROFILE)
