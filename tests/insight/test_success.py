"""Who had happen what a flow wants, within its days of coming in, beside those who were held out."""

import pytest

from blocks.flow import Conversion
from runtime.clock import DAY, HOUR, SetClock
from runtime.engine.by_hand import handling
from runtime.house import House
from runtime.insight.success import FEWEST, Group, Success, success
from runtime.people.erasure import erase
from tests.engine.stage import Stage, block, cart_flow, in_a_row

DEWI, BUDI, NOK, JOY = "dewi@example.com", "budi@example.com", "nok@example.com", "joy@example.com"
ORDER = Conversion(event="Order placed", days=5)
EVERYBODY = [f"guest{number}@example.com" for number in range(40)]


@pytest.fixture
def stage(house: House, shop: int, clock: SetClock) -> Stage:
    """A shop with an engine, on each database."""
    return Stage(house, shop, clock)


def came_of_it(stage: Stage, wanted: Conversion = ORDER, slug: str = "flow") -> Success:
    with stage.house.ledger.read(stage.shop) as tx:
        found = success(tx, slug, wanted, stage.clock.now())
    assert found is not None
    return found


def cart(stage: Stage, who: str, token: str = "", ago: float = 0) -> None:
    stage.happens("Checkout started", who, ago=ago, checkout_token=token or f"cart of {who}")


def order(stage: Stage, who: str, ago: float = 0) -> None:
    stage.happens("Order placed", who, ago=ago)


def test_an_order_counts_within_the_days_of_entering_and_not_after_or_before(stage: Stage) -> None:
    stage.publish(cart_flow())
    order(stage, JOY)
    stage.after(hours=1)
    for who in (DEWI, BUDI, JOY):
        cart(stage, who)
    order(stage, JOY, ago=0.5)  # told late
    stage.after(days=5)
    order(stage, DEWI)  # at the last instant
    stage.after(hours=1)
    order(stage, BUDI)
    found = came_of_it(stage)
    assert (found.inside, found.held, found.verdict) == (Group(3, 1), None, None)
    assert (found.open, found.early) == (0, 0)


def test_who_came_in_lately_is_open_and_counts_once_the_days_are_over(stage: Stage) -> None:
    stage.publish(cart_flow())
    cart(stage, DEWI)
    stage.after(days=1)
    cart(stage, BUDI)
    cart(stage, NOK)
    order(stage, NOK)
    stage.after(days=4)
    found = came_of_it(stage)
    assert (found.inside, found.open, found.early) == (Group(1, 0), 1, 1)
    assert found.until == stage.clock.now() - 5 * DAY
    stage.after(days=1)
    found = came_of_it(stage)
    assert (found.inside, found.open, found.early) == (Group(3, 1), 0, 0)


def test_the_event_by_which_somebody_came_in_is_no_success(stage: Stage) -> None:
    stage.publish(in_a_row(block("ordered", "event_trigger", event="Order placed"), block("day", "wait", amount=1)))
    order(stage, DEWI)
    order(stage, BUDI)
    order(stage, JOY, ago=-0.1)  # by a clock that is fast
    stage.after(days=2)
    order(stage, BUDI)
    stage.after(days=6)
    assert came_of_it(stage).inside == Group(3, 1)


def test_who_comes_in_twice_counts_once_and_with_another_cart_once_more(stage: Stage) -> None:
    stage.publish(cart_flow())
    cart(stage, DEWI, "c1")
    stage.after(days=2)
    stage.goes_out()
    cart(stage, DEWI, "c1")
    order(stage, DEWI)
    order(stage, DEWI)
    cart(stage, DEWI, "c2")
    stage.after(days=6)
    assert len(stage.runs(DEWI)) == 3
    assert came_of_it(stage).inside == Group(2, 1)


def test_those_held_out_are_beside_them_however_often_their_cart_changes(stage: Stage) -> None:
    stage.publish(cart_flow(hold_out=50))
    for who in EVERYBODY:
        cart(stage, who)
        cart(stage, who)
    held = {run.contact for run in stage.all_runs() if run.code == "held_out"}
    inside = [who for who in EVERYBODY if stage.runs(who)[-1] == ("hour", "open")]
    (nok, *_) = [who for who in EVERYBODY if who not in inside]
    order(stage, nok)
    order(stage, inside[0])
    order(stage, inside[1])
    stage.after(days=6)
    found = came_of_it(stage)
    assert (found.inside, found.held) == (Group(len(inside), 2), Group(len(held), 1))
    assert found.verdict == "too_few"


def test_who_starts_over_counts_from_when_they_first_came_in_like_those_held_out(stage: Stage) -> None:
    days = in_a_row(block("viewed", "event_trigger", event="Viewed"), block("days", "wait", amount=4, unit="days"))
    stage.publish({**days, "hold_out": 50})
    for who in EVERYBODY:
        stage.happens("Viewed", who)
    stage.after(hours=1)
    order(stage, EVERYBODY[0])
    stage.after(days=3)
    for who in EVERYBODY:
        stage.happens("Viewed", who)
    stage.after(days=3)
    for who in EVERYBODY[1:]:
        order(stage, who)  # within five days of the second time, and not of the first
    stage.after(days=6)
    found = came_of_it(stage)
    assert found.held is not None
    assert (found.inside.entered + found.held.entered, found.inside.succeeded + found.held.succeeded) == (40, 1)


def test_another_share_begins_the_comparison_anew(stage: Stage) -> None:
    live_since = stage.clock.now()
    stage.publish(cart_flow())
    cart(stage, DEWI)
    stage.after(days=6)
    assert (came_of_it(stage).inside.entered, came_of_it(stage).since) == (1, live_since)
    stage.publish(cart_flow(hold_out=50))
    began = stage.clock.now()
    cart(stage, BUDI)
    stage.after(days=1)
    stage.publish(cart_flow(hold_out=50, priority=5))
    stage.after(days=5)
    found = came_of_it(stage)
    assert found.held is not None
    assert (found.since, found.inside.entered + found.held.entered) == (began, 1)
    stage.publish(cart_flow())
    alone = came_of_it(stage)
    assert (alone.held, alone.inside.entered) == (None, found.inside.entered + 1)


def test_whoever_was_erased_counts_neither_way(stage: Stage) -> None:
    stage.publish(cart_flow())
    for who in (DEWI, BUDI):
        cart(stage, who)
        order(stage, who)
    stage.after(days=6)
    erase(stage.house, stage.shop, stage.contact(DEWI).id, "Nok")
    assert came_of_it(stage).inside == Group(1, 1)


def test_whose_adding_was_undone_never_came_in(stage: Stage) -> None:
    stage.publish(cart_flow())
    cart(stage, DEWI)
    cart(stage, BUDI)
    dewi = stage.all_runs()[0]
    handling.remove(stage.house, stage.shop, {dewi.id: dewi.hops}, "Nok", undone=True)
    stage.after(days=6)
    assert came_of_it(stage).inside == Group(1, 0)


def test_another_event_and_other_days_are_counted_at_once(stage: Stage) -> None:
    stage.publish(cart_flow())
    stage.after(hours=3)
    cart(stage, DEWI, ago=2)
    stage.happens("Reviewed", DEWI, ago=0.5)
    stage.after(days=1)
    assert came_of_it(stage, Conversion(event="Reviewed", days=1)).inside == Group(1, 1)
    assert came_of_it(stage, Conversion(event="Order placed", days=1)).inside == Group(1, 0)


def test_what_lies_ninety_days_back_is_left_out(stage: Stage) -> None:
    stage.publish(cart_flow())
    cart(stage, DEWI)
    stage.clock.set(stage.clock.now() + 95 * DAY + HOUR)
    cart(stage, BUDI)
    found = came_of_it(stage)
    assert (found.inside, found.open) == (Group(), 1)
    assert found.since == stage.clock.now() - 95 * DAY


def test_another_shop_has_no_such_flow(stage: Stage) -> None:
    stage.publish(cart_flow())
    with stage.house.ledger.read(8) as tx:
        assert success(tx, "flow", ORDER, stage.clock.now()) is None


@pytest.mark.parametrize(
    ("inside", "held", "said"),
    [
        (Group(1204, 150), Group(402, 32), "more"),
        (Group(1204, 96), Group(402, 50), "fewer"),
        (Group(200, 25), Group(100, 8), "unclear"),
        (Group(200, 24), Group(100, 12), "same"),
        (Group(5000, 4000), Group(FEWEST - 1, 0), "too_few"),
        (Group(5000, 4000), Group(FEWEST, 0), "more"),
    ],
)
def test_the_difference_is_only_claimed_where_chance_hardly_makes_it(inside: Group, held: Group, said: str) -> None:
    assert Success(0, 0, inside, held, 0, 0).verdict == said


def test_the_points_are_those_between_the_shares_that_are_shown() -> None:
    found = Success(0, 0, Group(1204, 150), Group(402, 32), 0, 0)
    assert (found.inside.share, found.held and found.held.share, found.points) == (0.125, 0.08, 4.5)
