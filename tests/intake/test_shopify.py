"""Notices of a Shopify shop: who may send them, and what they mean."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from runtime.accounts import sources
from runtime.clock import MINUTE, SECOND, SetClock
from runtime.engine import Engine
from runtime.house import House
from runtime.intake import shopify
from runtime.ledger import tables
from runtime.people import consent, contacts
from tests.conftest import Bell

SECRET = "shpss_0123456789abcdef"
Notice = dict[str, Any]
Send = Callable[..., Any]


def notice(name: str, **changes: Any) -> Notice:
    """A notice as Shopify sends it, with some fields changed."""
    text = (Path(__file__).parent / "fixtures" / f"shopify_{name}.json").read_text("utf-8")
    found: Notice = json.loads(text) | changes
    return found


def deep() -> Any:
    """What no shop sends: a list in a list in a list, as deep as JSON may go here."""
    return json.loads("[" * 900 + "]" * 900)


def signed(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


@pytest.fixture
def send(client: TestClient, house: House, shop: int) -> Send:
    """Send a notice of Doi Leaf's shop, signed as Shopify does unless told otherwise."""
    sources.create(house, shop, "Doi Leaf", SECRET)

    def send(topic: str, document: Notice | bytes, event_id: str = "", **headers: str | bytes) -> Any:
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        head: dict[str, str | bytes] = {
            "content-type": "application/json",
            "x-shopify-topic": topic,
            "x-shopify-hmac-sha256": signed(body),
            "x-shopify-shop-domain": "doileaf.myshopify.example",
            "x-shopify-webhook-id": f"webhook of {event_id}",
        }
        head |= {"x-shopify-event-id": event_id} if event_id else {}
        return client.post("/in/shopify/doi-leaf", content=body, headers=head | headers)

    return send


def stored(house: House, shop: int) -> list[Any]:
    with house.ledger.read(shop) as tx:
        return list(tx.all(tables.event.select().where(tx.mine(tables.event)).order_by(tables.event.c.id)))


def test_a_checkout_becomes_an_event_in_our_words(
    send: Send, house: House, shop: int, clock: SetClock, bell: Bell
) -> None:
    answer = send("checkouts/create", notice("checkout"), "e1")

    assert answer.status_code == 200
    (event,) = stored(house, shop)
    assert (event.name, event.source, event.state) == ("Checkout started", "shopify:doi-leaf", "new")
    assert clock.now() - event.at == 5 * MINUTE
    assert event.properties == {
        "checkout_token": "123123123",
        "checkout_id": "981820079255243537",
        "checkout_url": "https://doileaf.example/548380009/checkouts/123123123/recover?key=7e4b5f0f",
        "cart_token": "eeafa272cebfd4b22385bc4b645e762c",
        "total": 1062.0,
        "subtotal": 1062.0,
        "discount": 118.0,
        "currency": "THB",
        "quantity": 3,
        "items": [
            {
                "product_id": "632910392",
                "variant_id": "808950810",
                "sku": "MSO-100",
                "title": "Mae Salong oolong",
                "variant": "100 g",
                "quantity": 2,
                "price": 320.0,
            },
            {
                "product_id": "632910393",
                "variant_id": "808950811",
                "title": "Gayo Aceh beans",
                "quantity": 1,
                "price": 540.0,
            },
        ],
        "discount_codes": ["TEA10"],
        "shipping_country": "ID",
        "shipping_province": "DKI Jakarta",
        "locale": "id-ID",
    }
    assert event.typed["n"]["items[].price"] == [320.0, 540.0]
    assert event.who == {
        "email": "dewi@example.com",
        "phone": "+628120000142",
        "customer_id": "207119551",
        "first_name": "Dewi",
        "last_name": "Anggraini",
        "language": "id-ID",
        "country": "ID",
        "consent": [
            {"email": "yes", "source": "Shopify", "time": "2025-03-03T10:00:05+07:00", "text": "confirmed_opt_in"}
        ],
    }
    assert bell.rang(1)


def test_an_order_becomes_an_event_that_knows_its_checkout(send: Send, house: House, shop: int) -> None:
    send("orders/create", notice("order"), "e2")
    (event,) = stored(house, shop)
    assert event.name == "Order placed"
    assert {
        name: event.properties.get(name)
        for name in (
            "order_id",
            "order_number",
            "checkout_token",
            "total",
            "orders_count",
            "shipping_country",
            "order_url",
        )
    } == {
        "order_id": "820982911946154508",
        "order_number": "4821",
        "checkout_token": "123123123",
        "total": 1122.0,
        "orders_count": 8,
        "shipping_country": None,
        "order_url": "https://doileaf.example/548380009/orders/123456abcd/authenticate?key=abcdefg",
    }
    assert event.who["country"] == "SG"


def test_the_engine_knows_the_customer_and_what_they_agreed_to(send: Send, house: House, shop: int) -> None:
    send("checkouts/create", notice("checkout"), "e1")
    send("orders/create", notice("order"), "e2")
    while Engine(house).work():
        pass
    with house.ledger.read(shop) as tx:
        dewi = contacts.by_address(tx, "dewi@example.com")
        assert dewi is not None
        assert (dewi.name, dewi.language, contacts.count(tx)) == ("Dewi Anggraini", "id-ID", 1)
        answers = tx.all(tables.consent.select().order_by(tables.consent.c.at))
        assert [(row.answer, row.source) for row in answers] == [("yes", "Shopify"), ("no", "Shopify")]
        assert consent.standing_of(tx, dewi.id)["email"].answer == "no"


def test_a_checkout_that_goes_on_is_told_with_its_own_time(
    send: Send, house: House, shop: int, clock: SetClock
) -> None:
    send("checkouts/update", notice("checkout"), "e3")
    (event,) = stored(house, shop)
    assert event.name == "Checkout updated"
    assert clock.now() - event.at == MINUTE + 48 * SECOND


# ---- once


def test_what_shopify_repeats_is_stored_once(send: Send, house: House, shop: int) -> None:
    answers = [
        send("checkouts/update", notice("checkout"), "e1", **{"x-shopify-webhook-id": f"w{n}"}) for n in range(3)
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len(stored(house, shop)) == 1


def test_without_an_event_id_the_delivery_is_told_apart_by_its_own(send: Send, house: House, shop: int) -> None:
    for delivery in ("w1", "w1", "w2"):
        send("checkouts/update", notice("checkout"), **{"x-shopify-webhook-id": delivery})
    assert len(stored(house, shop)) == 2


def test_one_thing_told_under_two_topics_is_two_events(send: Send, house: House, shop: int) -> None:
    send("checkouts/create", notice("checkout"), "e1")
    send("orders/create", notice("order"), "e1")
    assert [event.name for event in stored(house, shop)] == ["Checkout started", "Order placed"]


# ---- nothing for us


@pytest.mark.parametrize(
    ("topic", "document"),
    [
        ("products/update", {"id": 1}),
        ("", {"id": 1}),
        ("checkouts/create", notice("checkout", email=None, customer=None)),
        ("checkouts/update", notice("checkout", completed_at="2026-11-21T15:59:30+07:00")),
        ("orders/create", notice("order", email="", contact_email="none", customer={"id": None})),
        ("orders/create", b"[]"),
        ("orders/create", b"{"),
        ("orders/create", b'{"email": "\\ud800"}'),
    ],
)
def test_what_is_of_no_use_is_answered_well_and_not_stored(
    send: Send, house: House, shop: int, topic: str, document: Notice | bytes
) -> None:
    """A shop that gets errors takes its notices away in the end."""
    assert send(topic, document, "e1").status_code == 200
    assert stored(house, shop) == []


# ---- who may


@pytest.mark.parametrize(
    "signature",
    ["", "x", "ไทย".encode(), signed(b"another body"), signed(b"{}", "shpss_another_secret_123")],
)
def test_without_the_right_signature_nothing_is_even_read(
    send: Send, house: House, shop: int, signature: str | bytes
) -> None:
    answer = send("orders/create", b"{", "e1", **{"x-shopify-hmac-sha256": signature})
    assert answer.status_code == 401
    assert stored(house, shop) == []


def test_the_signature_is_over_the_bytes_as_they_came(send: Send, house: House, shop: int) -> None:
    body = json.dumps(notice("order"), indent=3, ensure_ascii=True).encode() + b"\n"
    assert send("orders/create", body, "e1").status_code == 200
    assert send("orders/create", body, "e2", **{"x-shopify-hmac-sha256": signed(body.strip())}).status_code == 401
    assert len(stored(house, shop)) == 1


def test_a_shop_that_is_not_ours_and_one_that_was_removed_are_refused_alike(
    send: Send, client: TestClient, house: House, shop: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.intake.remembered.SECONDS", 0.0)
    body = json.dumps(notice("order")).encode()
    head = {"x-shopify-topic": "orders/create", "x-shopify-hmac-sha256": signed(body)}
    assert client.post("/in/shopify/other", content=body, headers=head).status_code == 401
    assert client.post("/in/shopify/%00doi-leaf", content=body, headers=head).status_code == 401
    assert client.post("/in/woocommerce/doi-leaf", content=body, headers=head).status_code == 404
    assert client.get("/in/shopify/doi-leaf").status_code == 405
    assert send("orders/create", notice("order"), "e1").status_code == 200
    sources.revoke(house, shop, sources.everything(house, shop)[0].id)
    assert send("orders/create", notice("order"), "e2").status_code == 401
    assert len(stored(house, shop)) == 1


@pytest.mark.usefixtures("no_refill")
def test_guessing_signatures_is_slowed_down(send: Send) -> None:
    statuses = [send("orders/create", b"{}", **{"x-shopify-hmac-sha256": "x"}).status_code for _ in range(25)]
    assert statuses == [401] * 20 + [429] * 5
    assert send("orders/create", notice("order"), "e1").status_code == 200


@pytest.mark.usefixtures("no_refill")
@pytest.mark.parametrize("nobody", ["other", "%00x", "Doi%20Leaf", "%F0%9F%8D%B5", "a/b"])
def test_guessing_addresses_of_shops_is_slowed_down_whatever_is_guessed(client: TestClient, nobody: str) -> None:
    statuses = [client.post(f"/in/shopify/{nobody}", content=b"{}").status_code for _ in range(25)]
    assert statuses == [401] * 20 + [429] * 5


# ---- consent


def customer(**consents: Any) -> Notice:
    return notice("checkout", customer={"id": 1, **consents})


SINCE = "2026-11-20T08:00:00Z"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (customer(), None),
        (customer(email_marketing_consent={"state": "not_subscribed"}), None),
        (customer(email_marketing_consent={"state": "pending", "consent_updated_at": SINCE}), None),
        (customer(email_marketing_consent={"state": "redacted"}), None),
        (
            customer(email_marketing_consent={"state": "subscribed", "consent_updated_at": SINCE}),
            [{"email": "yes", "source": "Shopify", "time": SINCE}],
        ),
        (
            customer(email_marketing_consent={"state": "subscribed", "consent_updated_at": "once"}),
            [{"email": "yes", "source": "Shopify", "unless_answered": True}],
        ),
        (
            customer(email_marketing_consent={"state": "unsubscribed", "opt_in_level": None}),
            [{"email": "no", "source": "Shopify"}],
        ),
        (
            customer(sms_marketing_consent={"state": "subscribed", "consent_updated_at": SINCE}),
            [{"sms": "yes", "source": "Shopify", "time": SINCE}],
        ),
        (
            {**customer(), "buyer_accepts_marketing": True},
            [{"email": "yes", "source": "Shopify checkout", "unless_answered": True}],
        ),
        (
            {
                **customer(email_marketing_consent={"state": "unsubscribed", "consent_updated_at": SINCE}),
                "buyer_accepts_marketing": True,
            },
            [{"email": "no", "source": "Shopify", "time": SINCE}],
        ),
    ],
)
def test_only_an_answer_counts_as_one(document: Notice, expected: Any) -> None:
    told = shopify.translate("checkouts/create", document)
    assert told is not None
    assert told.who.get("consent") == expected


def test_a_shops_own_idea_of_subscribed_does_not_undo_an_unsubscribe_here(
    send: Send, house: House, shop: int, clock: SetClock
) -> None:
    send("checkouts/create", notice("checkout"), "e1")
    while Engine(house).work():
        pass
    with house.ledger.write(shop) as tx:
        dewi = contacts.by_address(tx, "dewi@example.com")
        assert dewi is not None
        consent.record(tx, dewi.id, "email", "no", clock.now(), consent.UNSUBSCRIBE_LINK)
    clock.advance(hours=1)
    send("checkouts/update", {**notice("checkout"), "buyer_accepts_marketing": True}, "e2")
    while Engine(house).work():
        pass
    with house.ledger.read(shop) as tx:
        assert consent.standing_of(tx, dewi.id)["email"].answer == "no"


@pytest.mark.parametrize(
    "odd",
    [
        {"line_items": None, "discount_codes": "TEA10", "shipping_address": [], "total_price": "a lot"},
        {"line_items": [None, 7, {"quantity": "2", "price": True, "image": {"src": "javascript:alert(1)"}}]},
        {"token": ["x"], "abandoned_checkout_url": "javascript:alert(1)", "created_at": 7, "currency": {"code": "THB"}},
        {"shipping_address": {"province": "a\0b", "country_code": 7}},
        {"customer": "dewi", "customer_locale": 7, "phone": {"n": 1}},
        {"line_items": [{"title": "Tea", "quantity": 10**18}] * 20},
        {"id": deep(), "token": deep(), "customer": {"id": deep(), "first_name": deep()}, "line_items": deep()},
    ],
)
def test_odd_notices_are_taken_for_what_can_be_read(send: Send, house: House, shop: int, odd: Notice) -> None:
    assert send("checkouts/create", notice("checkout", **odd), "e1").status_code == 200
    (event,) = stored(house, shop)
    assert event.who["email"] == "dewi@example.com"
    assert "javascript" not in str(event.properties)


def test_an_order_is_kept_whatever_is_told_of_how_many(send: Send, house: House, shop: int) -> None:
    odd = {"line_items": [{"title": "Tea", "quantity": 10**18}] * 20, "customer": {"id": 1, "orders_count": deep()}}
    assert send("orders/create", notice("order", **odd), "e1").status_code == 200
    (event,) = stored(house, shop)
    assert "orders_count" not in event.properties
    assert event.properties["items"][0]["quantity"] == 1_000_000_000
    assert event.properties["quantity"] == 20_000_000_000


def test_a_notice_whose_id_is_none_is_kept(send: Send, house: House, shop: int) -> None:
    body = json.dumps(notice("order", id="…")).replace(json.dumps("…"), "[" * 1000 + "]" * 1000).encode()
    assert send("orders/create", body, **{"x-shopify-webhook-id": ""}).status_code == 200
    assert [event.name for event in stored(house, shop)] == ["Order placed"]


def test_pictures_and_addresses_of_products_are_kept_where_the_shop_gives_them() -> None:
    item = {
        "title": "Tea",
        "image": {"src": "https://cdn.example/t.jpg"},
        "url": "https://doileaf.example/t",
        "price": 7,
    }
    told = shopify.translate("checkouts/create", notice("checkout", line_items=[item]))
    assert told is not None
    assert told.properties["items"] == [
        {
            "title": "Tea",
            "quantity": 0,
            "price": 7.0,
            "image": "https://cdn.example/t.jpg",
            "url": "https://doileaf.example/t",
        }
    ]


def test_a_shops_clock_that_is_ahead_makes_no_future(send: Send, house: House, shop: int, clock: SetClock) -> None:
    send("checkouts/create", notice("checkout", created_at="2030-01-01T00:00:00Z"), "e1")
    assert stored(house, shop)[0].at == clock.now()
