"""What events of one batch tell of a contact holds from each of them on, as if it had come alone."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.stage import Stage, block, in_a_row

DEWI, BUDI = "dewi@example.com", "budi@example.com"
Happened = tuple[str, dict[str, Any]]


def lives_in(city: str) -> dict[str, Any]:
    """A condition."""
    return {"kind": "field", "of": "contact", "field": "city", "op": "is", "value": city}


def who_lives_there(stage: Stage) -> None:
    """An e-mail to those in Bangkok, who leave when they live in Phuket."""
    begins = block("in", "event_trigger", event="Signed up", where=lives_in("Bangkok"))
    flow = in_a_row(begins, block("hour", "wait", amount=1, unit="hours"), block("mail", "send_email", email="hello"))
    stage.publish({**flow, "exits": [{"rule": lives_in("Phuket")}]})


def who_is_counted(stage: Stage) -> None:
    """Visits are counted, and a tag is given and taken; what an event says of them later is the last word."""
    steps = (
        block("count", "update_contact", change="increase", name="visits", value="1"),
        block("city", "update_contact", change="set_field", name="city", value="Bangkok"),
        block("tag", "update_contact", change="remove_tag", name="new"),
    )
    stage.publish(in_a_row(block("in", "event_trigger", event="Signed up"), *steps))


def told(name: str, **fields: Any) -> Happened:
    """An event that says something of the contact."""
    return name, {"fields": fields}


@pytest.mark.parametrize(
    ("publish", "story"),
    [
        (who_lives_there, [told("Signed up", city="Bangkok"), told("Moved", city="Chiang Rai")]),
        (who_lives_there, [told("Signed up", city="Phuket"), told("Moved", city="Bangkok")]),
        (who_lives_there, [told("Signed up", city="Bangkok"), told("Moved", city="Phuket"), told("Back", city=None)]),
        (who_is_counted, [told("Signed up", visits=7), told("Corrected", visits=2, city="Phuket", tags=["new"])]),
        (who_is_counted, [told("Signed up"), told("Corrected", visits=2), told("Signed up"), told("x", city=None)]),
    ],
)
def test_each_event_meets_the_contact_as_they_were_then(
    stage: Stage, publish: Callable[[Stage], None], story: list[Happened]
) -> None:
    publish(stage)
    for name, said in story:
        stage.happens(name, BUDI, **said)
    for name, said in story:
        stage.arrives(name, DEWI, **said)
    stage.work()
    assert stage.steps(DEWI) == stage.steps(BUDI)
    assert stage.runs(DEWI) == stage.runs(BUDI)
    dewi, budi = stage.contact(DEWI), stage.contact(BUDI)
    assert (dewi.fields, dewi.tags) == (budi.fields, budi.tags)
    assert dewi.typed == budi.typed | {"t": budi.typed["t"] | {"email": DEWI}}


def test_what_somebody_does_to_the_cart_of_another_meets_that_one_as_they_were_then(stage: Stage) -> None:
    flow = in_a_row(
        block("cart", "event_trigger", event="Checkout started"), block("day", "wait", amount=1, unit="days")
    )
    flow["blocks"] += [block("bye", "on_leaving"), block("there", "branch", rule=lives_in("Bangkok"))]
    flow["links"].append({"from": "bye", "outlet": "next", "to": "there"})
    exits = [{"event": "Order placed", "key": "checkout_token"}]
    stage.publish({**flow, "exits": exits, "entry": {"key": "checkout_token"}})
    stage.happens("Checkout started", DEWI, fields={"city": "Bangkok"}, checkout_token="d1")
    stage.arrives("Order placed", BUDI, checkout_token="d1")
    stage.happens("Moved", DEWI, fields={"city": "Phuket"})
    assert stage.steps(DEWI)[-1] == ("there", "yes", None)


def test_who_moves_in_the_same_batch_waits_for_the_hour_where_they_live_then(stage: Stage) -> None:
    count = block("count", "update_contact", change="increase", name="visits", value="1")
    stage.publish(
        in_a_row(block("in", "event_trigger", event="Signed up"), count, block("eight", "wait_until", time="08:00"))
    )
    for zone in ("zone", "timezone"):
        who = f"{zone}@example.com"
        stage.happens("Page viewed", who)
        stage.arrives("Signed up", who)
        stage.happens("Page viewed", who, fields={zone: "Europe/London"})
    stage.after(hours=22)
    assert {state for _, state in stage.runs()} == {"open"}, "it is seven in London"
    stage.after(hours=1)
    assert {state for _, state in stage.runs()} == {"ended"}
