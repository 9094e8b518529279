"""What a person may do to runs: it goes by the engine's rules, says who did it, and never does anything twice."""

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import pytest
from sqlalchemy import select

from blocks import KINDS
from blocks.contract import Block, Card, Context, Decision, Go, Known
from blocks.phrase import Phrase, say
from runtime.engine.by_hand import handling
from runtime.engine.publishing.publish import archive
from runtime.ledger.tables import run
from tests.engine.stage import Stage, block, cart_flow, in_a_row, link

DEWI, BUDI, NOK = "dewi@example.com", "budi@example.com", "nok@example.com"


class Fragile(Block):
    """Breaks until it is mended, as a block does whose bug is found on a Monday."""

    kind: Literal["fragile"] = "fragile"
    card: ClassVar = Card(title="Fragile", icon="bolt", family="action", describe="Breaks")
    mended: ClassVar[bool] = False

    def say(self, known: Known) -> Phrase:
        return say("Fragile")

    def run(self, ctx: Context) -> Decision:
        if not Fragile.mended:
            raise ZeroDivisionError("of tea by nothing")
        return Go()


@pytest.fixture
def fragile(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Fragile]]:
    monkeypatch.setitem(KINDS, "fragile", Fragile)
    yield Fragile
    Fragile.mended = False


def chosen(stage: Stage, *who: str) -> dict[int, int]:
    """The latest runs of these contacts as somebody sees them now."""
    query = select(run.c.id, run.c.hops).order_by(run.c.id.desc())
    with stage.house.ledger.read(stage.shop) as tx:
        rows = [tx.all(query.where(run.c.contact == stage._id(one)))[0] for one in who]
    return {row.id: row.hops for row in rows}


def why_not(answer: handling.Answer) -> dict[str, int]:
    return dict(answer.refused)


def cart(stage: Stage, who: str, token: str) -> None:
    stage.happens("Checkout started", who, checkout_token=token)


def breaking() -> dict[str, Any]:
    return in_a_row(
        block("joined", "event_trigger", event="Account created"),
        block("glass", "fragile"),
        block("mail", "send_email", email="welcome"),
    )


# ---- trying again


def test_who_failed_goes_on_from_the_block_where_they_did(stage: Stage, fragile: type[Fragile]) -> None:
    stage.publish(breaking())
    stage.happens("Account created", DEWI)
    assert stage.runs(DEWI) == [("glass", "failed")]

    fragile.mended = True
    answer = handling.retry(stage.house, stage.shop, chosen(stage, DEWI), "Nok")

    assert len(answer.done) == 1
    assert stage.runs(DEWI) == [("mail", "ended")]
    assert stage.messages(DEWI) == [("mail", "queued")]
    assert ("glass", "", "retried") in stage.steps(DEWI)


def test_trying_again_what_still_fails_fails_again(stage: Stage, fragile: type[Fragile]) -> None:
    stage.publish(breaking())
    stage.happens("Account created", DEWI)
    handling.retry(stage.house, stage.shop, chosen(stage, DEWI), "Nok")
    assert stage.runs(DEWI) == [("glass", "failed")]


def test_who_came_in_again_meanwhile_is_not_let_in_twice(stage: Stage, fragile: type[Fragile]) -> None:
    flow = breaking()
    flow["blocks"].insert(1, block("hour", "wait", amount=1, unit="hours"))
    flow["links"] = [link("joined", "hour"), link("hour", "glass"), link("glass", "mail")]
    stage.publish(flow)
    stage.happens("Account created", DEWI)
    stage.after(hours=1)
    failed = chosen(stage, DEWI)
    stage.happens("Account created", DEWI)

    fragile.mended = True
    answer = handling.retry(stage.house, stage.shop, failed, "Nok")

    assert why_not(answer) == {"inside_again": 1}
    assert stage.runs(DEWI) == [("glass", "failed"), ("hour", "open")]


def test_who_is_tried_again_on_an_older_version_hears_and_leaves_as_it_says(
    stage: Stage, fragile: type[Fragile]
) -> None:
    """Nobody else was on it any more, and the worker runs on meanwhile."""
    joined, glass, mail = breaking()["blocks"]
    asked = block("asked", "wait_for_event", event="Survey answered", amount=3, unit="days")
    flow = {"blocks": [joined, glass, asked, mail], "exits": [{"event": "Order placed"}]}
    flow["links"] = [link("joined", "glass"), link("glass", "asked"), link("asked", "mail", "happened")]
    stage.publish(flow)
    for who in (DEWI, BUDI):
        stage.happens("Account created", who)
    stage.publish(in_a_row(joined, mail))
    stage.happens("Account created", NOK)

    fragile.mended = True
    handling.retry(stage.house, stage.shop, chosen(stage, DEWI, BUDI), "Nok")
    assert stage.runs(DEWI) == stage.runs(BUDI) == [("asked", "open")]

    stage.happens("Survey answered", DEWI)
    stage.happens("Order placed", BUDI)
    assert stage.runs(DEWI) == [("mail", "ended")]
    assert stage.runs(BUDI) == [("asked", "left")]


def test_who_had_left_by_an_exit_goes_on_with_the_last_way_and_leaves_once(
    stage: Stage, fragile: type[Fragile]
) -> None:
    flow = cart_flow()
    flow["blocks"] += [
        block("bye", "on_leaving", event="Order placed"),
        block("glass", "fragile"),
        block("thanks", "send_email", email="t"),
    ]
    flow["links"] += [link("bye", "glass"), link("glass", "thanks")]
    stage.publish(flow)
    cart(stage, DEWI, "c1")
    stage.happens("Order placed", DEWI, checkout_token="c1")
    assert stage.runs(DEWI) == [("glass", "failed")]

    fragile.mended = True
    handling.retry(stage.house, stage.shop, chosen(stage, DEWI), "Nok")
    with stage.house.ledger.read(stage.shop) as tx:
        row = tx.first(select(run.c.code, run.c.args))
    assert row is not None
    assert (row.code, row.args) == ("exit_event", {"event": {"quoted": "Order placed"}})
    assert stage.messages(DEWI) == [("thanks", "queued")]


# ---- letting nobody wait


def test_who_waits_goes_on_now_and_it_says_who_wanted_it(stage: Stage) -> None:
    stage.publish(cart_flow())
    cart(stage, DEWI, "c1")
    cart(stage, BUDI, "c2")

    answer = handling.skip_wait(stage.house, stage.shop, chosen(stage, DEWI), "Nok")

    assert len(answer.done) == 1
    assert stage.messages() == [("first", "queued")], "Budi still waits"
    assert ("hour", "next", "wait_skipped") in stage.steps(DEWI)
    assert stage.runs(DEWI) == [("day", "open")]


def test_a_second_click_skips_no_second_wait(stage: Stage) -> None:
    stage.publish(cart_flow())
    cart(stage, DEWI, "c1")
    seen = chosen(stage, DEWI)
    handling.skip_wait(stage.house, stage.shop, seen, "Nok")

    answer = handling.skip_wait(stage.house, stage.shop, seen, "Nok")

    assert why_not(answer) == {"moved_on": 1}
    assert stage.runs(DEWI) == [("day", "open")]
    assert stage.messages() == [("first", "queued")]


def test_who_awaits_an_event_goes_on_as_if_it_had_not_come_in_time(stage: Stage) -> None:
    flow = in_a_row(
        block("joined", "event_trigger", event="Account created"),
        block("order", "wait_for_event", event="Order placed", amount=3, unit="days"),
    )
    flow["blocks"] += [block("thanks", "send_email", email="t"), block("sorry", "send_email", email="s")]
    flow["links"] = [link("joined", "order"), link("order", "thanks", "happened"), link("order", "sorry", "in_vain")]
    stage.publish(flow)
    stage.happens("Account created", DEWI)

    handling.skip_wait(stage.house, stage.shop, chosen(stage, DEWI), "Nok")

    assert stage.messages(DEWI) == [("sorry", "queued")]


def test_a_wait_at_the_end_of_the_way_ends_the_run(stage: Stage) -> None:
    stage.publish(
        in_a_row(
            block("joined", "event_trigger", event="Account created"), block("wait", "wait", amount=1, unit="hours")
        )
    )
    stage.happens("Account created", DEWI)
    handling.skip_wait(stage.house, stage.shop, chosen(stage, DEWI), "Nok")
    assert stage.runs(DEWI) == [("wait", "ended")]


# ---- moving


def test_people_go_on_from_the_block_they_were_moved_to(stage: Stage) -> None:
    stage.publish(cart_flow())
    cart(stage, DEWI, "c1")
    cart(stage, BUDI, "c2")

    answer = handling.move_to(stage.house, stage.shop, chosen(stage, DEWI, BUDI), "day", "Nok")

    assert len(answer.done) == 2
    assert stage.runs() == [("day", "open")] * 2
    stage.after(hours=23)
    assert stage.messages() == [("second", "queued")] * 2
    assert ("hour", "", "moved_by") in stage.steps(DEWI)


def test_nobody_is_moved_to_an_email_they_have_had(stage: Stage) -> None:
    stage.publish(cart_flow())
    cart(stage, DEWI, "c1")
    stage.after(hours=1)
    answer = handling.move_to(stage.house, stage.shop, chosen(stage, DEWI), "first", "Nok")
    assert why_not(answer) == {"had_it": 1}
    assert stage.messages(DEWI) == [("first", "queued")]


def test_nobody_is_moved_to_where_an_email_comes_again(stage: Stage) -> None:
    stage.publish(cart_flow())
    cart(stage, DEWI, "c1")
    stage.after(hours=1)
    answer = handling.move_to(stage.house, stage.shop, chosen(stage, DEWI), "hour", "Nok")
    assert why_not(answer) == {"had_it": 1}
    stage.after(hours=2)
    assert stage.messages(DEWI) == [("first", "queued")]


def test_nobody_is_moved_to_a_block_that_their_version_has_not(stage: Stage) -> None:
    stage.publish(cart_flow())
    cart(stage, DEWI, "c1")
    answer = handling.move_to(stage.house, stage.shop, chosen(stage, DEWI), "elsewhere", "Nok")
    assert why_not(answer) == {"no_block": 1}
    assert stage.runs(DEWI) == [("hour", "open")]


def test_who_failed_can_be_moved_past_what_failed(stage: Stage, fragile: type[Fragile]) -> None:
    stage.publish(breaking())
    stage.happens("Account created", DEWI)
    handling.move_to(stage.house, stage.shop, chosen(stage, DEWI), "mail", "Nok")
    assert stage.messages(DEWI) == [("mail", "queued")]


def with_a_last_way() -> dict[str, Any]:
    """A reminder after a day, and for those who order a thank-you after three; with something fragile before these."""
    flow = in_a_row(
        block("joined", "event_trigger", event="Account created"),
        block("day", "wait", amount=1, unit="days"),
        block("glass", "fragile"),
        block("mail", "send_email", email="reminder"),
    )
    flow["blocks"] += [
        block("bye", "on_leaving"),
        block("wait", "wait", amount=3, unit="days"),
        block("rest", "wait", amount=1, unit="weeks"),
        block("thanks", "send_email", email="thanks"),
    ]
    flow["links"] += [link("bye", "wait"), link("wait", "rest"), link("rest", "thanks")]
    return {**flow, "exits": [{"event": "Order placed"}]}


def test_who_is_moved_back_from_the_last_way_is_inside_again_like_anybody(stage: Stage, fragile: type[Fragile]) -> None:
    stage.publish(with_a_last_way())
    for who in (DEWI, BUDI, NOK):
        stage.happens("Account created", who)
        stage.happens("Order placed", who)
    assert stage.runs() == [("wait", "open")] * 3

    handling.move_to(stage.house, stage.shop, chosen(stage, DEWI, BUDI), "mail", "Ann")
    assert stage.runs(DEWI) == stage.runs(BUDI) == [("mail", "ended")], "nobody who has departed"
    stage.happens("Order placed", DEWI)
    assert (stage.runs(DEWI), stage.messages(DEWI)) == ([("wait", "open")], [("mail", "cancelled")])
    assert stage.messages(BUDI) == [("mail", "queued")]

    handling.move_to(stage.house, stage.shop, chosen(stage, NOK), "rest", "Ann")
    stage.happens("Order placed", NOK)
    stage.after(days=7)
    assert (stage.runs(NOK), stage.messages(NOK)) == ([("thanks", "departed")], [("thanks", "queued")])


def test_who_has_been_thanked_is_not_moved_back_to_be_thanked_again(stage: Stage, fragile: type[Fragile]) -> None:
    flow = with_a_last_way()
    flow["blocks"].append(block("long", "wait", amount=4, unit="weeks"))
    flow["links"].append(link("thanks", "long"))
    stage.publish(flow)
    stage.happens("Account created", DEWI)
    stage.happens("Order placed", DEWI)
    stage.after(days=10)
    assert stage.messages(DEWI) == [("thanks", "queued")]
    answer = handling.move_to(stage.house, stage.shop, chosen(stage, DEWI), "day", "Ann")
    assert (why_not(answer), stage.runs(DEWI)) == ({"had_it": 1}, [("long", "open")])


def test_who_was_moved_back_and_fails_there_is_tried_again_as_somebody_inside(
    stage: Stage, fragile: type[Fragile]
) -> None:
    stage.publish(with_a_last_way())
    stage.happens("Account created", DEWI)
    stage.happens("Order placed", DEWI)
    handling.move_to(stage.house, stage.shop, chosen(stage, DEWI), "glass", "Ann")
    assert stage.runs(DEWI) == [("glass", "failed")]
    fragile.mended = True
    handling.retry(stage.house, stage.shop, chosen(stage, DEWI), "Ann")
    assert stage.runs(DEWI) == [("mail", "ended")]


# ---- taking out


def test_who_is_taken_out_gets_nothing_more_and_what_waited_is_cancelled(stage: Stage) -> None:
    stage.publish(cart_flow())
    cart(stage, DEWI, "c1")
    stage.after(hours=1)
    assert stage.messages(DEWI) == [("first", "queued")]

    handling.remove(stage.house, stage.shop, chosen(stage, DEWI), "Nok")

    assert stage.messages(DEWI) == [("first", "cancelled")]
    assert stage.runs(DEWI) == [("day", "left")]
    assert stage.steps(DEWI)[-1] == ("day", "", "taken_out")
    stage.after(days=2)
    assert stage.messages(DEWI) == [("first", "cancelled")]
    with stage.house.ledger.read(stage.shop) as tx:
        assert tx.scalar(select(run.c.args)) == {"who": "Nok"}


def test_nobody_is_taken_out_twice(stage: Stage) -> None:
    stage.publish(cart_flow())
    cart(stage, DEWI, "c1")
    handling.remove(stage.house, stage.shop, chosen(stage, DEWI), "Nok")
    answer = handling.remove(stage.house, stage.shop, chosen(stage, DEWI), "Nok")
    assert why_not(answer) == {"not_inside": 1}


def test_who_is_through_can_be_taken_out_while_their_last_message_waits(stage: Stage) -> None:
    stage.publish(
        in_a_row(block("joined", "event_trigger", event="Account created"), block("mail", "send_email", email="w"))
    )
    stage.happens("Account created", DEWI)
    stage.happens("Account created", BUDI)
    assert stage.runs(DEWI) == [("mail", "ended")]

    answer = handling.remove(stage.house, stage.shop, chosen(stage, DEWI), "Nok")

    assert (len(answer.done), why_not(answer)) == (1, {})
    assert (stage.messages(DEWI), stage.runs(DEWI)) == ([("mail", "cancelled")], [("mail", "left")])
    assert stage.messages(BUDI) == [("mail", "queued")]
    stage.goes_out()
    answer = handling.remove(stage.house, stage.shop, chosen(stage, BUDI), "Nok")
    assert why_not(answer) == {"not_inside": 1}, "their message is out"


# ---- taking it back


def test_a_skipped_wait_can_be_taken_back_while_nothing_else_has_happened(stage: Stage) -> None:
    flow = cart_flow()
    flow["links"][1] = link("hour", "day")
    stage.publish(flow)
    cart(stage, DEWI, "c1")
    answer = handling.skip_wait(stage.house, stage.shop, chosen(stage, DEWI), "Nok")
    assert stage.runs(DEWI) == [("day", "open")]

    handling.put_back(stage.house, stage.shop, answer.before, "Nok")

    assert stage.runs(DEWI) == [("hour", "open")]
    stage.after(minutes=59)
    assert stage.runs(DEWI) == [("hour", "open")]
    stage.after(minutes=1)
    assert stage.runs(DEWI) == [("day", "open")], "its own hour"


def test_what_made_an_email_at_once_is_not_offered_to_be_taken_back(stage: Stage) -> None:
    stage.publish(cart_flow())
    cart(stage, DEWI, "c1")
    assert handling.skip_wait(stage.house, stage.shop, chosen(stage, DEWI), "Nok").before == {}


def test_who_has_got_an_email_since_is_not_put_back(stage: Stage) -> None:
    flow = cart_flow()
    flow["links"][1] = link("hour", "day")
    stage.publish(flow)
    cart(stage, DEWI, "c1")
    skipped = handling.skip_wait(stage.house, stage.shop, chosen(stage, DEWI), "Nok")
    handling.move_to(stage.house, stage.shop, chosen(stage, DEWI), "first", "Nok")
    answer = handling.put_back(stage.house, stage.shop, skipped.before, "Nok")
    assert why_not(answer) == {"went_far": 1}
    assert stage.runs(DEWI) == [("day", "open")]


def test_who_was_given_a_tag_since_is_not_put_back(stage: Stage) -> None:
    stage.publish(
        in_a_row(
            block("joined", "event_trigger", event="Account created"),
            block("hour", "wait", amount=1, unit="hours"),
            block("day", "wait", amount=1, unit="days"),
            block("tag", "update_contact", change="add_tag", name="regular"),
            block("week", "wait", amount=1, unit="weeks"),
        )
    )
    stage.happens("Account created", DEWI)
    skipped = handling.skip_wait(stage.house, stage.shop, chosen(stage, DEWI), "Nok")
    handling.skip_wait(stage.house, stage.shop, chosen(stage, DEWI), "Nok")
    answer = handling.put_back(stage.house, stage.shop, skipped.before, "Nok")
    assert why_not(answer) == {"went_far": 1}
    assert stage.runs(DEWI) == [("week", "open")]


def test_who_is_put_back_on_the_last_way_has_left_as_before(stage: Stage, fragile: type[Fragile]) -> None:
    stage.publish(with_a_last_way())
    stage.happens("Account created", DEWI)
    stage.happens("Order placed", DEWI)
    moved = handling.move_to(stage.house, stage.shop, chosen(stage, DEWI), "day", "Ann")
    handling.put_back(stage.house, stage.shop, moved.before, "Ann")
    stage.happens("Order placed", DEWI)
    stage.after(days=10)
    assert (stage.runs(DEWI), stage.messages(DEWI)) == ([("thanks", "departed")], [("thanks", "queued")])


# ---- many, and elsewhere


def test_many_are_handled_a_batch_at_a_time(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handling, "AT_ONCE", 10)
    stage.publish(cart_flow())
    for number in range(25):
        stage.arrives("Checkout started", f"c{number}@example.com", checkout_token=f"t{number}")
    stage.work()
    everybody = chosen(stage, *(f"c{number}@example.com" for number in range(25)))
    answer = handling.skip_wait(stage.house, stage.shop, everybody, "Nok")
    assert len(answer.done) == 25
    assert stage.messages() == [("first", "queued")] * 25


def test_nobody_goes_on_in_an_archived_flow(stage: Stage) -> None:
    stage.publish(cart_flow())
    cart(stage, DEWI, "c1")
    archive(stage.house, stage.shop, "flow")
    seen = chosen(stage, DEWI)
    assert why_not(handling.skip_wait(stage.house, stage.shop, seen, "Nok")) == {"archived": 1}


def test_another_shop_cannot_touch_them(stage: Stage) -> None:
    stage.publish(cart_flow())
    cart(stage, DEWI, "c1")
    handling.remove(stage.house, 8, chosen(stage, DEWI), "Somebody")
    assert stage.runs(DEWI) == [("hour", "open")]


def test_what_was_not_done_is_said_with_how_many(stage: Stage) -> None:
    stage.publish(cart_flow())
    cart(stage, DEWI, "c1")
    answer = handling.retry(stage.house, stage.shop, chosen(stage, DEWI), "Nok")
    assert [(one.msgid, one.args) for one in answer.why_not()] == [
        ("{n} Run had not failed. | {n} Runs had not failed.", {"n": 1})
    ]
