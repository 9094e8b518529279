"""Events that programs send."""

from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from runtime.accounts import keys
from runtime.clock import HOUR, SetClock
from runtime.engine import Engine
from runtime.house import House
from runtime.ledger import tables
from runtime.people import consent, contacts
from tests.conftest import Bell
from tests.engine.stage import Stage, block, link
from tests.intake.conftest import Door, order


def test_an_event_is_stored_before_it_is_answered(door: Door, clock: SetClock, bell: Bell) -> None:
    answer = door.post(order(time="2026-11-21T15:30:00+07:00"))

    assert (answer.status_code, answer.json()) == (200, {"accepted": 1, "duplicates": 0})
    (stored,) = door.stored()
    assert (stored.name, stored.source, stored.state, stored.contact) == ("Order placed", "api", "new", None)
    assert (stored.received_at, stored.at) == (clock.now(), clock.now() - HOUR // 2)
    assert stored.who == {"email": "dewi@example.com", "first_name": "Dewi"}
    assert stored.properties == {"order_id": 4821, "total": "1920.00", "currency": "THB"}
    assert stored.typed["n"] == {"order_id": 4821, "total": 1920.0}
    assert bell.rang(1)


def test_the_same_id_is_stored_once_however_often_it_comes(door: Door, bell: Bell) -> None:
    assert door.post(order()).json() == {"accepted": 1, "duplicates": 0}
    assert door.post(order(name="Order placed again")).json() == {"accepted": 0, "duplicates": 1}
    assert door.post([order(), order(4822), order(4822)]).json() == {"accepted": 1, "duplicates": 2}
    assert [one.properties["order_id"] for one in door.stored()] == [4821, 4822]
    assert bell.rang(2)


def test_ids_outlive_what_they_were_the_ids_of(door: Door) -> None:
    door.post(order())
    with door.house.ledger.write(door.shop) as tx:
        tx.execute(tables.event.delete())
    assert door.post(order()).json() == {"accepted": 0, "duplicates": 1}


def test_without_an_id_every_event_is_new(door: Door) -> None:
    nameless = {"name": "Page seen", "contact": {"customer_id": 70211}}
    assert door.post([nameless, nameless]).json() == {"accepted": 2, "duplicates": 0}
    assert door.post({**nameless, "id": None, "properties": None, "time": None}).json()["accepted"] == 1


def test_another_shop_may_use_the_same_ids(door: Door, house: House, client: TestClient) -> None:
    door.post(order())
    _, secret = keys.create(house, door.shop + 1, "ingest", "Website")
    answer = client.post("/api/v1/events", json=order(), headers={"authorization": f"Bearer {secret}"})
    assert answer.json() == {"accepted": 1, "duplicates": 0}


def test_a_thousand_events_come_in_one_list_in_their_order(door: Door, bell: Bell) -> None:
    answer = door.post([order(number) for number in range(1000)])
    assert answer.json() == {"accepted": 1000, "duplicates": 0}
    assert [one.properties["order_id"] for one in door.stored()] == list(range(1000))
    assert bell.rang(1)


def test_the_engine_makes_contacts_and_answers_of_what_was_sent(door: Door, house: House, clock: SetClock) -> None:
    said = {"email": "yes", "source": "Checkout", "text": "Send me news about tea", "time": "2026-11-21T08:00:00Z"}
    door.post(order(contact={"email": "Dewi@Example.com", "phone": "0812 345 678", "points": 7, "consent": said}))

    while Engine(house).work():
        pass

    with house.ledger.read(door.shop) as tx:
        dewi = contacts.by_address(tx, "dewi@example.com")
        assert dewi is not None
        assert (dewi.phone, dewi.fields) == ("0812345678", {"points": 7})
        assert consent.standing_of(tx, dewi.id) == {"email": consent.Standing("yes", clock.now() - HOUR, "Checkout")}
    assert door.stored()[0].contact == dewi.id


def test_what_happens_later_than_we_hear_of_it_by_a_clock_that_is_ahead_has_just_happened(
    door: Door, house: House, clock: SetClock
) -> None:
    soon = "2026-11-21T09:00:20Z"
    said = {"email": "yes", "source": "Checkout", "time": soon}
    assert door.post(order(time=soon, contact={"email": "dewi@example.com", "consent": said})).json()["accepted"] == 1

    while Engine(house).work():
        pass

    assert [one.at for one in door.stored()] == [clock.now()]
    with house.ledger.read(door.shop) as tx:
        dewi = contacts.by_address(tx, "dewi@example.com")
        assert dewi is not None
        assert consent.standing_of(tx, dewi.id) == {"email": consent.Standing("yes", clock.now(), "Checkout")}


def test_an_order_by_a_clock_that_is_ahead_counts_at_once(door: Door, house: House, clock: SetClock) -> None:
    """Nobody is asked whether the order was lost that has come, and a second order makes a regular customer."""
    stage, twice = Stage(house, door.shop, clock), {"kind": "did", "event": "Order placed", "times": 2}
    waits = [
        block("cart", "event_trigger", event="Checkout started"),
        block("wait", "wait_for_event", event="Order placed", amount=3, unit="days"),
        block("thanks", "send_email", email="thanks"),
        block("lost", "send_email", email="lost"),
    ]
    ways = [link("cart", "wait"), link("wait", "thanks", "happened"), link("wait", "lost", "in_vain")]
    stage.publish({"blocks": waits, "links": ways}, "cart")
    regular = block("order", "event_trigger", event="Order placed", where={**twice, "window": {"kind": "ever"}})
    stage.publish({"blocks": [regular, block("again", "send_email", email="again")], "links": [link("order", "again")]})
    stage.happens("Order placed", "dewi@example.com", ago=30 * 24)
    stage.happens("Checkout started", "dewi@example.com")
    stage.after(hours=2)

    door.post(order(time="2026-11-21T11:00:20Z"))
    stage.work()

    assert stage.messages("dewi@example.com") == [("thanks", "queued"), ("again", "queued")]


@pytest.mark.parametrize("name", ["Family 👩‍👩‍👧 met", "می‌خواهم", "ได้รับ สินค้า", "Order\u00a0placed"])
def test_an_event_is_called_whatever_stands_in_one_line(door: Door, name: str) -> None:
    """Emoji of several people are joined by a character that is not seen, and so are Persian words."""
    assert door.post(order(name=name)).json()["accepted"] == 1
    assert door.stored()[0].name == name


def test_what_is_empty_or_cleared_of_a_contact_is_no_mistake(door: Door) -> None:
    fields = ("name", "first_name", "last_name", "language", "zone")
    said = [{"email": "dewi@example.com", **dict.fromkeys(fields, nothing)} for nothing in (None, "")]
    known = {"email": "nok@example.com", "language": "pt_BR", "zone": "Asia/Bangkok", "first_name": "นก"}
    assert door.post([order(n, contact=who) for n, who in enumerate([*said, known])]).json()["accepted"] == 3


# ---- one bad item


def test_one_bad_item_refuses_the_list_and_each_is_named(door: Door, bell: Bell) -> None:
    answer = door.post([order(1), order(2, name=""), order(3, contact={"email": "dewi"}), "order 4", order(5)])

    assert answer.status_code == 422
    assert answer.json() == {
        "error": "Nothing was stored, because 3 of 5 events are not right. Mend them and send the list again.",
        "problems": [
            {"index": 1, "field": "name", "reason": "must be a text of 1 to 200 characters in one line"},
            {"index": 2, "field": "contact.email", "reason": "is not an e-mail address"},
            {"index": 3, "field": "", "reason": 'must be an object with "name" and "contact"'},
        ],
    }
    assert door.stored() == []
    assert bell.rings == 0
    assert door.post(order(1)).json()["accepted"] == 1


def nested(levels: int) -> Any:
    inner: Any = 1
    for number in range(levels):
        inner = {"in": inner} if (levels - number) % 2 else [inner]
    return inner


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"name": 7}, "name", "must be a text of 1 to 200 characters in one line"),
        ({"name": "x" * 201}, "name", "must be a text of 1 to 200 characters in one line"),
        ({"name": "Order\u2028placed"}, "name", "must be a text of 1 to 200 characters in one line"),
        ({"name": "Order\u0085placed"}, "name", "must be a text of 1 to 200 characters in one line"),
        ({"name": "Order\nplaced"}, "name", "must be a text of 1 to 200 characters in one line"),
        ({"id": ""}, "id", "must be a text of 1 to 200 characters, or a whole number"),
        ({"id": True}, "id", "must be a text of 1 to 200 characters, or a whole number"),
        ({"id": "x" * 201}, "id", "must be a text of 1 to 200 characters, or a whole number"),
        ({"time": "yesterday"}, "time", 'must be a date and time like "2026-11-21T09:00:00Z"'),
        ({"time": 1795251600}, "time", 'must be a date and time like "2026-11-21T09:00:00Z"'),
        ({"time": "2026-11-21T10:00:01Z"}, "time", "is more than an hour ahead of now, 2026-11-21T09:00:00Z"),
        ({"time": "1999-12-31T23:59:59Z"}, "time", "is before the year 2000"),
        ({"contact": None}, "contact", "must be an object with email, phone or customer_id"),
        ({"contact": {}}, "contact", "must have email, phone or customer_id, so that we know who it is"),
        ({"contact": {"email": ""}}, "contact", "must have email, phone or customer_id, so that we know who it is"),
        ({"contact": {"email": "a@b.example\r\nBcc: x@y.example"}}, "contact.email", "is not an e-mail address"),
        ({"contact": {"phone": "call me"}}, "contact.phone", "is not a phone number"),
        (
            {"contact": {"customer_id": 1.5}},
            "contact.customer_id",
            "must be a text of 1 to 200 characters, or a whole number",
        ),
        ({"contact": {"customer_id": 1, "first_name": {"a": 1}}}, "contact.first_name", "must be a text"),
        ({"contact": {"customer_id": 1, "last_name": [1]}}, "contact.last_name", "must be a text"),
        ({"contact": {"customer_id": 1, "name": 7}}, "contact.name", "must be a text"),
        (
            {"contact": {"customer_id": 1, "language": 5}},
            "contact.language",
            'must be a language tag like "th" or "en-GB"',
        ),
        (
            {"contact": {"customer_id": 1, "language": "Bahasa Indonesia"}},
            "contact.language",
            'must be a language tag like "th" or "en-GB"',
        ),
        (
            {"contact": {"customer_id": 1, "zone": "Mars/Base"}},
            "contact.zone",
            'must be a time zone like "Asia/Bangkok"',
        ),
        ({"contact": {"customer_id": 1, "zone": []}}, "contact.zone", 'must be a time zone like "Asia/Bangkok"'),
        ({"contact": {"customer_id": 1, "tags": "vip"}}, "contact.tags", "must be a list of at most 100 texts"),
        ({"contact": {"customer_id": 1, "in": nested(11)}}, "contact", "is nested more than 10 levels deep"),
        (
            {"contact": {"customer_id": 1, **{f"field {n}": n for n in range(300)}}},
            "contact",
            "has 301 fields; 300 are the most",
        ),
        ({"contact": {"customer_id": 1, "consent": {"email": True}}}, "contact.consent.email", 'must be "yes" or "no"'),
        (
            {"contact": {"customer_id": 1, "consent": "yes"}},
            "contact.consent",
            'must be an object like {"email": "yes"}',
        ),
        (
            {"contact": {"customer_id": 1, "consent": {"fax": "yes"}}},
            "contact.consent.fax",
            "is not known: email, sms, push, source, time, text",
        ),
        (
            {"contact": {"customer_id": 1, "consent": {"time": "2027-01-01"}}},
            "contact.consent.time",
            "is more than an hour ahead of now, 2026-11-21T09:00:00Z",
        ),
        ({"properties": []}, "properties", "must be an object"),
        ({"properties": nested(11)}, "properties", "is nested more than 10 levels deep"),
        ({"properties": nested(900)}, "properties", "is nested more than 10 levels deep"),
        (
            {"properties": {f"field {n}": n for n in range(301)}},
            "properties",
            "has 301 different properties; 300 are the most",
        ),
        (
            {"properties": {"note": "a\0b"}},
            "properties",
            "has a text with a NUL character (\\u0000), which no database can store",
        ),
        (
            {"contact": {"customer_id": 1, "\0": [{"a": 1}]}},
            "contact",
            "has a text with a NUL character (\\u0000), which no database can store",
        ),
        ({"propertys": {}}, "propertys", "is not a field of an event: id, name, time, contact, properties"),
    ],
)
def test_what_is_wrong_is_said_in_plain_words(door: Door, changes: dict[str, Any], field: str, reason: str) -> None:
    answer = door.post(order(**changes))
    assert answer.status_code == 422
    assert answer.json() == {
        "error": "Nothing was stored, because the event is not right.",
        "problems": [{"index": 0, "field": field, "reason": reason}],
    }
    assert door.stored() == []


def test_what_is_just_within_the_limits_is_taken(door: Door) -> None:
    items = [{"sku": f"T-{n}", "price": n, "gift": False} for n in range(2000)]
    events = [
        order(1, time="2026-11-21T10:00:00Z", properties={f"field {n}": str(n) for n in range(300)}),
        order(2, name="x" * 200, properties={"items": items}),
        order(3, id=17, properties=nested(10)),
        order(4, contact={"phone": 66812345678, "tags": ["a"] * 100, "consent": None}),
        order(5, properties={"note": "a\\u0000b", "": None, "k" * 5000: 1, "big": 10**30, "emoji": "🍵"}),
    ]
    assert door.post(events).json() == {"accepted": 5, "duplicates": 0}
    assert door.stored()[4].properties["note"] == "a\\u0000b"


# ---- at the door


def test_a_key_is_needed_and_must_be_one_of_ours(door: Door, client: TestClient) -> None:
    for headers in (
        {},
        {"authorization": "Basic bm9r"},
        {"authorization": "Bearer "},
        {"authorization": "Bearer cw_ing_x"},
    ):
        answer = client.post("/api/v1/events", json=order(), headers=headers)
        assert answer.status_code == 401
        assert answer.json()["error"].endswith("on the settings page.")
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert door.stored() == []


def test_a_key_for_reading_cannot_write(door: Door, house: House, client: TestClient) -> None:
    _, secret = keys.create(house, door.shop, "api", "Reports")
    answer = client.post("/api/v1/events", json=order(), headers={"authorization": f"Bearer {secret}"})
    assert answer.status_code == 403
    assert door.stored() == []


def test_a_revoked_key_is_refused_within_five_seconds(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    from runtime.intake import remembered

    assert remembered.SECONDS < 5
    monkeypatch.setattr(remembered, "SECONDS", 0.0)
    door.post(order(1))
    keys.revoke(door.house, door.shop, door.key.id)
    assert door.post(order(2)).status_code == 401


def test_the_key_tells_when_it_was_last_used(door: Door, clock: SetClock) -> None:
    door.post(order(1))
    assert keys.everything(door.house, door.shop)[0].used_at == clock.now()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "This is not valid JSON: "),
        (b'{"name": ', "This is not valid JSON: "),
        (b'{"name": NaN}', "This is not valid JSON: "),
        (b'{"name": 1e999}', "This is not valid JSON: "),
        (b'{"name": "\\ud800"}', "This is not valid JSON: "),
        (b'{"name": "\xff"}', "This is not valid JSON: "),
        (b"[" * 100_000, "This is not valid JSON: "),
        (b"[]", "The list is empty."),
        (orjson.dumps([order(n) for n in range(1001)]), "The list has 1,001 events. Send at most 1,000 at a time."),
    ],
)
def test_a_body_that_is_no_list_of_events_is_refused(door: Door, body: bytes, said: str) -> None:
    answer = door.raw(body)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(said)


def test_other_bodies_and_methods_are_refused(door: Door, client: TestClient) -> None:
    assert door.raw(b"name=Order", **{"content-type": "application/x-www-form-urlencoded"}).status_code == 415
    assert door.raw(orjson.dumps(order()), **{"content-type": "application/json; charset=utf-8"}).status_code == 200
    assert client.get("/api/v1/events").status_code == 405
    assert client.get("/api/v1/events").headers["allow"] == "POST"


@pytest.mark.parametrize("told", [True, False])
def test_a_body_over_five_megabytes_is_refused(door: Door, told: bool) -> None:
    body = b" " * 5_000_001
    parts = (body[start : start + 100_000] for start in range(0, len(body), 100_000))
    with_key = {"authorization": f"Bearer {door.secret}", "content-type": "application/json"}
    answer = door.client.post("/api/v1/events", content=body if told else parts, headers=with_key)
    assert answer.status_code == 413
    assert "5 MB" in answer.json()["error"]


def test_a_large_body_is_read_beside_the_event_loop_and_stored_all_the_same(door: Door) -> None:
    note = "Mae Salong " * 100
    answer = door.post([order(n, properties={"note": note, "n": n}) for n in range(400)])
    assert answer.json() == {"accepted": 400, "duplicates": 0}
    assert door.stored()[399].properties == {"note": note, "n": 399}


@pytest.mark.usefixtures("no_refill")
def test_guessing_keys_is_slowed_down_but_real_keys_go_on(door: Door, client: TestClient) -> None:
    door.post(order(1))
    answers = [
        client.post("/api/v1/events", json=order(), headers={"authorization": f"Bearer cw_ing_{n}"}) for n in range(30)
    ]
    assert [answer.status_code for answer in answers] == [401] * 20 + [429] * 10
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert door.post(order(2)).status_code == 200


def test_when_the_database_cannot_be_written_the_sender_is_told_to_come_again(
    door: Door, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    def full(*_: Any) -> Any:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    door.post(order(1))
    with monkeypatch.context() as broken:
        broken.setattr(door.house.ledger, "write", full)
        answer = door.post(order(2))
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert answer.json()["error"].startswith(
        "The database cannot be written at the moment. Nothing of this was stored."
    )
    assert door.post(order(2)).json() == {"accepted": 1, "duplicates": 0}
    assert bell.rang(2)
