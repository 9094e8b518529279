"""Shopify's shelf: products with variants, drafts, deletions, and how many there are in which place."""

from typing import Any

import pytest

from runtime.house import House
from runtime.ledger import tables
from tests.intake.test_shopify import Send, notice, send, signed

__all__ = ["send"]

SMALL, LARGE, PRODUCT = "642667041472713922", "757650484644203962", "788032119674292922"


def shelf(house: House, shop: int) -> dict[str, Any]:
    with house.ledger.read(shop) as tx:
        return {row.external: row for row in tx.all(tables.product.select().where(tx.mine(tables.product)))}


def changes(house: House, shop: int) -> list[tuple[str, float, float]]:
    table = tables.product_change
    with house.ledger.read(shop) as tx:
        return [(row.what, row.before, row.after) for row in tx.all(table.select().order_by(table.c.id))]


def level(available: int | None, place: int = 24826418, time: str = "2026-11-21T15:30:00+07:00") -> dict[str, Any]:
    return {
        "inventory_item_id": 271878346596884015,
        "location_id": place,
        "available": available,
        "updated_at": time,
        "admin_graphql_api_id": "gid://shopify/InventoryLevel/1?inventory_item_id=271878346596884015",
    }


def test_each_variant_of_a_product_is_on_the_shelf(send: Send, house: House, shop: int) -> None:
    assert send("products/create", notice("product"), "p1").text == "Stored."
    kept = shelf(house, shop)
    assert set(kept) == {SMALL, LARGE}
    small = kept[SMALL]
    assert (small.parent, small.title, small.variant, small.sku) == (PRODUCT, "Mae Salong oolong", "100 g", "MSO-100")
    assert (small.price, small.stock, small.kind, small.stock_item) == (320.0, 0, "Tea", "271878346596884015")
    assert small.url == f"https://doileaf.myshopify.example/products/mae-salong-oolong?variant={SMALL}"
    assert small.picture == "https://cdn.shopify.example/oolong-100.jpg"
    assert small.fields == {"vendor": "Doi Leaf", "tags": ["oolong", "loose leaf"], "compare_at_price": 360.0}
    assert (kept[LARGE].stock, kept[LARGE].picture) == (None, "https://cdn.shopify.example/oolong.jpg")
    assert changes(house, shop) == []


def test_what_is_told_later_than_it_happened_undoes_nothing(send: Send, house: House, shop: int) -> None:
    send("products/create", notice("product"), "p1")
    newer = notice("product", updated_at="2026-11-21T15:40:00+07:00")
    newer["variants"][0] |= {"price": "290.00", "inventory_quantity": 4}
    send("products/update", newer, "p2")
    send("products/update", newer, "p2")
    send("products/update", notice("product"), "p3")
    assert sorted(changes(house, shop)) == [("price", 320.0, 290.0), ("stock", 0.0, 4.0)]
    assert (shelf(house, shop)[SMALL].price, shelf(house, shop)[SMALL].stock) == (290.0, 4)


@pytest.mark.parametrize(
    ("topic", "changed", "left"),
    [
        ("products/delete", {}, set()),
        ("products/update", {"status": "draft"}, set()),
        ("products/update", {"variants": notice("product")["variants"][1:]}, {LARGE}),
    ],
)
def test_what_is_no_longer_sold_leaves_the_shelf(
    send: Send, house: House, shop: int, topic: str, changed: dict[str, Any], left: set[str]
) -> None:
    send("products/create", notice("product"), "p1")
    document = {"id": int(PRODUCT)} if topic == "products/delete" else notice("product", **changed)
    send(topic, document, "p2")
    assert set(shelf(house, shop)) == left


def test_the_stock_is_the_sum_of_the_places_once_they_are_known(send: Send, house: House, shop: int) -> None:
    send("products/create", notice("product"), "p1")
    send("inventory_levels/update", level(6), "l1")
    assert shelf(house, shop)[SMALL].stock == 6
    send("inventory_levels/update", level(3, place=2), "l2")
    send("inventory_levels/update", level(4), "l3")
    assert shelf(house, shop)[SMALL].stock == 7
    assert changes(house, shop) == [("stock", 0, 6), ("stock", 6, 9), ("stock", 9, 7)]


def test_a_place_never_heard_of_does_not_make_a_full_shelf_look_empty(send: Send, house: House, shop: int) -> None:
    full = notice("product")
    full["variants"][0]["inventory_quantity"] = 10
    send("products/create", full, "p1")
    send("inventory_levels/update", level(0), "l1")
    assert shelf(house, shop)[SMALL].stock == 10


@pytest.mark.parametrize(
    "odd",
    [
        {"inventory_item_id": 99, "location_id": 1, "available": 5},
        level(None),
        {},
        {"inventory_item_id": [], "location_id": {}, "available": "5"},
    ],
)
def test_unknown_variants_and_odd_notices_are_answered_well(
    send: Send, house: House, shop: int, odd: dict[str, Any]
) -> None:
    send("products/create", notice("product"), "p1")
    assert (send("inventory_levels/update", odd, "l1").status_code, shelf(house, shop)[SMALL].stock) == (200, 0)
    assert send("products/update", {"id": 5, "variants": [None, {}]}, "p2").status_code == 200
    assert send("products/update", b"no JSON", "p3").status_code == 200


def test_without_the_signature_nothing_is_kept(send: Send, house: House, shop: int) -> None:
    refused = send("products/create", notice("product"), "p1", **{"x-shopify-hmac-sha256": signed(b"other")})
    assert (refused.status_code, shelf(house, shop)) == (401, {})


def test_pieces_that_nobody_has_are_as_many_as_can_be_kept(send: Send, house: House, shop: int) -> None:
    document = notice("product")
    document["variants"][0]["inventory_quantity"] = 2**64 - 1
    assert send("products/create", document, "p1").status_code == 200
    assert shelf(house, shop)[SMALL].stock == 1_000_000_000
    assert send("inventory_levels/update", level(-(2**63)), "p2").status_code == 200
    assert shelf(house, shop)[SMALL].levels == {"24826418": -1_000_000_000}
