"""Shops call the same thing by different names; merge tags know one."""

from typing import Any

import pytest

from runtime.mail import Brand, mail_data

SHOP = Brand(name="Doi Leaf", website="https://doileaf.example", currency="THB", language="th")


def cart(event: dict[str, Any] | None) -> Any:
    return mail_data({}, event, SHOP)["cart"]


@pytest.mark.parametrize("key", ["items", "products", "line_items", "cart_items", "order_items"])
def test_products_are_found_under_any_name(key: str) -> None:
    assert [item["name"] for item in cart({key: [{"name": "Oolong"}, {"title": "Gayo"}]})["items"]] == [
        "Oolong",
        "Gayo",
    ]


@pytest.mark.parametrize("outer", ["cart", "order", "checkout"])
def test_products_are_found_inside_a_cart_or_order(outer: str) -> None:
    found = cart({outer: {"line_items": [{"name": "Oolong"}], "checkout_url": "https://c.example", "total_price": "9"}})
    assert (found["items"][0]["name"], found["url"], found["total"]) == ("Oolong", "https://c.example", "9")


def test_a_single_product_that_was_viewed_is_a_list_of_one() -> None:
    found = cart({"product": {"name": "Oolong", "url": "https://doileaf.example/p/1"}})
    assert [item["url"] for item in found["items"]] == ["https://doileaf.example/p/1"]


def test_every_alias_of_a_product_is_understood() -> None:
    (item,) = cart(
        {
            "items": [
                {
                    "product_title": "Oolong",
                    "variant_title": "100 g",
                    "unit_price": "640.00",
                    "qty": 2,
                    "permalink": "https://doileaf.example/p/1",
                    "images": [{"src": "https://img.example/1.png"}],
                    "desc": "High mountain",
                }
            ]
        }
    )["items"]
    assert item == {
        "name": "Oolong",
        "variant": "100 g",
        "price": "640.00",
        "quantity": 2,
        "times": "2 × ",
        "url": "https://doileaf.example/p/1",
        "image": "https://img.example/1.png",
        "description": "High mountain",
    }


@pytest.mark.parametrize(
    ("product", "times"),
    [
        ({"price": 1}, ""),
        ({"price": 1, "quantity": 1}, ""),
        ({"price": 1, "quantity": "1"}, ""),
        ({"price": 1, "quantity": 1.0}, ""),
        ({"price": 1, "quantity": 3.0}, "3 × "),
        ({"price": 1, "quantity": 0.5}, ""),
        ({"price": 1, "quantity": "3"}, "3 × "),
        ({"quantity": 3}, "× 3"),
    ],
)
def test_how_many_is_said_when_it_is_more_than_one(product: dict[str, Any], times: str) -> None:
    assert cart({"items": [{"name": "Oolong", **product}]})["items"][0]["times"] == times


@pytest.mark.parametrize(
    "image", ["javascript:x", "/relative.png", "", None, [], {"src": 5}, {"src": "data:image/png;base64,x"}, 7]
)
def test_a_picture_that_is_no_web_address_is_left_out(image: Any) -> None:
    assert cart({"items": [{"name": "Oolong", "image": image}]})["items"][0]["image"] is None


def test_products_without_a_name_and_things_that_are_no_products_are_left_out() -> None:
    assert cart({"items": [{"price": 1}, "Oolong", None, 3, {"name": ""}, {"name": "Gayo"}]})["count"] == 1


@pytest.mark.parametrize("event", [None, {}, {"items": None}, {"items": "two teas"}, {"items": {}}, {"items": []}])
def test_no_products_is_an_empty_list(event: dict[str, Any] | None) -> None:
    found = cart(event)
    assert (found["items"], found["total"], found["url"]) == ([], None, "https://doileaf.example")


def test_a_total_is_added_up_only_where_every_price_is_known() -> None:
    assert cart({"items": [{"name": "a", "price": "2.50", "quantity": 2}, {"name": "b", "price": 1}]})["total"] == 6.0
    assert cart({"items": [{"name": "a", "price": "2.50"}, {"name": "b"}]})["total"] is None
    assert cart({"items": [{"name": "a", "price": 5}], "total": 4})["total"] == 4


def test_the_events_currency_comes_before_the_contacts_and_the_brands() -> None:
    assert cart({"currency": "idr"})["currency"] == "IDR"
    assert cart({"currency": "rupiah"})["currency"] == "THB"
    assert mail_data({}, {}, SHOP, currency="EUR")["currency"] == "EUR"
    assert mail_data({}, {}, SHOP)["language"] == "th"
    assert mail_data({}, {}, SHOP, language="id")["language"] == "id"


def test_contact_and_event_are_passed_as_they_are() -> None:
    contact, event = {"first_name": "Dewi"}, {"order_number": 7}
    data = mail_data(contact, event, SHOP, pixel_url="https://v.example")
    assert data["contact"] is contact
    assert data["event"] is event
    assert data["shop"] == {
        "name": "Doi Leaf",
        "website": "https://doileaf.example",
        "address": "",
        "email": "",
        "phone": "",
    }
    assert (data["pixel_url"], data["unsubscribe_url"]) == ("https://v.example", None)
