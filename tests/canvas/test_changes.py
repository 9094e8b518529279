"""What publishing would change, as the dialog lists it."""

from typing import Any

from blocks.contract import Known
from blocks.flow import Flow
from builder.drafting.changes import changes
from runtime.words import words
from tests.engine.stage import block, cart_flow, link

EMAILS = {"reminder": "Your tea is waiting", "concerns": "Any questions?"}


def differences(draft: dict[str, Any], *, emails: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    live = Flow.model_validate(cart_flow())
    found = changes(
        live,
        Flow.model_validate(draft),
        {"first": {"subject": "Old"}},
        emails or {"first": {"subject": "Old"}},
        Known(emails=EMAILS),
        words("en"),
    )
    return [(one.what, one.said) for one in found]


def test_nothing_changed_is_no_change() -> None:
    assert differences(cart_flow()) == []


def test_moving_a_card_and_writing_a_note_is_no_change() -> None:
    draft = cart_flow(notes=[{"id": "n1", "text": "Payday is the 25th"}])
    draft["blocks"][1]["position"] = {"x": 300, "y": 80}
    assert differences(draft) == []


def test_a_longer_wait_is_one_change() -> None:
    draft = cart_flow()
    draft["blocks"][1]["settings"]["amount"] = 2
    assert differences(draft) == [("changed", "Wait 2 hours")]


def test_a_block_in_between_is_one_change_and_its_links_are_part_of_it() -> None:
    draft = cart_flow()
    draft["blocks"].append(block("tag", "update_contact", change="add_tag", name="cart left"))
    draft["links"] = [one for one in draft["links"] if one["from"] != "hour"] + [
        link("hour", "tag"),
        link("tag", "first"),
    ]
    assert differences(draft) == [("added", "Add the tag “cart left”")]


def test_a_block_taken_out_is_one_change() -> None:
    draft = cart_flow()
    draft["blocks"] = [one for one in draft["blocks"] if one["id"] != "day"]
    draft["links"] = [one for one in draft["links"] if "day" not in (one["from"], one["to"])] + [
        link("first", "ordered")
    ]
    assert differences(draft) == [("removed", "Wait 23 hours")]


def test_a_way_that_leads_to_another_block_is_a_change() -> None:
    draft = cart_flow()
    draft["links"] = [{**one, "outlet": "yes"} if one["from"] == "ordered" else one for one in draft["links"]]
    assert differences(draft) == [("links", "If “Order placed” happened since entering")]


def test_an_email_that_was_rewritten_is_a_change_of_the_flow_that_sends_it() -> None:
    assert differences(cart_flow(), emails={"first": {"subject": "New"}}) == [("email", "“Your tea is waiting”")]


def test_who_may_be_in_it_is_a_change() -> None:
    assert differences(cart_flow(entry={})) == [("flow", "Who may be in it, and how often")]
