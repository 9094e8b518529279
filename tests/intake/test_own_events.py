"""Names that only Cartwheel may tell: nobody starts a flow from outside by what never happened here."""

import ast
import re
from collections.abc import Iterator

import pytest

from runtime.intake.own_events import OWN_EVENTS
from runtime.places import ROOT
from tests.intake.conftest import Door

SHOPS = {
    "Order placed", "Checkout started", "Checkout updated", "Cart updated", "Added to cart", "Product viewed",
    "Back in stock requested",
}  # fmt: skip
"""Names in the code that shops and sites tell."""
_NAME = re.compile(r"[A-Z][a-z]+( [a-z]+)+")


@pytest.mark.parametrize("name", OWN_EVENTS)
def test_nobody_puts_dewi_into_a_segment_by_saying_so(door: Door, name: str) -> None:
    told = {"contact": {"email": "dewi@example.com"}, "properties": {"segment": "vip", "flow": "welcome"}}

    answer = door.post([{**told, "name": "Order placed"}, {**told, "name": f" {name} "}])

    assert answer.status_code == 422
    (problem,) = answer.json()["problems"]
    assert (problem["index"], problem["field"]) == (1, "name")
    assert problem["reason"].startswith("is a name of our own")
    assert door.stored() == []


@pytest.mark.parametrize(
    "name", ["email opened", "EMAIL OPENED", "Email\u00a0opened", "Email   opened", "Email\u2003Opened"]
)
def test_a_name_of_our_own_is_known_in_any_spelling(door: Door, name: str) -> None:
    answer = door.post({"name": name, "contact": {"email": "dewi@example.com"}})
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["reason"].startswith("is a name of our own")


def test_what_a_flow_lets_happen_under_a_name_of_the_shop_may_be_told_from_outside_too(door: Door) -> None:
    told = {"name": "Became a regular", "contact": {"email": "dewi@example.com"}}
    assert door.post(told).json() == {"accepted": 1, "duplicates": 0}


def names_in_the_code() -> Iterator[str]:
    """Constants of modules and classes that read like the name of an event."""
    for package in ("blocks", "runtime"):
        for file in (ROOT / package).rglob("*.py"):
            module = ast.parse(file.read_text("utf-8"))
            classes = [one for one in module.body if isinstance(one, ast.ClassDef)]
            for body in (module.body, *(one.body for one in classes)):
                for line in body:
                    if isinstance(line, ast.Assign | ast.AnnAssign) and line.value is not None:
                        values = line.value.elts if isinstance(line.value, ast.Tuple) else [line.value]
                        texts = (one.value for one in values if isinstance(one, ast.Constant))
                        yield from (one for one in texts if isinstance(one, str) and _NAME.fullmatch(one))


def test_every_name_in_the_code_is_a_shops_or_our_own() -> None:
    assert set(names_in_the_code()) == SHOPS | set(OWN_EVENTS)


def test_the_page_on_events_names_them_all() -> None:
    page = (ROOT / "docs" / "events.md").read_text("utf-8")
    table = page.partition("## Events of our own")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith('| "')]
    assert set(re.findall(r'"([^"]+)"', "".join(rows))) == set(OWN_EVENTS)
