"""Examples of a flow: what it must do with somebody made up, and what is said where it does not."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from blocks.checks import check
from blocks.contract import Known
from blocks.difference import differences
from blocks.examples import place_in_words
from blocks.flow import Flow
from blocks.hours import Quiet
from blocks.limits import Limits
from runtime.clock import HOUR
from runtime.delivery import set_limits
from runtime.rehearsal import Happening, MadeUp, Stopped, Tried, kept_example, run_examples
from runtime.samples import samples, take
from runtime.words import words
from tests.rehearsal.conftest import CART, Rehearsals, at

ROOT = Path(__file__).resolve().parents[2]
CART_LEFT = {"name": "Checkout started", "properties": {"checkout_token": "1", "total": 640}}
ORDERED = {"name": "Order placed", "after": "2h", "properties": {"checkout_token": "1"}}


def said(tried: Tried) -> list[str]:
    return [words("en").text(one) for one in tried.differs]


def tried(rehearsals: Rehearsals, *expects: dict[str, Any], **example: Any) -> list[str]:
    """What differs in one example of the sample's flow, in which a cart was left."""
    given = {"name": "Dewi leaves a cart", "happenings": [CART_LEFT], "nothing_else": False, **example}
    return said(run(rehearsals, {**given, "expects": expects}))


def run(rehearsals: Rehearsals, example: dict[str, Any], **changes: Any) -> Tried:
    document = Flow.model_validate({**rehearsals.draft.to_json(), **changes, "examples": [example]})
    (found,) = run_examples(rehearsals.house, rehearsals.shop, rehearsals.slug, document)
    return found


def with_wait(document: Flow, hours: int) -> dict[str, Any]:
    """The same flow with another first wait."""
    flow = document.to_json()
    for block in flow["blocks"]:
        if block["id"] == "hour":
            block["settings"] = {"amount": hours, "unit": "hours"}
    return flow


def test_the_example_in_the_documents_holds(rehearsals: Rehearsals) -> None:
    page = (ROOT / "docs" / "examples.md").read_text()
    found = re.search(r"```json\n(.*?)```", page, re.DOTALL)
    assert found is not None
    assert said(run(rehearsals, json.loads(found.group(1)))) == []


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.slug)
def test_the_examples_of_every_sample_hold(rehearsals: Rehearsals, sample: Any) -> None:
    slug = take(rehearsals.house, rehearsals.shop, sample, "Nok")
    draft = rehearsals.house.desk.drafts(rehearsals.shop).get("flow", slug)
    assert draft is not None
    before = rehearsals.rows()
    found = run_examples(rehearsals.house, rehearsals.shop, slug, Flow.model_validate(draft.document))
    assert len(found) >= 3
    assert {one.name: said(one) for one in found if not one.holds} == {}
    assert rehearsals.rows() == before, "nothing is kept"


def test_a_longer_wait_is_told_as_a_later_message(rehearsals: Rehearsals) -> None:
    later = Flow.model_validate(with_wait(rehearsals.draft, 2))
    large, small, ordered = run_examples(rehearsals.house, rehearsals.shop, rehearsals.slug, later)
    assert said(large)[0] == "Expected “Your cart is waiting” 1 hour after the start; it went out after 2 hours"
    assert not small.holds
    # The order comes in the same minute, first.
    assert said(ordered) == [
        "Expected “Your cart is waiting” 1 hour after the start; they left after 2 hours: because “Order placed” happened"
    ]


def test_why_a_message_was_not_sent(rehearsals: Rehearsals) -> None:
    never_asked = {"consent": None}
    assert tried(rehearsals, {"message": "reminder", "after": "1h"}, contact=never_asked) == [
        "Expected “Your cart is waiting” 1 hour after the start; "
        "it was not sent: because they have not agreed to marketing e-mails"
    ]
    skipped = {"message": "reminder", "state": "skipped", "because": "no_consent"}
    assert tried(rehearsals, skipped, contact=never_asked) == []
    assert tried(rehearsals, skipped) == [
        "Expected “Your cart is waiting” not to be sent: because they have not agreed to marketing e-mails; "
        "it went out after 1 hour"
    ]


def test_what_goes_out_besides_is_told_unless_it_does_not_matter(rehearsals: Rehearsals) -> None:
    first = {"message": "reminder", "within": ["30m", "2h"]}
    assert tried(rehearsals, first) == []
    assert tried(rehearsals, first, nothing_else=True) == [
        "“Any questions before you order?” went out too, after 1 day, which was not expected",
        "“10 % off your cart” went out too, after 2 days, which was not expected",
    ]
    assert tried(rehearsals, {"no_message": "concerns"}, nothing_else=True)[1:] != []
    assert "Expected “Any questions before you order?” not to go out; it went out after 1 day" in tried(
        rehearsals, {"no_message": "concerns"}
    )


def test_the_way_the_end_and_the_contact(rehearsals: Rehearsals) -> None:
    holds = (
        {"at": "worth", "after": "2d", "outlet": "yes"},
        {"ends": "end"},
        {"tag": "left a small cart", "has": False},
        {"field": "plan", "is": "gold"},
    )
    assert tried(rehearsals, *holds, contact={"fields": {"plan": "gold"}}) == []
    wrong = (
        {"at": "worth", "after": "1d"},
        {"at": "worth", "outlet": "no"},
        {"ends": "left", "by": "Order placed"},
        {"tag": "left a small cart"},
        {"field": "plan", "is": "gold"},
    )
    assert tried(rehearsals, *wrong) == [
        "Expected them at “Split yes / no (If total is at least 500)” 1 day after the start; they came after 2 days",
        "Expected them to leave “Split yes / no (If total is at least 500)” by “No”; they went on by “Yes”",
        "Expected them to leave by “Order placed”; they reached the end of the Flow after 2 days",
        "Expected them to have the tag “left a small cart”; they do not have it",
        "Expected the field “plan” to be “gold”; it is empty",
    ]


def test_who_is_not_let_in(rehearsals: Rehearsals) -> None:
    """Only what the example says happens: what the shop has seen is not taken instead."""
    rehearsals.happened("Checkout started", "dewi@example.com", says="yes", **CART)
    assert tried(rehearsals, {"ends": "outside"}, happenings=[ORDERED]) == []
    assert tried(rehearsals, {"message": "reminder"}, happenings=[ORDERED]) == [
        "Expected “Your cart is waiting” at any time; nothing that happened let them in"
    ]


def added_by_hand() -> dict[str, Any]:
    """A flow for those whom somebody adds; it tells another app, and writes to nobody."""
    blocks = [
        {"id": "in", "kind": "added_trigger", "settings": {}},
        {"id": "app", "kind": "webhook", "settings": {"url": "https://app.example.com/told"}},
    ]
    return {"name": "Tasting", "blocks": blocks, "links": [{"from": "in", "to": "app"}], "exits": []}


def test_an_event_is_meant_for_the_flow_whatever_its_slug_is_here(rehearsals: Rehearsals) -> None:
    example = {"name": "Added", "happenings": [{"name": "Added to flow"}], "expects": [{"ends": "end"}]}
    assert said(run(rehearsals, example, **added_by_hand())) == []


def test_a_call_to_another_app_is_no_message_but_can_be_expected(rehearsals: Rehearsals) -> None:
    told = {"name": "Told", "happenings": [{"name": "Added to flow"}], "expects": [{"message": "app", "after": "0m"}]}
    assert said(run(rehearsals, told, **added_by_hand())) == []
    silent = {**told, "expects": [{"no_message": "app"}]}
    (differs,) = said(run(rehearsals, silent, **added_by_hand()))
    assert differs.endswith("not to go out; it went out at once")


def test_nobody_in_an_example_is_held_out(rehearsals: Rehearsals) -> None:
    """Half of all people are, but an example speaks of those who are let in."""
    for number in range(6):
        example = {
            "name": "Somebody",
            "contact": {"name": f"No. {number}"},
            "happenings": [CART_LEFT],
            "expects": [{"message": "reminder"}],
            "nothing_else": False,
        }
        assert said(run(rehearsals, example, hold_out=50)) == []


def test_the_start_is_where_they_live_and_the_shops_quiet_hours_hold(rehearsals: Rehearsals) -> None:
    set_limits(rehearsals.house, rehearsals.shop, Limits(quiet=(Quiet(start="22:00", end="08:00"),)))
    night = {"contact": {"zone": "America/New_York"}, "start": "2026-03-07T21:30"}
    # The clocks there go forward in that night.
    assert tried(rehearsals, {"message": "reminder", "after": "9h 30m"}, **night) == []


def test_the_start_is_by_the_clocks_of_the_flow_where_it_has_its_own(rehearsals: Rehearsals) -> None:
    """21:30 in Bangkok is 09:30 where they live, when the shop is not quiet."""
    set_limits(rehearsals.house, rehearsals.shop, Limits(quiet=(Quiet(start="22:00", end="08:00"),)))
    night = {"contact": {"zone": "America/New_York"}, "start": "2026-03-10T21:30", "happenings": [CART_LEFT]}
    example = {"name": "Evening", "expects": [{"message": "reminder", "after": "1h"}], "nothing_else": False, **night}
    assert said(run(rehearsals, example, zone="Asia/Bangkok")) == []
    assert said(run(rehearsals, example)) != []


def test_a_block_that_is_gone_is_a_problem_and_the_example_fails(rehearsals: Rehearsals) -> None:
    example = {"name": "Old", "happenings": [CART_LEFT], "expects": [{"message": "old"}], "nothing_else": False}
    document = Flow.model_validate({**rehearsals.draft.to_json(), "examples": [example]})
    problems = [one for one in check(document, Known()) if one.field == "examples"]
    assert [(one.level, words("en").text(one.phrase)) for one in problems] == [
        (
            "warn",
            "The example “Old” speaks of a Block that is not there any more. Change the example, or remove it.",
        )
    ]
    assert said(run(rehearsals, example)) == ["Expected something of the Block “old”, which is not in this Flow"]


@pytest.mark.parametrize(
    ("example", "sentence"),
    [
        ({"expects": [{"message": "a", "after": "soon"}]}, "the example “Cart”, line 1 of expects, after"),
        ({"expects": [{"tag": "a"}, {"massage": "a"}]}, "the example “Cart”, line 2 of expects"),
        ({"happenings": [{"name": "A", "affter": "1h"}]}, "the example “Cart”, line 1 of happenings, affter"),
        ({"start": "2026-01-01T10:00+07:00"}, "the example “Cart”, start"),
        ({"contact": {"zone": "Bangkok"}}, "the example “Cart”, contact.zone"),
    ],
)
def test_what_is_wrong_names_the_example_and_the_line(example: dict[str, Any], sentence: str) -> None:
    document = {"name": "Flow", "examples": [{"name": "Cart", **example}]}
    with pytest.raises(ValidationError) as wrong:
        Flow.model_validate(document)
    assert place_in_words(document, wrong.value.errors()[0]["loc"]) == sentence


def test_two_examples_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="Two examples have the name “Cart”"):
        Flow.model_validate({"name": "Flow", "examples": [{"name": "Cart"}, {"name": "Cart"}]})


def test_a_file_keeps_only_what_an_example_says() -> None:
    example = {"name": "Cart", "happenings": [CART_LEFT], "expects": [{"message": "a", "after": "1h"}]}
    assert Flow.model_validate({"name": "Flow", "examples": [example]}).to_json()["examples"] == [example]


def test_versions_say_which_examples_came_and_went() -> None:
    def flow(*examples: dict[str, Any]) -> Flow:
        return Flow.model_validate({"name": "Flow", "examples": examples})

    before = flow({"name": "Stays"}, {"name": "Goes"}, {"name": "Changes"})
    after = flow({"name": "Stays"}, {"name": "Changes", "nothing_else": False}, {"name": "Comes"})
    assert [words("en").text(one.said) for one in differences(before, after, Known())] == [
        "Example “Changes” changed",
        "Example “Comes” added",
        "Example “Goes” removed",
    ]


def test_running_them_can_be_stopped(rehearsals: Rehearsals) -> None:
    seen: list[Tried] = []
    with pytest.raises(Stopped):
        run_examples(
            rehearsals.house,
            rehearsals.shop,
            rehearsals.slug,
            rehearsals.draft,
            done=seen.append,
            stopping=lambda: bool(seen),
        )
    assert len(seen) == 1


def test_a_rehearsal_with_dewi_is_kept_without_dewi(rehearsals: Rehearsals) -> None:
    """What the flow looks at stays; who she is does not, and her cart is called 1."""
    rehearsals.happened("Checkout started", "dewi@example.com", says="yes", **CART, email="dewi@example.com")
    start = "2026-11-24T21:10:00+07:00"
    order = Happening("Order placed", at(start) + 30 * HOUR, {"checkout_token": "c1", "phone": "+6281234567"})
    result = rehearsals.rehearse("dewi@example.com", start, order)
    with rehearsals.house.ledger.read(rehearsals.shop) as tx:
        kept = kept_example(tx, "Dewi", rehearsals.draft, rehearsals.contact("dewi@example.com"), result)
    assert kept.model_dump(mode="json", by_alias=True) == {
        "name": "Dewi",
        "contact": {"zone": "Asia/Jakarta"},
        "start": "2026-11-24T21:10:00",
        "happenings": [
            {"name": "Checkout started", "properties": {"checkout_token": "1", "total": 640}},
            {"name": "Order placed", "after": "1d 6h", "properties": {"checkout_token": "1"}},
        ],
        "expects": [
            {"message": "reminder", "after": "1h"},
            {"message": "concerns", "after": "1d"},
            {"ends": "left", "by": "Order placed"},
        ],
    }
    assert said(run(rehearsals, kept.model_dump(mode="json", by_alias=True))) == []


def test_a_rehearsal_with_somebody_made_up_is_kept_as_it_is(rehearsals: Rehearsals) -> None:
    rehearsals.happened("Checkout started", "dewi@example.com", says="yes", **CART)
    nok = MadeUp("nok@example.com", "Nok", None, "Asia/Bangkok", fields={"plan": "gold"}, tags=("vip",))
    result = rehearsals.rehearse(nok, "2026-11-24T21:10:00+07:00")
    with rehearsals.house.ledger.read(rehearsals.shop) as tx:
        kept = kept_example(tx, "Nok never agreed", rehearsals.draft, nok, result)
    assert (kept.contact.fields, kept.contact.tags, kept.contact.consent) == ({"plan": "gold"}, ("vip",), None)
    assert kept.expects[0].model_dump() == {
        "message": "reminder",
        "after": "1h",
        "state": "skipped",
        "because": "no_consent",
    }
    assert said(run(rehearsals, kept.model_dump(mode="json", by_alias=True))) == []


def test_what_tells_who_somebody_is_is_not_kept_even_if_the_flow_looks_at_it(rehearsals: Rehearsals) -> None:
    properties: dict[str, Any] = {**CART, "last_name": "Lestari", "note": "call +62 812 3456 7890", "city": "Bandung"}
    rehearsals.happened("Checkout started", "dewi@example.com", says="yes", **properties)
    rules = [
        {"kind": "field", "of": "event", "field": one, "op": "is_not_set"} for one in ("last_name", "note", "city")
    ]
    rules += [{"kind": "field", "of": "contact", "field": "first_name", "op": "is_not_set"}]
    document = Flow.model_validate(
        {**rehearsals.draft.to_json(), "exits": [{"rule": {"kind": "all", "rules": rules}, "name": "Unknown"}]}
    )
    result = rehearsals.rehearse("dewi@example.com", "2026-11-24T21:10:00+07:00", document=document)
    with rehearsals.house.ledger.read(rehearsals.shop) as tx:
        kept = kept_example(tx, "Dewi", document, rehearsals.contact("dewi@example.com"), result)
    (left,) = kept.happenings
    assert left.properties == {"checkout_token": "1", "total": 640, "city": "Bandung"}
    assert (kept.contact.name, kept.contact.email, kept.contact.fields) == ("", "somebody@example.com", {})
