"""What publishing would change, as the dialog lists it."""

from typing import Any

from blocks.contract import Known
from blocks.flow import Flow
from builder.drafting.changes import changes
from runtime.insight.versions import State
from runtime.mail import Brand
from runtime.words import words
from tests.engine.stage import cart_flow

EMAILS = {"reminder": "Your tea is waiting", "concerns": "Any questions?"}
WAITING = {"format": 1, "name": "Your tea is waiting", "subject": "Old"}


def differences(draft: dict[str, Any], *, subject: str = "Old") -> list[tuple[str, str, str]]:
    live = State(Flow.model_validate(cart_flow()), {"first": WAITING})
    drafted = State(Flow.model_validate(draft), {"first": {**WAITING, "subject": subject}})
    found = changes(live, drafted, Known(emails=EMAILS), words("en"))
    return [(one.what, one.icon, one.said) for one in found]


def test_nothing_changed_is_no_change() -> None:
    assert differences(cart_flow()) == []


def test_a_longer_wait_is_a_line_with_the_picture_of_its_block() -> None:
    draft = cart_flow()
    draft["blocks"][1]["settings"]["amount"] = 2
    assert differences(draft) == [("changed", "schedule", "Wait lengthened from 1 hour to 2 hours")]


def test_an_email_that_was_rewritten_is_a_change_of_the_flow_that_sends_it() -> None:
    said = "E-mail “Your tea is waiting”: Subject changed from “Old” to “New”"
    assert differences(cart_flow(), subject="New") == [("email", "mail", said)]


def test_what_concerns_the_whole_flow_has_a_picture_too() -> None:
    assert differences(cart_flow(priority=5)) == [("flow", "tune", "Priority from Normal to Very high")]


def test_another_look_is_a_change_of_every_flow_that_sends_with_it() -> None:
    """A live flow goes on with the colours and the postal address that it was published with."""
    flow, brand = Flow.model_validate(cart_flow()), Brand(postal_address="1 Tea Street").model_dump(mode="json")
    moved = {**brand, "primary": "#aa0000", "postal_address": "2 Tea Street"}
    found = changes(
        State(flow, {"first": WAITING}, brand), State(flow, {"first": WAITING}, moved), Known(), words("en")
    )
    assert [(one.what, one.said) for one in found] == [("flow", "Brand kit: Main colour and Postal address")]
    of_before = {name: value for name, value in brand.items() if name != "support_phone"}  # an older one knew less
    assert changes(State(flow, {}, of_before), State(flow, {}, brand), Known(), words("en")) == []
