"""The shelf by HTTP: who may fill it, what is refused, and what is written down of a change."""

from collections.abc import Sequence
from typing import Any

import pytest

from runtime.accounts import keys
from runtime.ledger import Tx, tables
from runtime.shop import Told, shelf
from tests.intake.conftest import Door
from tests.intake.test_events import nested

OOLONG = {"id": "MSO-100", "title": "Mae Salong oolong", "price": 320, "currency": "thb", "stock": 5}


def post(door: Door, body: Any, secret: str = "") -> Any:
    return door.client.post("/api/v1/products", json=body, headers={"authorization": f"Bearer {secret or door.secret}"})


def rows(door: Door, table: Any) -> list[Any]:
    with door.house.ledger.read(door.shop) as tx:
        return list(tx.all(table.select().where(tx.mine(table)).order_by(table.c.id)))


def test_a_product_is_kept_and_what_is_told_again_changes_nothing(door: Door) -> None:
    answer = post(door, OOLONG)
    assert (answer.status_code, answer.json()) == (200, {"accepted": 1, "changed": 1})
    assert post(door, OOLONG).json() == {"accepted": 1, "changed": 0}
    (kept,) = rows(door, tables.product)
    assert (kept.external, kept.parent, kept.price, kept.currency, kept.stock) == ("MSO-100", "MSO-100", 320, "THB", 5)


def test_only_what_is_told_changes_and_how_it_went_is_written_down(door: Door) -> None:
    post(door, {**OOLONG, "fields": {"days_per_unit": 30}})
    post(door, {"id": "MSO-100", "stock": 0})
    post(door, {"id": "MSO-100", "price": 290, "stock": None})
    (kept,) = rows(door, tables.product)
    assert (kept.title, kept.price, kept.stock, kept.fields) == ("Mae Salong oolong", 290, None, {"days_per_unit": 30})
    changes = [(one.what, one.before, one.after) for one in rows(door, tables.product_change)]
    assert changes == [("stock", 5, 0), ("price", 320, 290)]


def test_a_thousand_at_once_and_the_last_of_one_id_counts(door: Door) -> None:
    many = [{"id": number, "title": f"Tea {number}"} for number in range(999)]
    assert post(door, [*many, {"id": 7, "title": "Sencha"}]).json() == {"accepted": 1000, "changed": 1000}
    kept = {one.external: one.title for one in rows(door, tables.product)}
    assert (len(kept), kept["7"]) == (999, "Sencha")
    assert post(door, [{"id": number, "title": "Tea"} for number in range(1001)]).status_code == 400


def test_a_failure_halfway_says_how_many_are_stored(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "AT_ONCE", 2)
    keep, many = shelf._keep, [{"id": number, "title": f"Tea {number}"} for number in range(5)]

    def full(tx: Tx, told: Sequence[Told], *rest: Any) -> int:
        if told[0].external == "2":
            raise OSError("the disk is full")
        return keep(tx, told, *rest)

    monkeypatch.setattr(shelf, "_keep", full)
    answer = post(door, many)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "The first 2 products of this list are stored, the others are not." in answer.text
    assert [one.external for one in rows(door, tables.product)] == ["0", "1"]
    assert "Nothing of this was stored." in post(door, many[2:]).text
    monkeypatch.setattr(shelf, "_keep", keep)
    assert post(door, many).json()["accepted"] == 5
    assert len(rows(door, tables.product)) == 5


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": "No id"}, "id"),
        ({"id": "new"}, "title"),
        ({"id": "new", "title": ""}, "title"),
        ({"id": "MSO-100", "title": None}, "title"),
        ({"id": "x", "title": "x", "price": "320"}, "price"),
        ({"id": "x", "title": "x", "price": -1}, "price"),
        ({"id": "x", "title": "x", "stock": 1.5}, "stock"),
        ({"id": "x", "title": "x", "currency": "baht"}, "currency"),
        ({"id": "x", "title": "x", "url": "javascript:alert(1)"}, "url"),
        ({"id": "x", "title": "x", "fields": [1]}, "fields"),
        ({"id": "x", "title": "x", "fields": {"a": "\0"}}, "fields"),
        ({"id": "x", "title": "x", "fields": {"in": nested(10)}}, "fields"),
        ({"id": "x", "title": "x", "fields": {"in": nested(900)}}, "fields"),
        ({"id": "x", "title": "x", "variant_of": ""}, "variant_of"),
        ({"id": "x", "title": "x", "colour": "green"}, "colour"),
        (["x"], ""),
    ],
)
def test_one_that_is_wrong_refuses_the_list_and_says_where(door: Door, wrong: Any, field: str) -> None:
    answer = post(door, [OOLONG, wrong])
    assert answer.status_code == 422
    assert [(one["index"], one["field"]) for one in answer.json()["problems"]] == [(1, field)]
    assert all(one["reason"] for one in answer.json()["problems"])
    assert rows(door, tables.product) == []


def test_fields_may_be_nested_as_deep_as_in_an_event(door: Door) -> None:
    assert post(door, {**OOLONG, "fields": {"in": nested(9)}}).json() == {"accepted": 1, "changed": 1}


def test_only_a_key_that_sends_may_fill_it(door: Door) -> None:
    _, reads = keys.create(door.house, door.shop, "api", "Reports")
    assert post(door, OOLONG, "cw_ing_wrong").status_code == 401
    assert post(door, OOLONG, reads).status_code == 403
    assert door.client.get("/api/v1/products").status_code == 405
    assert rows(door, tables.product) == []


def test_products_are_told_apart_by_shop(door: Door) -> None:
    post(door, OOLONG)
    with door.house.ledger.read(door.shop + 1) as tx:
        assert tx.all(tables.product.select().where(tx.mine(tables.product))) == []
