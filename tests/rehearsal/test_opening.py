"""Trying other values: of the event that lets them in, of those that follow, and of somebody made up."""

from typing import Any

from runtime.rehearsal import Happening, MadeUp, Opening, Question, Rehearsal, laid_over, rehearse, value_at
from tests.rehearsal.conftest import CART, Rehearsals, at, later
from tests.rehearsal.test_rehearse import CHECKOUT, DEWI, TUESDAY, flow


def over(field: str, amount: int) -> tuple[str, str, dict[str, Any]]:
    """Asks whether a property is over an amount."""
    rule = {"kind": "field", "of": "event", "field": field, "op": "over", "value": amount}
    return "ask", "branch", {"rule": rule}


def tried(rehearsals: Rehearsals, document: Any, opening: Opening | None, *happenings: Happening) -> Rehearsal:
    """Rehearse with Dewi, who has left a cart."""
    made = type(rehearsals.draft).model_validate(document)
    who, start = rehearsals.contact(DEWI), at(TUESDAY)
    house = rehearsals.house
    return rehearse(house, rehearsals.shop, Question(rehearsals.slug, made, who, start, None, happenings, opening))


def asked(result: Rehearsal) -> list[str]:
    """By which way they left the question."""
    return [one.outlet for one in result.way if one.block == "ask"]


def test_another_total_than_that_of_the_latest_cart(rehearsals: Rehearsals) -> None:
    rehearsals.happened("Checkout started", DEWI, says="yes", **CART)
    document = flow(CHECKOUT, over("total", 1000))
    assert asked(tried(rehearsals, document, Opening())) == ["no"]
    result = tried(rehearsals, document, Opening(changes={"total": 1200}))
    assert asked(result) == ["yes"]
    assert result.opened
    assert result.script[0].properties == {**CART, "total": 1200}


def test_the_flow_starts_also_where_one_more_of_the_same_is_scripted(rehearsals: Rehearsals) -> None:
    rehearsals.happened("Checkout started", DEWI, says="yes", **CART)
    again = Happening("Checkout started", later(TUESDAY, 48), changes={"checkout_token": "c2"})
    document = {**flow(CHECKOUT, ("days", "wait", {"amount": 1, "unit": "days"})), "entry": {"key": "checkout_token"}}
    result = tried(rehearsals, document, Opening(), again)
    assert [(one.at, value_at(one.properties or {}, "checkout_token")) for one in result.script] == [
        (at(TUESDAY), "c1"),
        (later(TUESDAY, 48), "c2"),
    ]
    # On the command line the script begins where it says, as ever.
    assert [one.at for one in tried(rehearsals, document, None, again).script] == [later(TUESDAY, 48)]


def test_the_trigger_to_start_by_is_chosen(rehearsals: Rehearsals) -> None:
    rehearsals.happened("Checkout started", DEWI, says="yes", **CART)
    document = flow(CHECKOUT, ("wait", "wait", {"amount": 1, "unit": "days"}))
    viewed = {"id": "viewed", "kind": "event_trigger", "settings": {"event": "Product viewed"}}
    document = {**document, "blocks": [*document["blocks"], viewed]}
    document["links"].append({"from": "viewed", "to": "wait"})
    assert tried(rehearsals, document, Opening()).way[0].block == "cart"
    assert tried(rehearsals, document, Opening("Product viewed")).way[0].block == "viewed"


def test_somebody_made_up_who_lives_in_thailand(rehearsals: Rehearsals) -> None:
    rehearsals.happened("Checkout started", DEWI, says="yes", **CART)
    rule = {"kind": "field", "of": "contact", "field": "address.country", "op": "is", "value": "TH"}
    document = flow(CHECKOUT, ("ask", "branch", {"rule": rule}))
    ploy = MadeUp(fields=laid_over({}, {"address.country": "TH"}))
    assert asked(rehearsals.rehearse(ploy, TUESDAY, document=document)) == ["yes"]
    assert asked(rehearsals.rehearse(MadeUp(), TUESDAY, document=document)) == ["no"]


def test_values_are_put_at_their_paths() -> None:
    cart = {"total": 640, "items": [{"title": "Oolong"}, {"title": "Assam"}]}
    assert laid_over(cart, {"total": None, "items[].kind": "tea"}) == {
        "items": [{"title": "Oolong", "kind": "tea"}, {"title": "Assam", "kind": "tea"}]
    }
    assert laid_over({}, {"customer.city": "Chiang Mai", "items[].kind": "tea", "codes[]": "A", "note": None}) == {
        "customer": {"city": "Chiang Mai"},
        "items": [{"kind": "tea"}],
        "codes": ["A"],
    }
    assert (value_at(cart, "items[].title"), value_at(cart, "customer.city")) == ("Oolong", None)
    assert cart == {"total": 640, "items": [{"title": "Oolong"}, {"title": "Assam"}]}
