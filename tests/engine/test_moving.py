"""Those inside when a change is published: they finish on their version, or go over as was chosen, all of them once."""

from typing import Any

import pytest

from blocks.flow import Flow
from runtime.clock import HOUR
from runtime.engine.by_hand import handling
from runtime.engine.publishing.moving import CannotMove, Foreseen, Move, foresee, inside
from runtime.insight.numbers import block_numbers
from tests.engine.stage import Stage, block, cart_flow, in_a_row, link

DEWI, BUDI, NOK = "dewi@example.com", "budi@example.com", "nok@example.com"


def welcome(hours: int, mail: str = "old", *more: dict[str, Any]) -> dict[str, Any]:
    """A wait and a message."""
    return in_a_row(
        block("joined", "event_trigger", event="Account created"),
        block("wait", "wait", amount=hours, unit="hours"),
        block(f"mail-{mail}", "send_email", email=mail),
        *more,
    )


@pytest.fixture
def two_inside(stage: Stage) -> Stage:
    """Dewi has waited three of ten hours, Budi has just come."""
    stage.publish(welcome(10))
    stage.happens("Account created", DEWI)
    stage.after(hours=3)
    stage.happens("Account created", BUDI)
    return stage


def test_they_finish_the_version_they_entered_unless_somebody_says_otherwise(two_inside: Stage) -> None:
    two_inside.publish(welcome(1, "new"))
    two_inside.after(hours=20)
    assert two_inside.messages() == [("mail-old", "queued")] * 2


def test_they_go_over_and_keep_their_time(two_inside: Stage) -> None:
    assert inside(two_inside.house, two_inside.shop, "flow") == {"wait": 2}
    two_inside.publish(welcome(1, "new"), moves={"wait": Move("keep")})
    two_inside.after(hours=6)
    assert two_inside.messages() == []
    two_inside.after(hours=1)
    assert two_inside.messages() == [("mail-new", "queued")], "Dewi's ten hours"
    two_inside.after(hours=3)
    assert two_inside.messages() == [("mail-new", "queued")] * 2
    assert ("wait", "", "moved_in_time") in two_inside.steps(DEWI)


def test_they_go_over_and_their_time_is_counted_anew(two_inside: Stage) -> None:
    two_inside.publish(welcome(2, "new"), moves={"wait": Move("renew")})
    two_inside.work()
    assert two_inside.messages() == [("mail-new", "queued")], "Dewi's two hours are over"
    two_inside.after(hours=2)
    assert two_inside.messages() == [("mail-new", "queued")] * 2
    assert [step for step in two_inside.steps(BUDI) if step[0] == "wait"] == [
        ("wait", "", "waits"),
        ("wait", "", "moved_over"),
        ("wait", "", "waits"),
        ("wait", "next", None),
    ]


def test_where_a_block_is_gone_they_go_to_another_or_leave(two_inside: Stage) -> None:
    short = in_a_row(
        block("joined", "event_trigger", event="Account created"),
        block("pause", "wait", amount=1, unit="hours"),
        block("mail", "send_email", email="new"),
    )
    two_inside.publish(short, moves={"wait": Move("to", "pause")})
    two_inside.after(hours=1)
    assert two_inside.messages() == [("mail", "queued")] * 2

    two_inside.happens("Account created", NOK)
    two_inside.publish(welcome(5), moves={"pause": Move("leave")})
    two_inside.after(days=1)
    assert two_inside.messages(NOK) == []
    assert two_inside.runs(NOK) == [("pause", "left")]


def test_who_comes_afterwards_is_none_of_them(two_inside: Stage) -> None:
    two_inside.publish(welcome(1, "new"), moves={"wait": Move("leave")})
    two_inside.work()
    two_inside.happens("Account created", NOK)
    two_inside.after(hours=1)
    assert two_inside.messages() == [("mail-new", "queued")]


def test_everybody_goes_over_however_many_they_are(stage: Stage) -> None:
    stage.publish(welcome(10))
    for number in range(25):
        stage.arrives("Account created", f"c{number}@example.com")
    stage.work()
    stage.engine.at_most = 10
    stage.publish(welcome(10, "new"), moves={"wait": Move("keep")})
    stage.after(hours=10)
    assert stage.messages() == [("mail-new", "queued")] * 25


def test_a_second_publishing_takes_those_along_who_had_not_gone_over_yet(two_inside: Stage) -> None:
    two_inside.publish(welcome(1, "new"), moves={"wait": Move("keep")})  # nobody has worked since
    two_inside.publish(welcome(1, "newer"), moves={"wait": Move("keep")})
    two_inside.after(hours=20)
    assert two_inside.messages() == [("mail-newer", "queued")] * 2


def test_nobody_goes_where_there_is_nothing(two_inside: Stage) -> None:
    for wrong in (Move("to", "nowhere"), Move("keep")):
        with pytest.raises(CannotMove):
            two_inside.publish(
                in_a_row(block("joined", "event_trigger", event="Account created"), block("end", "stop")),
                moves={"wait": wrong},
            )
    two_inside.after(hours=20)
    assert two_inside.messages() == [("mail-old", "queued")] * 2


def test_nobody_gets_an_email_again_by_going_over(stage: Stage) -> None:
    stage.publish(cart_flow())
    for who, cart in ((DEWI, "c1"), (BUDI, "c2")):
        stage.happens("Checkout started", who, checkout_token=cart)
    budi = {one.id: one.hops for one in stage.all_runs() if one.contact == stage.contact(BUDI).id}
    handling.move_to(stage.house, stage.shop, budi, "day", "Nok")  # past the first e-mail
    stage.after(hours=1)
    assert (stage.messages(DEWI), stage.messages(BUDI)) == ([("first", "queued")], [])
    three_days = cart_flow()
    three_days["blocks"][3] = block("days", "wait", amount=3, unit="days")
    three_days["links"][2:4] = [link("first", "days"), link("days", "ordered")]
    moves = {"day": Move("to", "first")}
    assert foresee(stage.house, stage.shop, "flow", Flow.model_validate({"name": "", **three_days}), moves) == {
        "day": Foreseen(staying=1, at_once=1)
    }
    stage.publish(three_days, moves=moves)
    stage.work()
    assert (stage.messages(DEWI), stage.messages(BUDI)) == ([("first", "queued")], [("first", "queued")])
    stage.after(hours=23)
    assert stage.messages(DEWI) == [("first", "queued"), ("second", "queued")], "on the version she entered"
    assert stage.messages(BUDI) == [("first", "queued")]


def test_who_goes_over_has_not_passed_the_block_where_they_stood(two_inside: Stage) -> None:
    two_inside.publish(welcome(1, "new"), moves={"wait": Move("keep")})
    two_inside.work()
    with two_inside.house.ledger.read(two_inside.shop) as tx:
        wait = block_numbers(tx, "flow")["wait"]
    assert (wait.passed, wait.waiting) == (0, 2)


def test_who_goes_round_as_it_is_drawn_gets_it_again(stage: Stage) -> None:
    def weekly(days: int) -> dict[str, Any]:
        flow = welcome(1, "tip", block("week", "wait", amount=days, unit="days"))
        return {**flow, "links": [*flow["links"], link("week", "mail-tip")]}

    stage.publish(weekly(7))
    stage.happens("Account created", DEWI)
    stage.after(hours=1)
    stage.publish(weekly(2), moves={"week": Move("renew")})
    stage.after(days=2)
    assert stage.messages(DEWI) == [("mail-tip", "queued")] * 2


def held(*more: dict[str, Any], zone: str = "", **settings: Any) -> dict[str, Any]:
    """A block that holds who joined, and a message."""
    asked = in_a_row(block("joined", "event_trigger", event="Account created"), block("held", **settings), *more)
    mail = block("mail", "send_email", email="mail")
    onward = [link("held", mail["id"], outlet) for outlet in ("next", "happened", "in_vain", "answered", "failed")]
    return {"blocks": [*asked["blocks"], mail], "links": [*asked["links"], *onward], "zone": zone}


ORDERED: dict[str, Any] = {"kind": "wait_for_event", "event": "Order placed", "unit": "hours"}
AT_THREE: dict[str, Any] = {"kind": "wait_until", "time": "15:00"}
CALL: dict[str, Any] = {"kind": "webhook", "url": "https://app.example/", "wait": True}


@pytest.mark.parametrize(
    ("before", "after", "hours"),
    [
        (held(kind="wait", amount=10), held(kind="wait", amount=30), 10),
        (held(kind="wait", amount=30), held(kind="wait", amount=10), 30),
        (held(amount=10, **ORDERED), held(amount=30, **ORDERED), 10),
        (held(amount=30, **ORDERED), held(amount=10, **ORDERED), 30),
        (held(zone="UTC", **AT_THREE), held(zone="America/New_York", **AT_THREE), 6),
        (held(zone="America/New_York", **AT_THREE), held(zone="UTC", **AT_THREE), 11),
        (held(amount=10, **CALL), held(amount=30, **CALL), 10),
    ],
)
def test_the_time_that_is_kept_holds_whatever_the_new_version_says(
    stage: Stage, before: dict[str, Any], after: dict[str, Any], hours: int
) -> None:
    stage.publish(before)
    stage.happens("Account created", DEWI)
    stage.after(hours=3)
    stage.publish(after, moves={"held": Move("keep")})
    stage.work()
    stage.happens("Viewed", DEWI)
    stage.after(hours=hours - 3, minutes=-1)
    assert [each for each in stage.messages() if each[0] == "mail"] == []
    stage.after(minutes=1)
    assert stage.messages()[-1:] == [("mail", "queued")]
    assert len({block for block, _ in stage.messages()}) == len(stage.messages()), "nothing twice"


@pytest.mark.parametrize(
    ("after", "move", "at_once"),
    [
        (held(kind="wait", amount=2), Move("renew"), 1),
        (held(kind="wait", amount=4), Move("renew"), 0),
        (held(kind="wait", amount=2), Move("keep"), 0),
        (held(kind="wait", amount=2), Move("leave"), 0),
        (held(kind="wait", amount=2), Move("to", "mail"), 2),
        (held(kind="wait", amount=2), Move("to", "held"), 0),
        (held(kind="wait", amount=1, unit="months"), Move("renew"), None),
        (held(amount=2, **ORDERED), Move("renew"), None),
    ],
)
def test_who_goes_on_at_once_by_going_over_is_known_before(
    stage: Stage, after: dict[str, Any], move: Move, at_once: int | None
) -> None:
    stage.publish(held(kind="wait", amount=10))
    stage.happens("Account created", DEWI)
    stage.after(hours=3)
    stage.happens("Account created", BUDI)
    changed = Flow.model_validate({"name": "flow", **after})
    assert foresee(stage.house, stage.shop, "flow", changed, {"held": move}) == {"held": Foreseen(0, at_once)}
    if at_once is not None:
        stage.publish(after, moves={"held": move})
        stage.work()
        assert stage.messages() == [("mail", "queued")] * at_once


def test_a_look_meanwhile_does_not_put_off_the_time_that_is_kept(stage: Stage) -> None:
    of_tea = {"kind": "field", "of": "event", "field": "kind", "op": "is", "value": "tea"}
    stage.publish(held(amount=10, where=of_tea, **ORDERED))
    stage.happens("Account created", DEWI)
    stage.publish(held(amount=30, where=of_tea, **ORDERED), moves={"held": Move("keep")})
    stage.after(hours=3)
    stage.happens("Order placed", DEWI, kind="coffee")
    (dewi,) = stage.all_runs()
    assert dewi.wake_at == dewi.entered_at + 10 * HOUR
    stage.happens("Order placed", DEWI, kind="tea")
    assert stage.messages() == [("mail", "queued")]


def test_what_is_awaited_now_may_have_happened_before_they_went_over(stage: Stage) -> None:
    paid = ORDERED | {"event": "Payment received"}
    stage.publish(held(amount=10, **ORDERED))
    for who in (DEWI, BUDI):
        stage.happens("Account created", who)
    stage.happens("Payment received", DEWI)
    stage.publish(held(amount=30, **paid), moves={"held": Move("keep")})
    stage.work()
    assert (stage.messages(DEWI), stage.runs(BUDI)) == ([("mail", "queued")], [("held", "open")])
    stage.after(hours=9)
    assert stage.messages(BUDI) == []
    stage.after(hours=1)
    assert stage.messages(BUDI) == [("mail", "queued")], "the ten hours"


def test_a_shorter_wait_of_the_new_version_does_not_end_the_time_that_is_kept(stage: Stage) -> None:
    of_tea = {"kind": "field", "of": "event", "field": "kind", "op": "is", "value": "tea"}
    stage.publish(held(amount=10, where=of_tea, **ORDERED))
    stage.happens("Account created", DEWI)
    stage.after(hours=3)
    stage.publish(held(amount=2, where=of_tea, **ORDERED), moves={"held": Move("keep")})
    stage.work()
    stage.happens("Order placed", DEWI, kind="coffee")
    stage.after(hours=6)
    assert stage.messages() == []
    stage.after(hours=1)
    assert stage.messages() == [("mail", "queued")]


def test_whose_time_was_kept_and_then_counted_anew_goes_by_the_new_one(two_inside: Stage) -> None:
    two_inside.publish(welcome(20, "new"), moves={"wait": Move("keep")})
    two_inside.work()
    two_inside.publish(welcome(30, "newer"), moves={"wait": Move("renew")})
    two_inside.after(hours=26)
    assert two_inside.messages() == []
    two_inside.after(hours=1)
    assert two_inside.messages() == [("mail-newer", "queued")]


def test_whose_date_was_moved_is_not_reminded_of_the_old_one(stage: Stage) -> None:
    def flow(days: int) -> dict[str, Any]:
        return held(kind="wait_for_date", field="visit", when="before", amount=days)

    stage.publish(flow(3))
    stage.happens("Account created", DEWI, fields={"visit": "2026-11-30"})
    stage.publish(flow(2), moves={"held": Move("keep")})
    stage.happens("Viewed", DEWI, fields={"visit": "2026-12-10"})
    stage.after(days=12)
    assert stage.messages() == []
    stage.after(days=6)
    assert stage.messages() == [("mail", "queued")]


def test_who_had_left_and_goes_over_to_the_main_way_is_inside_again(stage: Stage) -> None:
    main = in_a_row(
        block("joined", "event_trigger", event="Account created"),
        block("day", "wait", amount=1, unit="days"),
        block("mail", "send_email", email="reminder"),
    )
    exits = {"exits": [{"event": "Order placed"}]}
    last = in_a_row(
        block("bye", "on_leaving"),
        block("weeks", "wait", amount=2, unit="weeks"),
        block("thanks", "send_email", email="t"),
    )
    stage.publish({"blocks": main["blocks"] + last["blocks"], "links": main["links"] + last["links"], **exits})
    for who in (DEWI, BUDI):
        stage.happens("Account created", who)
        stage.happens("Order placed", who)
    stage.publish({**main, **exits}, moves={"weeks": Move("to", "day")})
    stage.work()
    stage.happens("Order placed", BUDI)
    stage.after(days=1)
    assert (stage.runs(DEWI), stage.messages(DEWI)) == ([("mail", "ended")], [("mail", "queued")])
    assert (stage.runs(BUDI), stage.messages(BUDI)) == ([("day", "left")], [])
