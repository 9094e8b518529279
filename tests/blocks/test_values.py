"""Values as rules compare them, whatever database keeps them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from blocks.values import fold, instant, micros, moment, number, safe_key, safe_path, text_of, type_document


def test_a_document_becomes_four_flat_maps() -> None:
    typed = type_document(
        {
            "total": 1180.5,
            "code": "TEA-10",
            "paid": True,
            "nothing": None,
            "at": "2026-11-21T16:00:00+07:00",
            "customer": {"name": "Dewi LESTARI", "orders": 3},
            "items": [{"sku": "A1", "price": 640}, {"sku": "B2", "price": "540.50"}],
            "tags": ["VIP", "Tea"],
        }
    )
    assert typed["n"] == {"total": 1180.5, "customer.orders": 3, "items[].price": [640, 540.5]}
    assert typed["t"] == {
        "code": "tea-10",
        "at": "2026-11-21t16:00:00+07:00",
        "customer.name": "dewi lestari",
        "items[].sku": ["a1", "b2"],
        "items[].price": ["540.50"],
        "tags[]": ["vip", "tea"],
    }
    assert typed["d"] == {"at": micros(datetime(2026, 11, 21, 9, 0, tzinfo=UTC))}
    assert typed["b"] == {"paid": True}


@pytest.mark.parametrize(
    ("text", "value"),
    [("19.90", 19.9), ("-5", -5), ("+62", 62), ("007", 7), ("1e5", None), ("1,000", None), ("", None), ("12 ", None),
     ("NaN", None), ("1" * 16, None), ("0x10", None), ("12\n", None)],
)  # fmt: skip
def test_a_plain_decimal_is_a_number(text: str, value: float | None) -> None:
    assert number(text) == value
    assert type_document({"x": text})["n"].get("x") == value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), None])
def test_what_cannot_be_compared_leaves_no_trace(value: float | None) -> None:
    assert type_document({"x": value}) == {"n": {}, "t": {}, "d": {}, "b": {}}


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-21", datetime(2026, 11, 21, tzinfo=UTC)),
        ("2026-11-21T09:30", datetime(2026, 11, 21, 9, 30, tzinfo=UTC)),
        ("2026-11-21 09:30:15Z", datetime(2026, 11, 21, 9, 30, 15, tzinfo=UTC)),
        ("2026-11-21T09:30:15.250+07:00", datetime(2026, 11, 21, 2, 30, 15, 250_000, tzinfo=UTC)),
        ("2026-11-21T09:30:15+0700", datetime(2026, 11, 21, 2, 30, 15, tzinfo=UTC)),
        ("2026-02-30", None),
        ("2026-11-21 next to the river", None),
        ("21/11/2026", None),
        ("2026-1-2", None),
        ("tomorrow", None),
    ],
)
def test_dates(text: str, at: datetime | None) -> None:
    assert instant(text) == (None if at is None else micros(at))


def test_instants_are_exact_to_the_microsecond() -> None:
    at = datetime(2199, 12, 31, 23, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=7)))
    assert moment(micros(at)) == at
    assert moment(-1) == datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("one", "other"), [("É", "é"), ("Cafe\u0301", "CAFÉ"), ("STRASSE", "straße"), ("ต้อนรับ", "ต้อนรับ"), ("ﬁn", "FIN")]
)
def test_texts_are_equal_as_people_see_it(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_long_texts_are_cut() -> None:
    assert len(type_document({"x": "a" * 5000})["t"]["x"]) == 1024


@pytest.mark.parametrize("key", ['a"b', "$where", "a'b", "a[0]", "ชื่อเล่น", "naïve", "e\u0301", "100%", "a\\b", "*"])
def test_keys_are_safe_in_every_json_path(key: str) -> None:
    safe = safe_key(key)
    assert not set(safe) & set("\"'$[]*\\")
    assert type_document({key: "x"})["t"] == {safe: "x"}
    assert safe_path(safe) == safe, "a path that was seen in data stays as it is"


def test_a_path_can_be_typed_as_the_shop_sees_it() -> None:
    typed = type_document({"ลูกค้า": {"ชื่อเล่น": "นก"}, "สินค้า": [{"รหัส": "A1"}]})
    assert typed["t"] == {safe_path("ลูกค้า.ชื่อเล่น"): "นก", safe_path("สินค้า[].รหัส"): ["a1"]}


@pytest.mark.parametrize(
    ("document", "text"),
    [({"id": 1001}, "1001"), ({"id": "1001"}, "1001"), ({"id": 1001.0}, "1001"), ({"id": "ABC"}, "abc"),
     ({"id": [1]}, None), ({}, None), ({"id": 1.5}, "1.5")],
)  # fmt: skip
def test_a_key_is_the_same_text_whether_it_came_as_number_or_text(
    document: dict[str, object], text: str | None
) -> None:
    assert text_of(type_document(document), "id") == text
