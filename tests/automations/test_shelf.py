"""What the shelf brings, and what runs out: back in stock, low stock, lower prices, refills, and the two splits beside them."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from blocks.values import moment
from runtime import shop
from runtime.clock import MINUTE
from runtime.ledger.tables import event, interest, message, offer, product_change, step
from runtime.people import consent
from runtime.shop import Told
from tests.automations.test_automations import BUDI, DEWI, NOK, SOMCHAI, mails
from tests.engine.stage import Stage, block, in_a_row, link

OOLONG = "oolong"
BANGKOK = ZoneInfo("Asia/Bangkok")


def shelf(stage: Stage, id_: str = OOLONG, **values: Any) -> None:
    """The shop tells of a product, and the engine looks."""
    known = {"title": "Mae Salong oolong", "url": "https://doileaf.example/oolong", "price": 320.0, "currency": "THB"}
    shop.take_in(stage.house, stage.shop, [Told(id_, {**known, **values}, stage.clock.now())])
    stage.work()


def tells(kind: str = "back_in_stock", *, key: str = "product_id", **settings: Any) -> dict[str, Any]:
    """A flow that tells those who want a product, one run for each product."""
    return {
        **in_a_row(block("shelf", kind, **settings), block("tell", "send_email", email="a")),
        "entry": {"key": key},
    }


def asks(stage: Stage, who: str, id_: str = OOLONG) -> None:
    stage.happens("Back in stock requested", who, product_id=id_)
    stage.clock.set(stage.clock.now() + MINUTE)


def happened(stage: Stage, name: str) -> list[Any]:
    with stage.house.ledger.read(stage.shop) as tx:
        return list(tx.all(event.select().where(tx.mine(event), event.c.name == name).order_by(event.c.id)))


def count(stage: Stage, table: Any) -> int:
    with stage.house.ledger.read(stage.shop) as tx:
        return int(tx.scalar(select(func.count()).select_from(table)))


# ---- 15: back in stock


def test_back_in_stock_tells_everyone_on_the_list_once_in_the_order_they_asked(stage: Stage) -> None:
    stage.publish(tells(per_piece=10))
    shelf(stage, stock=0)
    for who in (NOK, DEWI, BUDI, DEWI):
        asks(stage, who)
    stage.happens("Back in stock requested", SOMCHAI, product_id="sencha")
    assert happened(stage, "Back in stock") == []
    shelf(stage, stock=20)
    told = happened(stage, "Back in stock")
    assert [one.contact for one in told] == [stage.contact(who).id for who in (NOK, DEWI, BUDI)]
    assert told[0].properties["items"][0]["title"] == "Mae Salong oolong"
    assert (told[0].properties["product_id"], told[0].properties["stock"]) == (OOLONG, 20)
    shelf(stage, stock=0)
    shelf(stage, stock=5)
    assert [mails(stage, who) for who in (NOK, DEWI, BUDI, SOMCHAI)] == [["tell"], ["tell"], ["tell"], []]
    stage.after(minutes=5)
    asks(stage, DEWI)
    shelf(stage, stock=0)
    shelf(stage, stock=5)
    assert [mails(stage, who) for who in (NOK, DEWI)] == [["tell"], ["tell", "tell"]]


def test_who_asked_before_the_flow_was_live_is_on_the_list_as_well(stage: Stage) -> None:
    shelf(stage, stock=0)
    asks(stage, DEWI)
    shelf(stage, stock=3)
    shelf(stage, stock=0)
    assert (count(stage, interest), count(stage, offer)) == (0, 0), "nothing is kept while no flow waits for it"
    stage.publish(tells())
    stage.work()
    assert mails(stage, DEWI) == []
    shelf(stage, stock=1)
    assert mails(stage, DEWI) == ["tell"]


def test_a_small_stock_is_told_of_slowly_and_not_at_all_once_it_is_gone(stage: Stage) -> None:
    people = [f"c{number}@example.com" for number in range(8)]
    stage.publish(tells(per_piece=2))
    shelf(stage, stock=0)
    for who in people:
        asks(stage, who)
    shelf(stage, stock=1)
    assert [len(mails(stage, who)) for who in people] == [1, 1, 0, 0, 0, 0, 0, 0]
    stage.after(minutes=59)
    assert len(happened(stage, "Back in stock")) == 2
    stage.after(minutes=2)
    assert [len(mails(stage, who)) for who in people] == [1, 1, 1, 1, 0, 0, 0, 0]
    shelf(stage, stock=0)
    stage.after(hours=5)
    assert len(happened(stage, "Back in stock")) == 4
    assert count(stage, offer) == 0
    shelf(stage, stock=50)
    assert [len(mails(stage, who)) for who in people] == [1] * 8


def test_who_asks_again_after_being_told_goes_to_the_end_of_the_line(stage: Stage) -> None:
    stage.publish(tells(per_piece=1))
    shelf(stage, stock=0)
    asks(stage, DEWI)
    shelf(stage, stock=1)
    stage.after(hours=2)
    shelf(stage, stock=0)
    asks(stage, BUDI)
    asks(stage, DEWI)
    shelf(stage, stock=1)
    assert [mails(stage, who) for who in (BUDI, DEWI)] == [["tell"], ["tell"]]
    stage.after(hours=1)
    assert [mails(stage, who) for who in (BUDI, DEWI)] == [["tell"], ["tell", "tell"]]


def test_who_has_bought_it_meanwhile_is_not_told(stage: Stage) -> None:
    stage.publish(tells())
    shelf(stage, stock=0)
    for who in (DEWI, BUDI, NOK):
        asks(stage, who)
    stage.happens("Order placed", BUDI, order_id=1, items=[{"product_id": OOLONG, "quantity": 1}])
    stage.happens("Order placed", NOK, order_id=2, items=[{"product_id": "sencha", "quantity": 1}])
    shelf(stage, stock=9)
    assert [mails(stage, who) for who in (DEWI, BUDI, NOK)] == [["tell"], [], ["tell"]]


def test_who_viewed_it_lately_hears_after_those_who_asked_if_that_was_chosen(stage: Stage) -> None:
    stage.publish(tells(viewed=True, days=7, per_piece=5))
    shelf(stage, stock=0)
    stage.happens("Product viewed", BUDI, product_id=OOLONG)
    stage.after(days=8)
    stage.happens("Product viewed", NOK, product_id=OOLONG)
    stage.happens("Product viewed", DEWI, product_id=OOLONG)
    asks(stage, DEWI)
    shelf(stage, stock=4)
    told = [one.contact for one in happened(stage, "Back in stock")]
    assert told == [stage.contact(who).id for who in (DEWI, NOK)]
    assert mails(stage, BUDI) == []


def test_a_variant_is_what_is_waited_for_where_the_shop_has_variants(stage: Stage) -> None:
    stage.publish(tells(key="variant_id"))
    for size in ("100g", "250g"):
        shelf(stage, size, parent=OOLONG, variant=size, stock=0)
    stage.happens("Back in stock requested", DEWI, product_id=OOLONG, variant_id="100g")
    stage.happens("Back in stock requested", BUDI, product_id=OOLONG, variant_id="250g")
    stage.happens("Back in stock requested", NOK, product_id=OOLONG)
    shelf(stage, "250g", parent=OOLONG, variant="250g", stock=7)
    assert [mails(stage, who) for who in (DEWI, BUDI, NOK)] == [[], ["tell"], ["tell"]]
    (first, _) = happened(stage, "Back in stock")
    assert (first.properties["product_id"], first.properties["variant_id"]) == (OOLONG, "250g")


def test_low_stock_for_those_who_wait_or_have_it_in_the_cart(stage: Stage) -> None:
    stage.publish(tells("low_stock", fewer=5))
    shelf(stage, stock=20)
    asks(stage, DEWI)
    cart: dict[str, Any] = {"items": [{"product_id": OOLONG, "quantity": 2}]}
    stage.happens("Checkout started", BUDI, checkout_token="b", **cart)
    stage.happens("Checkout started", NOK, checkout_token="n", **cart)
    stage.happens("Checkout updated", NOK, checkout_token="n", items=[{"product_id": "sencha", "quantity": 1}])
    stage.happens("Product viewed", SOMCHAI, product_id=OOLONG)
    shelf(stage, stock=4)
    assert [mails(stage, who) for who in (DEWI, BUDI, NOK, SOMCHAI)] == [["tell"], ["tell"], [], []]
    shelf(stage, stock=20)
    shelf(stage, stock=3)
    assert mails(stage, BUDI) == ["tell"], "not again within a month"


# ---- prices


def test_a_price_that_drops_by_enough_is_told_to_those_who_want_it(stage: Stage) -> None:
    stage.publish(tells("price_drop", by="percent", drop=10, rest_days=14))
    shelf(stage, stock=5)
    stage.happens("Product viewed", DEWI, product_id=OOLONG)
    stage.happens("Added to cart", BUDI, product_id=OOLONG)
    asks(stage, NOK)
    stage.after(days=1)
    shelf(stage, price=300.0)
    assert [mails(stage, who) for who in (DEWI, BUDI, NOK)] == [[], [], []]
    stage.after(days=1)
    shelf(stage, price=270.0)
    assert [mails(stage, who) for who in (DEWI, BUDI, NOK)] == [["tell"], ["tell"], ["tell"]]
    told = happened(stage, "Price dropped")[0].properties
    assert (told["old_price"], told["price"], told["items"][0]["price"]) == (300.0, 270.0, 270.0)
    stage.after(days=1)
    shelf(stage, price=200.0)
    assert mails(stage, DEWI) == ["tell"], "not again within two weeks"
    stage.after(days=14)
    shelf(stage, price=150.0)
    assert mails(stage, DEWI) == ["tell", "tell"]


def test_what_goes_up_and_down_again_within_an_hour_is_no_drop(stage: Stage) -> None:
    stage.publish(tells("price_drop", by="amount", drop=50))
    shelf(stage)
    stage.happens("Product viewed", DEWI, product_id=OOLONG)
    stage.after(days=1)
    shelf(stage, price=400.0)
    stage.after(minutes=20)
    shelf(stage, price=320.0)
    assert happened(stage, "Price dropped") == []
    stage.after(days=1)
    shelf(stage, price=400.0)
    stage.after(minutes=61)
    shelf(stage, price=320.0)
    assert len(happened(stage, "Price dropped")) == 1
    stage.happens("Product viewed", BUDI, product_id=OOLONG)
    stage.after(days=1)
    shelf(stage, price=290.0)
    stage.after(minutes=20)
    shelf(stage, price=260.0)  # 60 less than an hour ago, though in two steps; and Dewi has just been told
    assert [mails(stage, who) for who in (DEWI, BUDI)] == [["tell"], ["tell"]]
    stage.happens("Product viewed", NOK, product_id=OOLONG)
    for price in (330.0, 260.0):
        stage.after(minutes=5)
        shelf(stage, price=price)
    assert mails(stage, NOK) == [], "it has been as low already"


def test_how_prices_went_is_forgotten_after_a_season(stage: Stage) -> None:
    shelf(stage)
    shelf(stage, price=300.0)
    shop.clear_up(stage.house)
    assert count(stage, product_change) == 1
    stage.after(days=91)
    shop.clear_up(stage.house)
    assert count(stage, product_change) == 0


# ---- 8: replenishment


def refill(**settings: Any) -> dict[str, Any]:
    """A reminder before what was ordered runs out; a newer order of it takes the place of the older one."""
    return {
        "blocks": [
            block("order", "event_trigger", event="Order placed"),
            block("supply", "wait_for_supply", **settings),
            block("remind", "send_email", email="a"),
        ],
        "links": [link("order", "supply"), link("supply", "remind"), link("remind", "supply")],
        "entry": {"key": "order_id", "newest_wins": True},
    }


def days_until_sent(stage: Stage, who: str, since: int) -> list[int]:
    """After how many days the messages were queued, counted where the shop is."""
    with stage.house.ledger.read(stage.shop) as tx:
        rows = tx.all(select(message.c.queued_at).where(message.c.contact == stage.contact(who).id))
    start = moment(since).astimezone(BANGKOK).date()
    return [(moment(row.queued_at).astimezone(BANGKOK).date() - start).days for row in rows]


@pytest.mark.parametrize(
    ("items", "chosen", "days"),
    [
        # 100 capsules, one a day, three days before; delivery takes five more.
        ([{"product_id": "caps", "quantity": 100, "days_per_unit": 1}], {}, [97]),
        ([{"product_id": "caps", "quantity": 100, "days_per_unit": 1}], {"delivery": 5}, [92]),
        # Numbers may be written as text, as shops do.
        ([{"product_id": "caps", "quantity": "100", "days_per_unit": "1"}], {}, [97]),
        # By the product of the shelf, and by the setting where it does not say.
        ([{"product_id": "tea", "quantity": 2}], {}, [57]),
        ([{"product_id": "mug", "quantity": 2}], {"lasts": 20}, [37]),
        # Nothing known: 30 days.
        ([{"product_id": "mug", "quantity": 2}], {}, [30]),
        # The mug does not count beside the tea; what is due within three days goes together, the rest on its own.
        ([{"product_id": "mug", "quantity": 1}, {"product_id": "tea", "quantity": 1}], {}, [27]),
        (
            [
                {"product_id": "tea", "quantity": 1},
                {"product_id": "caps", "quantity": 33, "days_per_unit": 1},
                {"product_id": "caps", "quantity": 60, "days_per_unit": 1},
            ],
            {},
            [27, 57],
        ),
        # Runs out in two days, and delivery takes five: at once. What is due within three days goes together with it.
        ([{"product_id": "caps", "quantity": 2, "days_per_unit": 1}], {"delivery": 5}, [0]),
        ([{"product_id": "caps", "quantity": 8, "days_per_unit": 1}], {"delivery": 5}, [0]),
        (
            [
                {"product_id": "caps", "quantity": 2, "days_per_unit": 1},
                {"product_id": "caps", "quantity": 10, "days_per_unit": 1},
                {"product_id": "tea", "quantity": 1},
            ],
            {"delivery": 5},
            [0, 22],
        ),
        # Not a day's worth: it has run out by the time anybody could say so.
        ([{"product_id": "caps", "quantity": 1, "days_per_unit": 0.5}], {}, []),
    ],
)
def test_replenishment_waits_until_it_runs_out(
    stage: Stage, items: list[dict[str, Any]], chosen: dict[str, Any], days: list[int]
) -> None:
    shelf(stage, "tea", title="Tea", fields={"days_per_unit": 30})
    shelf(stage, "mug", title="Mug")
    stage.publish(refill(**chosen))
    start = stage.clock.now()
    stage.happens("Order placed", DEWI, order_id=1, items=items)
    stage.after(days=200)
    assert days_until_sent(stage, DEWI, start) == days
    assert stage.runs(DEWI)[0][1] == "ended"


def test_what_runs_out_too_soon_to_wait_is_said_as_it_is(stage: Stage) -> None:
    stage.publish(refill(delivery=5))
    for who, quantity in ((DEWI, 2), (BUDI, 0.5), (NOK, 100)):
        capsules = [{"product_id": "caps", "title": "Capsules", "quantity": quantity, "days_per_unit": 1}]
        stage.happens("Order placed", who, order_id=who, items=capsules)
    stage.after(seconds=1)
    ways = {who: [(way, code) for at, way, code in stage.steps(who) if at == "supply"] for who in (DEWI, BUDI, NOK)}
    assert ways == {
        DEWI: [("", "runs_out_soon"), ("next", None), ("over", "all_over")],
        BUDI: [("over", "ran_out")],
        NOK: [("", "runs_out")],
    }


def test_who_reorders_is_reminded_from_the_new_order_and_never_of_both(stage: Stage) -> None:
    stage.publish(refill())
    capsules = [{"product_id": "caps", "title": "Capsules", "quantity": 100, "days_per_unit": 1}]
    start = stage.clock.now()
    stage.happens("Order placed", DEWI, order_id=1, items=capsules)
    with stage.house.ledger.read(stage.shop) as tx:
        waits = tx.first(step.select().where(step.c.block == "supply"))
    assert waits is not None
    assert (waits.code, waits.args["quantity"]) == ("runs_out", "100")
    stage.after(days=50)
    stage.happens("Order placed", DEWI, order_id=2, items=capsules)
    stage.after(days=200)
    assert days_until_sent(stage, DEWI, start) == [147]


# ---- the splits


def test_by_channel_goes_the_way_by_which_they_can_be_reached_now(stage: Stage) -> None:
    stage.publish(
        {
            "blocks": [
                block("order", "event_trigger", event="Order placed"),
                block("day", "wait", amount=1, unit="days"),
                block("channel", "by_channel", first="email", then="sms"),
                block("mail", "send_email", email="a"),
                block("phone", "update_contact", change="add_tag", name="call"),
                block("none", "update_contact", change="add_tag", name="letter"),
            ],
            "links": [
                *(link(a, b) for a, b in (("order", "day"), ("day", "channel"))),
                *(link("channel", to, way) for to, way in (("mail", "email"), ("phone", "sms"), ("none", "nobody"))),
            ],
        }
    )
    yes = {"email": "yes", "sms": "yes"}
    stage.happens("Order placed", DEWI, fields={"consent": yes})
    stage.happens("Order placed", BUDI, fields={"consent": yes, "phone": "+66812345678"})
    stage.happens("Order placed", NOK, fields={"consent": {"email": "no"}})
    stage.happens("Order placed", SOMCHAI, fields={"phone": "+66812345679", "consent": {"email": "yes", "sms": "no"}})
    with stage.house.ledger.write(stage.shop) as tx:
        for address in (BUDI, SOMCHAI):
            consent.suppress(tx, "email", address, "hard_bounce", stage.clock.now())
    stage.after(days=2)
    ways = {who: [(way, code) for at, way, code in stage.steps(who) if at == "channel"] for who in (DEWI, BUDI)}
    assert ways == {DEWI: [("email", "by_email")], BUDI: [("sms", "by_sms")]}
    for who in (NOK, SOMCHAI):
        assert ("channel", "nobody", "by_none") in stage.steps(who)


def test_what_became_of_a_message(stage: Stage) -> None:
    stage.publish(
        {
            "blocks": [
                block("order", "event_trigger", event="Order placed"),
                block("mail", "send_email", email="a"),
                block("now", "by_message", message="mail"),
                block("day", "wait", amount=1, unit="days"),
                block("later", "by_message", message="mail"),
                block("call", "update_contact", change="add_tag", name="call"),
            ],
            "links": [
                *(link(a, b) for a, b in (("order", "mail"), ("mail", "now"), ("day", "later"))),
                *(link("now", "day", way) for way in ("sent", "not_sent", "failed", "waiting")),
                *(link("later", "call", way) for way in ("not_sent", "failed")),
            ],
        }
    )
    for who in (DEWI, BUDI, NOK):
        stage.happens("Order placed", who)
    ends = {BUDI: ("skipped", "no_consent"), NOK: ("failed", "smtp_refused")}
    with stage.house.ledger.write(stage.shop) as tx:
        for who, (state, code) in ends.items():
            args = {"answer": "550 no such user"} if state == "failed" else None
            mine = (tx.mine(message), message.c.contact == stage.contact(who).id)
            tx.execute(message.update().where(*mine).values(state=state, code=code, args=args))
    stage.after(days=2)
    ways = {who: [(at, way) for at, way, _ in stage.steps(who) if at in ("now", "later")] for who in (DEWI, BUDI, NOK)}
    assert ways == {
        DEWI: [("now", "waiting"), ("later", "sent")],
        BUDI: [("now", "waiting"), ("later", "not_sent")],
        NOK: [("now", "waiting"), ("later", "failed")],
    }
    assert stage.contact(NOK).tags == ["call"]
