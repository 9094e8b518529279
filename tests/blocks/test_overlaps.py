"""Before a flow is published it is said which others would write to the same person about the same, and who then speaks."""

from typing import Any

import pytest

from blocks.flow import Flow
from blocks.overlaps import overlaps
from runtime.words import words
from tests.engine.stage import block, in_a_row, link


def flow(name: str, kind: str = "event_trigger", *, send: bool = True, **changes: Any) -> Flow:
    """A flow of a trigger and an e-mail."""
    settings = {key: changes.pop(key) for key in ("event", "amount", "unit") if key in changes}
    mail = block("mail", "send_email", email="thanks") if send else block("tag", "stop")
    return Flow.model_validate({"name": name, **in_a_row(block("when", kind, **settings), mail), **changes})


THANKS = flow("Thank you", event="Order placed")
CART: dict[str, Any] = {"event": "Checkout started", "entry": {"key": "checkout_token"}}


def said(mine: Flow, *others: Flow) -> list[str]:
    found = list(overlaps(mine, others))
    assert all((problem.level, problem.code, problem.block) == ("warn", "overlaps", "when") for problem in found)
    return [words("en").text(problem.phrase) for problem in found]


def test_two_flows_that_thank_for_the_same_order() -> None:
    (text,) = said(flow("Ask for a review", event="Order placed"), THANKS)
    assert text.startswith("“Thank you” writes about the same order too. Both have the same priority, so both speak.")


@pytest.mark.parametrize(
    ("mine", "theirs", "end"),
    [
        (
            {"priority": 4},
            {"speaks_alone": True},
            "This Flow has the higher priority, so within the hour only it speaks.",
        ),
        ({"priority": 4}, {}, "Both speak."),
        ({"priority": 2, "speaks_alone": True}, {}, "within the hour only that one speaks."),
        ({"priority": 2}, {}, "Both speak."),
    ],
)
def test_who_speaks_is_what_the_settings_of_both_say(mine: Any, theirs: Any, end: str) -> None:
    (text,) = said(flow("Cart 2", **CART, **mine), flow("Cart 1", **CART, **theirs))
    assert text.endswith(end)


@pytest.mark.parametrize(
    ("mine", "theirs", "told"),
    [
        ((2, 0), (4, 3), "This Flow can speak first. It has the lower priority, yet it only keeps quiet where"),
        ((2, 3), (4, 0), "writes about the same order too, and can speak first. This Flow has the lower priority"),
        ((4, 0), (2, 3), "This Flow can speak first. It has the higher priority, yet the other one only keeps quiet"),
        ((4, 3), (2, 0), "writes about the same order too, and can speak first. This Flow has the higher priority"),
    ],
)
def test_where_an_hour_lies_between_it_is_not_said_that_only_one_speaks(mine: Any, theirs: Any, told: str) -> None:
    """Thanks at once, and thanks after three hours."""
    (text,) = said(thanks("Thanks 2", *mine), thanks("Thanks 1", *theirs))
    assert told in text
    assert text.endswith("only keeps quiet where both would write within the hour. Else both speak.")


def test_within_the_hour_is_what_counts_and_not_how_it_is_drawn() -> None:
    (text,) = said(thanks("Thanks 2", 2, 1), thanks("Thanks 1", 4, 1))
    assert text.endswith("within the hour only that one speaks.")


def thanks(name: str, priority: int, hours: int) -> Flow:
    """Thanks for an order so many hours after it."""
    blocks = [block("when", "event_trigger", event="Order placed"), block("mail", "send_email", email="thanks")]
    if hours:
        blocks.insert(1, block("wait", "wait", amount=hours, unit="hours"))
    return Flow.model_validate({"name": name, "priority": priority, "speaks_alone": True, **in_a_row(*blocks)})


def test_a_cart_is_a_cart_whichever_event_tells_of_it() -> None:
    other = {**CART, "event": "Checkout updated"}
    assert len(said(flow("Cart 2", **CART), flow("Cart 1", **other))) == 1


def test_a_farewell_for_those_who_order_thanks_for_the_order_too() -> None:
    document = flow("Cart", **CART, exits=[{"event": "Order placed"}]).to_json()
    document["blocks"] += [block("bye", "on_leaving"), block("thanks", "send_email", email="thanks")]
    document["links"].append(link("bye", "thanks"))
    assert len(said(THANKS, Flow.model_validate(document))) == 1


def test_two_win_backs_and_two_welcomes_both_speak() -> None:
    quiet: dict[str, Any] = {"event": "Order placed", "unit": "days"}
    (text,) = said(flow("A", "quiet_trigger", amount=60, **quiet), flow("B", "quiet_trigger", amount=90, **quiet))
    assert text == "“B” writes to people who have gone quiet too, and both speak."
    (text,) = said(flow("A", event="Account created"), flow("B", event="Signed up"))
    assert text == "“B” writes to welcome the same person too, and both speak."


def test_what_sends_nothing_or_is_about_something_else_is_no_overlap() -> None:
    call = {**in_a_row(block("when", "event_trigger", event="Order placed"), block("call", "webhook")), "name": "Call"}
    assert said(THANKS, Flow.model_validate(call)) == [], "another app is nobody who gets anything"
    assert said(THANKS, flow("Count orders", event="Order placed", send=False), flow("Cart", **CART)) == []
