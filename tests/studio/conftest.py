"""The studio in a real browser, against the real web process, in the shop of Doi Leaf."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from blocks.values import type_document
from runtime.clock import HOUR
from runtime.desk import Draft
from runtime.ledger import tables
from runtime.mail import read_document
from tests.pages.conftest import Look, Web, look, web  # noqa: F401 - fixtures
from tests.pages.doi_leaf import DEWI, NOK
from tests.studio.hands import Studio

_numbers = count(1)
CART = {
    "total": 1180,
    "currency": "THB",
    "checkout_url": "https://doileaf.example/cart/dewi",
    "items": [
        {"title": "Mae Salong oolong", "variant": "100 g", "price": 640, "quantity": 1},
        {"title": "Gayo Aceh beans", "variant": "250 g", "price": 540, "quantity": 1},
    ],
}
DEWIS_CHECKOUT = 4002


def cart_reminder() -> dict[str, Any]:
    """An e-mail with one section of most kinds."""
    return {
        "subject": "{{ contact.first_name | default: 'Hello' }}, your tea is waiting",
        "preview_text": "We kept it aside.",
        "sections": [
            {"kind": "header", "id": "s1"},
            {"kind": "heading", "id": "s2", "text": "Still in your cart"},
            {"kind": "text", "id": "s3", "html": "<p>Hello, we kept it aside for you.</p>"},
            {"kind": "products", "id": "s4"},
            {"kind": "button", "id": "s5", "label": "Back to my cart", "link": "{{ cart.url }}"},
            {"kind": "footer", "id": "s6"},
        ],
    }


@pytest.fixture(autouse=True, scope="module")
def dewis_cart(request: pytest.FixtureRequest) -> None:
    """Dewi started a checkout an hour ago, with two products."""
    if "web" not in request.fixturenames and not any("studio" in item.fixturenames for item in _tests(request)):
        return
    shop: Web = request.getfixturevalue("web")
    now = shop.house.clock.now()
    happened = {"id": DEWIS_CHECKOUT, "name": "Checkout started", "source": "shop", "contact": DEWI, "at": now - HOUR}
    kept = {"received_at": now, "who": {}, "properties": CART, "typed": type_document(CART), "state": "done"}
    with shop.house.ledger.write(shop.workspace) as tx:
        tx.insert(tables.event, [happened | kept])


def _tests(request: pytest.FixtureRequest) -> list[Any]:
    return [item for item in request.session.items if item.path == request.path]


OpenStudio = Callable[..., Studio]


@pytest.fixture
def studio(look: Look, web: Web) -> OpenStudio:  # noqa: F811 - fixtures
    """Puts an e-mail on the desk and opens it. `beside` is another studio: the same e-mail in another tab."""

    def open_(
        document: dict[str, Any] | None = None,
        *,
        name: str = "Cart reminder",
        beside: Studio | None = None,
        phone: bool = False,
        dark: bool = False,
    ) -> Studio:
        slug = f"mail-{next(_numbers)}" if beside is None else beside.slug
        if beside is None:
            content = read_document({**(document or cart_reminder()), "name": name}).model_dump(mode="json")
            drafts = web.house.desk.drafts(web.workspace)
            drafts.create("email", name, content, NOK, web.house.clock.now(), slug)
            page = look(f"/emails/{slug}", phone=phone, dark=dark)
        else:
            page = beside.page.context.new_page()
            page.goto(beside.page.url)
        opened = Studio(page, slug, lambda: draft_of(web, slug))
        opened.wait()
        return opened

    return open_


def draft_of(web: Web, slug: str) -> Draft:  # noqa: F811 - a fixture's name
    """What is on the desk now."""
    found = web.house.desk.drafts(web.workspace).get("email", slug)
    assert found is not None
    return found
