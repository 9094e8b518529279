"""A tea shop in Chiang Mai, its two e-mails, and Hannah, who left tea and coffee in her basket."""

import json
from pathlib import Path
from typing import Any

import pytest

from runtime.mail import Brand, EmailDocument, mail_data, read_document

FIXTURES = Path(__file__).parent / "fixtures"


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text("utf-8"))


@pytest.fixture
def doi_leaf() -> Brand:
    return Brand.model_validate(fixture("brand"))


@pytest.fixture
def cart_reminder() -> EmailDocument:
    return read_document(fixture("cart_reminder"))


@pytest.fixture
def order_confirmation() -> EmailDocument:
    return read_document(fixture("order_confirmation"))


@pytest.fixture
def hannah() -> dict[str, Any]:
    return {"first_name": "Hannah", "last_name": "Whitfield", "email": "hannah@example.com"}


@pytest.fixture
def basket() -> dict[str, Any]:
    return {
        "checkout_url": "https://doileaf.example/cart/8f2?key=1&lang=en",
        "order_number": "#1042",
        "currency": "THB",
        "items": [
            {
                "name": "Mae Salong oolong",
                "variant": "100 g",
                "price": 640,
                "quantity": 1,
                "image": "https://img.doileaf.example/oolong.png",
                "url": "https://doileaf.example/p/oolong",
            },
            {
                "title": "Gayo Aceh beans",
                "variant_title": "250 g",
                "price": "540.00",
                "qty": 2,
                "image_url": "https://img.doileaf.example/gayo.png",
                "link": "https://doileaf.example/p/gayo",
            },
        ],
    }


@pytest.fixture
def for_hannah(hannah: dict[str, Any], basket: dict[str, Any], doi_leaf: Brand) -> dict[str, object]:
    return mail_data(
        hannah,
        basket,
        doi_leaf,
        unsubscribe_url="https://mail.doileaf.example/u/abc",
        language="en",
    )
