"""What people agreed to, and who is never written to again."""

from collections.abc import Callable
from typing import Any

import pytest

from runtime.clock import DAY, HOUR, SetClock
from runtime.ledger import Ledger, Tx, tables
from runtime.people import consent
from runtime.people.consent import Given, Standing
from runtime.people.who import Who

Person = Callable[..., int]


def stands(ledger: Ledger, shop: int, contact: int, channel: str = "email") -> str | None:
    with ledger.read(shop) as tx:
        found = consent.standing(tx, [contact], channel).get(contact)
    return None if found is None else found.answer


def test_nobody_has_agreed_to_anything_until_they_say_so(ledger: Ledger, shop: int, person: Person) -> None:
    assert stands(ledger, shop, person("dewi@example.com")) is None


def test_the_answer_given_last_counts_whatever_arrives_last(
    ledger: Ledger, shop: int, person: Person, clock: SetClock
) -> None:
    dewi, now = person("dewi@example.com"), clock.now()
    with ledger.write(shop) as tx:
        consent.record(tx, dewi, "email", "no", now, "unsubscribe link")
        consent.record(tx, dewi, "email", "yes", now - DAY, "import")
    assert stands(ledger, shop, dewi) == "no"
    with ledger.write(shop) as tx:
        consent.record(tx, dewi, "email", "yes", now, "undo on the unsubscribe page")
    assert stands(ledger, shop, dewi) == "yes"


def test_a_yes_to_email_is_no_yes_to_sms(ledger: Ledger, shop: int, person: Person, clock: SetClock) -> None:
    dewi = person("dewi@example.com")
    with ledger.write(shop) as tx:
        consent.record(tx, dewi, "email", "yes", clock.now(), "checkout")
    assert stands(ledger, shop, dewi, "sms") is None
    with ledger.read(shop) as tx:
        assert consent.standing_of(tx, dewi) == {"email": Standing("yes", clock.now(), "checkout")}


def test_many_contacts_are_answered_at_once(ledger: Ledger, shop: int, person: Person, clock: SetClock) -> None:
    dewi, somchai, hannah = (person(f"{name}@example.com") for name in ("dewi", "somchai", "hannah"))
    with ledger.write(shop) as tx:
        consent.record(tx, dewi, "email", "yes", clock.now(), "form")
        consent.record(tx, somchai, "email", "no", clock.now(), "form")
    with ledger.read(shop) as tx:
        answers = consent.standing(tx, [dewi, somchai, hannah], "email")
    assert {contact: found.answer for contact, found in answers.items()} == {dewi: "yes", somchai: "no"}


def said(**answers: Any) -> Who:
    return Who.of({"email": "dewi@example.com", "consent": answers})


def heard(tx: Tx, contact: int, who: Who, **event: Any) -> None:
    """An event comes in that says who it is about and what they answered."""
    consent.record_many(tx, consent.given_with(contact, who, **event))


def test_an_answer_in_an_event_is_kept_with_its_proof(
    ledger: Ledger, shop: int, person: Person, clock: SetClock
) -> None:
    dewi, now = person("dewi@example.com"), clock.now()
    who = said(email="yes", sms="no", source="Checkout", text="Send me tea news", time="2026-11-20T12:00:00Z")
    with ledger.write(shop) as tx:
        heard(tx, dewi, who, event=41, source="api", at=now, received_at=now)
    with ledger.read(shop) as tx:
        rows = tx.all(tables.consent.select().order_by(tables.consent.c.id))
    assert [(row.channel, row.answer, row.source, now - row.at) for row in rows] == [
        ("email", "yes", "Checkout", 21 * HOUR),
        ("sms", "no", "Checkout", 21 * HOUR),
    ]
    assert rows[0].proof == {"event": 41, "text": "Send me tea news"}


def test_an_answer_without_its_own_time_was_given_with_the_event(
    ledger: Ledger, shop: int, person: Person, clock: SetClock
) -> None:
    dewi = person("dewi@example.com")
    with ledger.write(shop) as tx:
        heard(tx, dewi, said(email="yes"), event=41, source="api", at=clock.now() - HOUR, received_at=clock.now())
    with ledger.read(shop) as tx:
        assert consent.standing(tx, [dewi], "email")[dewi] == Standing("yes", clock.now() - HOUR, "api")


def test_the_same_answer_with_every_event_is_kept_once(
    ledger: Ledger, shop: int, person: Person, clock: SetClock
) -> None:
    dewi, now = person("dewi@example.com"), clock.now()
    with ledger.write(shop) as tx:
        consent.record_many(tx, [Given(dewi, "email", "yes", now + n, "shop") for n in range(5)])
        consent.record_many(tx, [Given(dewi, "email", "yes", now + 9, "shop")])
        consent.record_many(
            tx, [Given(dewi, "email", "no", now + 10, "shop"), Given(dewi, "email", "yes", now + 11, "shop")]
        )
    with ledger.read(shop) as tx:
        rows = tx.all(tables.consent.select().order_by(tables.consent.c.id))
    assert [(row.answer, row.at - now) for row in rows] == [("yes", 0), ("no", 10), ("yes", 11)]


def test_a_no_that_is_said_again_outweighs_an_older_yes_that_arrives_late(
    ledger: Ledger, shop: int, person: Person, clock: SetClock
) -> None:
    dewi, now = person("dewi@example.com"), clock.now()
    for answer, day in (("no", 1), ("no", 20), ("yes", 10)):
        with ledger.write(shop) as tx:
            consent.record_many(tx, [Given(dewi, "email", answer, now + day * DAY, "shop", {"event": day})])
    with ledger.read(shop) as tx:
        assert consent.standing(tx, [dewi], "email")[dewi] == Standing("no", now + 20 * DAY, "shop")


def test_a_no_with_every_event_is_kept_as_the_first_and_the_last(
    ledger: Ledger, shop: int, person: Person, clock: SetClock
) -> None:
    dewi, hannah, now = person("dewi@example.com"), person("hannah@example.com"), clock.now()
    for first in (0, 5):  # five events a batch
        days = range(first, first + 5)
        with ledger.write(shop) as tx:
            consent.record_many(tx, [Given(dewi, "email", "no", now + n, "shop", {"event": n}) for n in days])
            consent.record_many(tx, [Given(hannah, "email", "no", now - n, "shop") for n in days])
    with ledger.read(shop) as tx:
        rows = tx.all(tables.consent.select().order_by(tables.consent.c.at))
    assert [(row.at - now, row.proof) for row in rows if row.contact == dewi] == [(0, {"event": 0}), (9, {"event": 9})]
    assert [row.at - now for row in rows if row.contact == hannah] == [0]


def test_a_state_that_the_shop_reports_does_not_undo_an_unsubscribe(
    ledger: Ledger, shop: int, person: Person, clock: SetClock
) -> None:
    """The shop still has Dewi as a subscriber: it does not know that she unsubscribed here."""
    dewi, hannah, now = person("dewi@example.com"), person("hannah@example.com"), clock.now()
    state = said(email="yes", source="Shopify", unless_answered=True)
    with ledger.write(shop) as tx:
        consent.record(tx, dewi, "email", "no", now, "unsubscribe link")
        for contact in (dewi, hannah):
            heard(tx, contact, state, event=42, source="shopify", at=now + HOUR, received_at=now + HOUR)
    assert (stands(ledger, shop, dewi), stands(ledger, shop, hannah)) == ("no", "yes")


@pytest.mark.parametrize(
    "answers", [{}, {"email": "maybe"}, {"email": True}, {"email": None}, {"fax": "yes"}, {"email": ["yes"]}]
)
def test_what_is_no_answer_is_recorded_as_none(
    ledger: Ledger, shop: int, person: Person, clock: SetClock, answers: dict[str, Any]
) -> None:
    dewi = person("dewi@example.com")
    with ledger.write(shop) as tx:
        heard(tx, dewi, said(**answers), event=1, source="api", at=clock.now(), received_at=clock.now())
    with ledger.read(shop) as tx:
        assert consent.standing_of(tx, dewi) == {}


def test_suppressed_addresses_are_known_with_their_reason(ledger: Ledger, shop: int, clock: SetClock) -> None:
    with ledger.write(shop) as tx:
        consent.suppress(tx, "email", "gone@example.com", "hard_bounce", clock.now(), "550 5.1.1 no such user")
        consent.suppress(tx, "email", "angry@example.com", "complaint", clock.now())
    with ledger.read(shop) as tx:
        asked = ["gone@example.com", "angry@example.com", "dewi@example.com"]
        assert consent.suppressed(tx, "email", asked) == {
            "gone@example.com": "hard_bounce",
            "angry@example.com": "complaint",
        }
        assert consent.suppressed(tx, "sms", asked) == {}
    with ledger.read(shop + 1) as tx:
        assert consent.suppressed(tx, "email", asked) == {}


def test_the_reason_that_weighs_most_stays(ledger: Ledger, shop: int, clock: SetClock) -> None:
    with ledger.write(shop) as tx:
        for reason, then in (("manual", "complaint"), ("complaint", "hard_bounce"), ("hard_bounce", "hard_bounce")):
            consent.suppress(tx, "email", "x@example.com", reason, clock.now())
            consent.suppress(tx, "email", "x@example.com", then, clock.now())
            assert consent.suppressed(tx, "email", ["x@example.com"]) == {"x@example.com": then}
        consent.suppress(tx, "email", "x@example.com", "manual", clock.now())
        assert consent.suppressed(tx, "email", ["x@example.com"]) == {"x@example.com": "hard_bounce"}


def test_a_suppression_can_be_taken_back(ledger: Ledger, shop: int, clock: SetClock) -> None:
    with ledger.write(shop) as tx:
        consent.suppress(tx, "email", "dewi@example.com", "manual", clock.now())
        assert consent.unsuppress(tx, "email", "dewi@example.com")
        assert not consent.unsuppress(tx, "email", "dewi@example.com")
        assert consent.suppressed(tx, "email", ["dewi@example.com"]) == {}
