"""Runs that have come to their end while their last message still waits, as it does at night: who leaves then, who is told
twice, who has a newer cart. Nothing is delivered here, so every message waits until somebody says that it went out."""

from typing import Any

import pytest

from runtime.clock import MINUTE
from runtime.delivery import resend
from runtime.engine.by_hand.changing import change_contacts
from runtime.ledger.tables import message
from runtime.people.contacts import Change
from tests.engine.stage import Stage, block, in_a_row, link

DEWI, BUDI = "dewi@example.com", "budi@example.com"
CART, ORDER = "Checkout started", "Order placed"


def reminder(**changes: Any) -> dict[str, Any]:
    """One e-mail about a cart, unless it is ordered, and a thank-you to who orders."""
    return {
        "blocks": [
            block("cart", "event_trigger", event=CART),
            block("mail", "send_email", email="reminder"),
            block("ordered", "on_leaving", event=ORDER),
            block("thanks", "send_email", email="thanks"),
        ],
        "links": [link("cart", "mail"), link("ordered", "thanks")],
        "exits": [{"event": ORDER, "key": "checkout_token"}],
        "entry": {"key": "checkout_token"},
        **changes,
    }


def test_who_orders_at_night_is_not_reminded_in_the_morning_but_thanked(stage: Stage) -> None:
    stage.publish(reminder())
    stage.happens(CART, DEWI, checkout_token="d1")
    assert (stage.runs(DEWI), stage.messages(DEWI)) == ([("mail", "ended")], [("mail", "queued")])
    stage.happens(ORDER, DEWI, checkout_token="d1")
    assert stage.runs(DEWI) == [("thanks", "departed")]
    assert stage.messages(DEWI) == [("mail", "cancelled"), ("thanks", "queued")]


def test_cart_and_order_in_the_same_batch(stage: Stage) -> None:
    stage.publish(reminder())
    stage.arrives(CART, DEWI, checkout_token="d1")
    stage.happens(ORDER, DEWI, checkout_token="d1")
    assert stage.messages(DEWI) == [("mail", "cancelled"), ("thanks", "queued")]


def test_the_order_finds_the_cart_whosever_address_it_came_with(stage: Stage) -> None:
    stage.publish(reminder())
    stage.happens(CART, DEWI, checkout_token="d1")
    stage.happens(ORDER, BUDI, checkout_token="d1")
    assert stage.messages(DEWI) == [("mail", "cancelled"), ("thanks", "queued")]


def test_what_went_out_is_over(stage: Stage) -> None:
    stage.publish(reminder())
    stage.happens(CART, DEWI, checkout_token="d1")
    stage.goes_out()
    stage.happens(ORDER, DEWI, checkout_token="d1")
    assert (stage.runs(DEWI), stage.messages(DEWI)) == ([("mail", "ended")], [("mail", "sent")])


def test_a_cart_that_changes_at_night_is_reminded_of_once_as_it_is_by_then(stage: Stage) -> None:
    stage.publish(reminder())
    stage.happens(CART, DEWI, checkout_token="d1", total=450)
    newer = stage.happens(CART, DEWI, checkout_token="d1", total=980)
    assert stage.messages(DEWI) == [("mail", "queued")]
    with stage.house.ledger.read(stage.shop) as tx:
        assert [row.event for row in tx.all(message.select())] == [newer]
    stage.goes_out()
    stage.happens(CART, DEWI, checkout_token="d1", total=120)
    assert stage.messages(DEWI) == [("mail", "sent"), ("mail", "queued")], "another day, another visit"


def test_a_newer_cart_takes_back_what_waits_about_the_older_one(stage: Stage) -> None:
    stage.publish(reminder(entry={"key": "checkout_token", "newest_wins": True}))
    stage.happens(CART, DEWI, checkout_token="d1")
    stage.happens(CART, DEWI, checkout_token="d2")
    assert stage.runs(DEWI) == [("mail", "replaced"), ("mail", "ended")]
    assert stage.messages(DEWI) == [("mail", "cancelled"), ("mail", "queued")]


def test_a_newer_run_takes_back_what_waits_of_an_older_one_that_is_about_nothing_in_particular(stage: Stage) -> None:
    stage.publish(reminder(entry={"newest_wins": True}))
    stage.happens(CART, DEWI)
    stage.happens(CART, DEWI)
    assert stage.messages(DEWI) == [("mail", "cancelled"), ("mail", "queued")]


def test_an_order_for_the_same_cart_takes_back_what_waits_whoever_placed_it(stage: Stage) -> None:
    ordered = {"kind": "did", "event": ORDER, "key": "checkout_token"}
    stage.publish(reminder(exits=[{"rule": ordered}]))
    stage.happens(CART, DEWI, checkout_token="d1")
    stage.happens(ORDER, BUDI, checkout_token="d1")
    assert stage.messages(DEWI) == [("mail", "cancelled")]


def test_what_came_before_the_last_way_for_the_same_cart_counts_there_whoever_did_it(stage: Stage) -> None:
    flow = reminder(exits=[{"event": "Cart emptied", "key": "checkout_token"}])
    wait = block("order", "wait_for_event", event=ORDER, key="checkout_token")
    flow["blocks"] = [*flow["blocks"][:2], block("emptied", "on_leaving"), wait]
    flow["links"] = [link("cart", "mail"), link("emptied", "order")]
    stage.publish(flow)
    stage.happens(CART, DEWI, checkout_token="d1")
    stage.happens(ORDER, BUDI, checkout_token="d1")
    stage.happens("Cart emptied", DEWI, checkout_token="d1")
    assert stage.steps(DEWI)[-1] == ("order", "happened", None)


def test_what_is_about_nothing_in_particular_is_told_each_time(stage: Stage) -> None:
    stage.publish(in_a_row(block("when", "event_trigger", event=ORDER), block("mail", "send_email", email="thanks")))
    for _ in range(2):
        stage.arrives(ORDER, DEWI)
    stage.happens(ORDER, DEWI)
    assert stage.messages(DEWI) == [("mail", "queued")] * 3


def test_two_carts_and_one_order_make_one_thank_you(stage: Stage) -> None:
    stage.publish(reminder())
    for cart in ("d1", "d2"):
        stage.happens(CART, DEWI, checkout_token=cart)
    stage.happens(ORDER, DEWI, checkout_token="by telephone")
    assert sorted(stage.messages(DEWI)) == [("mail", "cancelled"), ("mail", "cancelled"), ("thanks", "queued")]
    assert sorted(state for _, state in stage.runs(DEWI)) == ["departed", "left"]


def test_an_order_that_is_told_again_while_its_thank_you_waits_takes_nobody_else_out(stage: Stage) -> None:
    flow = reminder()
    flow["blocks"] += [block("hour", "wait", amount=1, unit="hours"), block("day", "wait", amount=1, unit="days")]
    flow["links"] = [link("cart", "day"), link("day", "mail"), link("ordered", "hour"), link("hour", "thanks")]
    stage.publish(flow)
    for cart in ("d1", "d2"):
        stage.happens(CART, DEWI, checkout_token=cart)
    for _ in range(2):
        stage.happens(ORDER, DEWI, checkout_token="d1")
    assert stage.runs(DEWI) == [("hour", "open"), ("day", "open")]
    stage.after(hours=1)
    assert stage.messages(DEWI) == [("thanks", "queued")]


def test_of_two_runs_without_a_key_one_goes_the_last_way(stage: Stage) -> None:
    flow = reminder(entry={})
    flow["blocks"].append(block("day", "wait", amount=1, unit="days"))
    flow["links"] = [link("cart", "mail"), link("ordered", "day"), link("day", "thanks")]
    stage.publish(flow)
    for _ in range(2):
        stage.happens(CART, DEWI)
    stage.happens(ORDER, DEWI)
    assert sorted(stage.runs(DEWI)) == [("day", "open"), ("mail", "left")]
    stage.after(days=1)
    assert sorted(stage.messages(DEWI)) == [("mail", "cancelled"), ("mail", "cancelled"), ("thanks", "queued")]


VIP = {"kind": "field", "of": "contact", "field": "tags[]", "op": "is", "value": "VIP"}


@pytest.mark.parametrize("how", ["by a person", "by an event"])
def test_a_rule_that_comes_true_takes_back_what_waits(stage: Stage, how: str) -> None:
    stage.publish(reminder(exits=[{"rule": VIP}], blocks=reminder()["blocks"][:2], links=[link("cart", "mail")]))
    stage.happens(CART, DEWI, checkout_token="d1")
    stage.happens(CART, BUDI, checkout_token="b1")
    if how == "by a person":
        change_contacts(stage.house, stage.shop, [Change(stage.contact(DEWI).id, add_tags=("VIP",))])
    else:
        stage.happens("Page viewed", DEWI, fields={"tags": ["VIP"]})
    assert (stage.runs(DEWI), stage.messages(DEWI)) == ([("mail", "left")], [("mail", "cancelled")])
    assert (stage.runs(BUDI), stage.messages(BUDI)) == ([("mail", "ended")], [("mail", "queued")])


def test_of_one_cart_one_is_held_out_however_often_it_changes(stage: Stage) -> None:
    stage.publish(reminder(hold_out=50))
    shoppers = [f"c{number}@example.com" for number in range(20)]
    for who in shoppers:
        for _ in range(3):
            stage.arrives(CART, who, checkout_token=who)
        stage.work()
        stage.happens(CART, who, checkout_token=who)
    assert len(stage.all_runs()) == 20
    held = [one for one in stage.all_runs() if one.code == "held_out"]
    assert 3 < len(held) < 17
    stage.happens(CART, shoppers[0], checkout_token="another cart")
    assert len(stage.all_runs()) == 21


@pytest.mark.parametrize("exit_", [{"event": ORDER, "key": "checkout_token"}, {"rule": VIP}], ids=["event", "rule"])
@pytest.mark.parametrize("meanwhile", ["queued", "sending"])
def test_who_waits_on_an_older_version_leaves_by_its_exits_though_nobody_else_is_on_it(
    stage: Stage, exit_: dict[str, Any], meanwhile: str
) -> None:
    plain = in_a_row(block("cart", "event_trigger", event=CART), block("mail", "send_email", email="reminder"))
    stage.publish({**plain, "exits": [exit_], "entry": {"key": "checkout_token"}})
    stage.happens(CART, DEWI, checkout_token="d1")
    _handed(stage, meanwhile, stage.clock.now() + 1_000_000)
    stage.publish(plain)
    stage.happens("Page viewed", BUDI)
    _handed(stage, "queued", None)  # put off, if a server had been handed it
    stage.happens(ORDER, DEWI, checkout_token="d1", fields={"tags": ["VIP"]})
    assert (stage.runs(DEWI), stage.messages(DEWI)) == ([("mail", "left")], [("mail", "cancelled")])


def test_what_a_person_sends_again_on_an_older_version_is_taken_back_by_its_exits(stage: Stage) -> None:
    stage.publish(reminder())
    stage.happens(CART, DEWI, checkout_token="d1")
    with stage.house.ledger.write(stage.shop) as tx:
        failed = {"state": "failed", "done_at": stage.clock.now()}
        (id_,) = [row.id for row in tx.all(message.update().values(failed).returning(message.c.id))]
    stage.publish(
        in_a_row(block("seen", "event_trigger", event="Page viewed"), block("tea", "send_email", email="tea"))
    )
    stage.happens("Page viewed", BUDI)
    resend(stage.house, stage.shop, id_)
    stage.happens(ORDER, DEWI, checkout_token="d1")
    assert stage.messages(DEWI) == [("mail", "cancelled"), ("thanks", "queued")]


def _handed(stage: Stage, state: str, until: int | None) -> None:
    """How it stands with the handing over of what waits."""
    with stage.house.ledger.write(stage.shop) as tx:
        tx.execute(message.update().values(state=state, lease_until=until))


def test_what_is_taken_back_is_in_nobodys_hands(stage: Stage) -> None:
    stage.publish(reminder())
    stage.happens(CART, DEWI, checkout_token="d1")
    with stage.house.ledger.write(stage.shop) as tx:
        tx.execute(message.update().values(lease_by="a worker", lease_until=stage.clock.now() + MINUTE))
    stage.happens(ORDER, DEWI, checkout_token="d1")
    with stage.house.ledger.read(stage.shop) as tx:
        assert [row.lease_by for row in tx.all(message.select())] == [None, None]
