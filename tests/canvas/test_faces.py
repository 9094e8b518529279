"""What the cards of a flow say."""

from typing import Any

from blocks.contract import Known, Problem
from blocks.flow import BlockDoc, Exit
from blocks.phrase import say
from builder.drafting.faces import catalog, face, said_exit
from builder.flow_editor.canvas_words import WORDS, canvas_words
from runtime.places import STATIC
from runtime.words import words
from runtime.words.gather import canvas_ids

W = words("en")


def card(kind: str, **settings: Any) -> dict[str, Any]:
    return face(BlockDoc(id="b", kind=kind, settings=settings), Known(emails={"hello": "Hello, Dewi"}), W)


def test_a_trigger_wears_the_icon_of_the_palettes_entry_it_still_is() -> None:
    cart = card("event_trigger", event="Checkout started")
    assert (cart["kind"], cart["icon"], cart["say"]) == (
        "Trigger",
        "shopping_cart",
        "When someone leaves a cart without paying",
    )
    assert card("event_trigger", event="Tea tasted")["icon"] == "bolt"


def test_a_send_says_the_name_of_its_email() -> None:
    assert card("send_email", email="hello")["say"] == "“Hello, Dewi”"


def test_an_action_is_called_what_it_does() -> None:
    assert card("update_contact", change="add_tag", name="oolong lover")["kind"] == "Add a tag"


def test_a_block_that_is_not_filled_in_says_what_it_is_for() -> None:
    assert (
        card("event_trigger", event="")["say"]
        == "Starts when something happens: a checkout, an order, or any event you send"
    )


def test_a_rule_that_is_half_done_says_the_part_that_is_done() -> None:
    done = {"kind": "field", "of": "event", "field": "total", "op": "at_least", "value": 500}
    begun = {"kind": "did", "event": ""}
    assert card("branch", rule={"kind": "all", "rules": [done, begun]})["say"] == "If total is at least 500 …"


def test_a_split_shows_both_ways_out_even_while_it_is_half_done() -> None:
    ways = [("yes", "Yes"), ("no", "No")]
    for rule in ({"kind": "did", "event": "Order placed"}, {"kind": "did", "event": ""}):
        assert [(one["id"], one["label"]) for one in card("branch", rule=rule)["outlets"]] == ways


def test_what_stops_publishing_stands_before_what_does_not() -> None:
    problems = [
        Problem("later", say("Check how it is spelled."), "warn"),
        Problem("now", say("Choose an e-mail first")),
    ]
    doc = BlockDoc(id="b", kind="send_email", settings={"email": ""})
    assert [one["text"] for one in face(doc, Known(), W, problems)["problems"]] == [
        "Choose an e-mail first",
        "Check how it is spelled.",
    ]


def test_a_kind_that_nobody_knows_is_shown_and_does_not_break_the_canvas() -> None:
    assert card("send_pigeon", where="roof")["say"] == "Not known here"


def test_exit_rules_are_said_in_a_sentence() -> None:
    assert said_exit(Exit(event="Order placed"), Known(), W) == "Leaves at any point when they place an order"
    assert said_exit(Exit(event="Tea tasted"), Known(), W) == "Leaves at any point when “Tea tasted” happens"


def test_every_entry_of_the_palette_is_found_by_the_words_of_other_tools() -> None:
    found = {entry["id"]: entry for entry in catalog(W, Known())["palette"]}
    assert "time delay" in found["wait"]["search"]
    assert "conditional split" in found["branch"]["search"]
    assert {entry["family"] for entry in found.values()} == {"trigger", "timing", "split", "send", "action"}


def test_the_canvas_says_the_words_that_python_translates() -> None:
    """Held to the table in the canvas' own source, so that none stays English in Jakarta."""
    source = (STATIC / "canvas" / "src" / "words.js").read_text("utf-8")
    assert list(WORDS.values()) == list(canvas_ids(source))


def test_places_in_the_canvas_words_stay_open_for_the_browser_to_fill() -> None:
    assert canvas_words(W)["saidAddedBetween"] == WORDS["saidAddedBetween"]
