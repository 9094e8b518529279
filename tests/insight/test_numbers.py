"""What the list of flows and the cards on the canvas say, from what was tallied."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from blocks.values import micros, moment
from runtime.clock import DAY, HOUR, SetClock
from runtime.house import House
from runtime.insight.numbers import block_numbers, flow_numbers
from runtime.insight.overview import last_days
from runtime.ledger import Ledger, tables, tallies
from tests.engine.stage import Stage, block, link

CART, WELCOME = 100, 200


@pytest.fixture
def flows(ledger: Ledger, shop: int, clock: SetClock) -> int:
    """Two published flows: one about carts, one that welcomes."""
    with ledger.write(shop) as tx:
        for flow, slug, state in ((CART, "abandoned-cart", "live"), (WELCOME, "welcome", "paused")):
            row = {"id": flow, "slug": slug, "name": slug, "state": state, "version": flow + 1, "since_at": clock.now()}
            tx.insert(tables.flow, [row])
            versions = [{"id": flow + number, "flow": flow, "number": number} for number in (1, 2)]
            common = {"document": {}, "published_at": clock.now(), "published_by": "nok@doileaf.example"}
            tx.insert(tables.version, [version | common for version in versions])
    return shop


@pytest.fixture
def stage(house: House, shop: int, clock: SetClock) -> Stage:
    return Stage(house, shop, clock)


def enter(ledger: Ledger, shop: int, contact: int, *, version: int, block: str, at: int, state: str = "open") -> None:
    """One run of the cart flow."""
    run = {
        "id": 1000 + contact,
        "flow": CART,
        "version": version,
        "contact": contact,
        "key": "",
        "state": state,
        "block": block,
        "hops": 1,
        "messages": 0,
        "entered_at": at,
        "arrived_at": at,
    }
    with ledger.write(shop) as tx:
        tx.insert(tables.run, [run])


def tell(ledger: Ledger, shop: int, at: int, counts: dict[tuple[int, str, str], int]) -> None:
    with ledger.write(shop) as tx:
        tallies.add(tx, counts, at)


def numbers(ledger: Ledger, shop: int, now: int) -> Any:
    with ledger.read(shop) as tx:
        return flow_numbers(tx, now)


def test_a_flow_says_how_many_are_inside_and_what_it_sent_this_week(
    ledger: Ledger, flows: int, clock: SetClock
) -> None:
    now = clock.now()
    enter(ledger, flows, 1, version=101, block="wait", at=now - HOUR)
    enter(ledger, flows, 2, version=102, block="wait", at=now - 2 * HOUR)
    enter(ledger, flows, 3, version=102, block="mail", at=now - 3 * HOUR, state="ended")
    tell(ledger, flows, now, {(CART, "mail", "sent"): 3, (CART, "late", "sent"): 1, (CART, "mail", "queued"): 9})
    tell(ledger, flows, now - 6 * DAY, {(CART, "mail", "sent"): 5})
    tell(ledger, flows, now - 7 * DAY, {(CART, "mail", "sent"): 11})

    cart = numbers(ledger, flows, now)["abandoned-cart"]

    assert (cart.state, cart.inside, cart.sent_week, cart.last_entry_at) == ("live", 2, 9, now - HOUR)
    assert cart.sent_weeks[-2:] == (11, 9)
    assert sum(cart.sent_weeks) == 20


def test_what_lies_before_twelve_weeks_is_left_out(ledger: Ledger, flows: int, clock: SetClock) -> None:
    tell(ledger, flows, clock.now() - 83 * DAY, {(CART, "mail", "sent"): 2})
    tell(ledger, flows, clock.now() - 84 * DAY, {(CART, "mail", "sent"): 4})

    assert numbers(ledger, flows, clock.now())["abandoned-cart"].sent_weeks == (2, *(0,) * 11)


def test_a_flow_nobody_entered_has_noughts_and_no_last_entry(ledger: Ledger, flows: int, clock: SetClock) -> None:
    welcome = numbers(ledger, flows, clock.now())["welcome"]

    assert (welcome.state, welcome.inside, welcome.sent_week, welcome.last_entry_at) == ("paused", 0, 0, None)


def test_another_workspace_sees_nothing_of_it(ledger: Ledger, flows: int, clock: SetClock) -> None:
    tell(ledger, flows, clock.now(), {(CART, "mail", "sent"): 3})

    assert numbers(ledger, flows + 1, clock.now()) == {}


def test_a_block_counts_who_passed_by_which_outlet_and_who_waits_on_any_version(
    ledger: Ledger, flows: int, clock: SetClock
) -> None:
    enter(ledger, flows, 1, version=101, block="split", at=clock.now())
    enter(ledger, flows, 2, version=102, block="split", at=clock.now())
    tell(ledger, flows, clock.now(), {(CART, "start", "entered"): 9, (CART, "start", ">next"): 9})
    tell(ledger, flows, clock.now() - 40 * DAY, {(CART, "split", ">yes"): 4, (CART, "split", ">no"): 2})
    tell(ledger, flows, clock.now(), {(CART, "split", ">no"): 1, (CART, "mail", "sent"): 2, (CART, "mail", ">next"): 3})
    tell(ledger, flows, clock.now(), {(CART, "mail", "queued"): 3, (CART, "mail", "skipped"): 1})

    with ledger.read(flows) as tx:
        blocks = block_numbers(tx, "abandoned-cart")
        nothing = block_numbers(tx, "never-published")

    assert (blocks["start"].entered, blocks["start"].passed) == (9, 9)
    assert (blocks["split"].passed, blocks["split"].waiting) == (7, 2)
    assert blocks["split"].outlets == {"yes": 4, "no": 3}
    assert (blocks["mail"].sent, blocks["mail"].skipped, blocks["mail"].passed) == (2, 1, 3)
    assert nothing == {}


def test_a_way_out_that_is_called_as_a_state_is_no_message(stage: Stage) -> None:
    """“What became of a Message” has ways out “sent” and “failed”, and whoever draws a split may call one “left”."""
    mail, day = block("mail", "send_email", email="thanks"), block("day", "wait", amount=1, unit="days")
    hour, became = block("hour", "wait", amount=1, unit="hours"), block("became", "by_message", message="mail")
    over = {"left": 100, "queued": 50}
    rules = {id_: {"kind": "field", "field": "total", "op": "over", "value": total} for id_, total in over.items()}
    many = block("many", "many_ways", ways=[{"id": id_, "name": id_, "rule": rule} for id_, rule in rules.items()])
    links = [link("in", "mail"), link("mail", "hour"), link("hour", "became")]
    links += [link("became", "many", "sent"), link("many", "day", "left")]
    start = block("in", "event_trigger", event="Tea")
    stage.publish({"blocks": [start, mail, hour, became, many, day], "links": links}, "thanks", marketing=False)
    stage.happens("Tea", "dewi@example.com", total=150)
    stage.goes_out()
    stage.after(hours=2)
    with stage.house.ledger.read(stage.shop) as tx:
        blocks = block_numbers(tx, "thanks")
        week = flow_numbers(tx, stage.clock.now())["thanks"].sent_week
        days = last_days(tx, stage.clock.now())
    assert (blocks["became"].sent, blocks["became"].failed, blocks["became"].outlets) == (0, 0, {"sent": 1})
    assert (blocks["many"].passed, blocks["many"].outlets) == (1, {"left": 1})
    # No mail server is asked here, so that nothing was counted as sent.
    assert (week, days.total("sent")) == (0, 0)


def test_a_send_counts_the_messages_that_are_still_to_go_out(ledger: Ledger, flows: int, clock: SetClock) -> None:
    tell(ledger, flows, clock.now(), {(CART, "mail", ">next"): 5, (CART, "thanks", ">next"): 1})
    states = {"mail": ("queued", "queued", "sending", "sent", "skipped"), "thanks": ("sent",)}
    common = {"flow": CART, "channel": "email", "marketing": True, "test": False, "tries": 0}
    at = {"queued_at": clock.now(), "due_at": clock.now() + HOUR}
    rows = [common | at | {"block": block, "state": state} for block, found in states.items() for state in found]
    with ledger.write(flows) as tx:
        tx.insert(tables.message, [row | {"id": 2000 + number} for number, row in enumerate(rows)])

    with ledger.read(flows) as tx:
        blocks = block_numbers(tx, "abandoned-cart")

    assert (blocks["mail"].queued, blocks["thanks"].queued) == (3, 0)


def test_a_live_flow_that_pauses_over_dates_says_until_when(ledger: Ledger, flows: int, clock: SetClock) -> None:
    """Its live version says so; a paused flow pauses anyway."""
    day = moment(clock.now()).date()
    pauses = [{"from": day.isoformat(), "to": (day + timedelta(days=2)).isoformat()}]
    with ledger.write(flows) as tx:
        tx.execute(tables.version.update().values(document={"pauses": pauses}))
    found = numbers(ledger, flows, clock.now())
    over = datetime.combine(day + timedelta(days=3), time(0), ZoneInfo("Asia/Bangkok"))
    assert (found["abandoned-cart"].pauses_until, found["welcome"].pauses_until) == (micros(over), None)
    assert numbers(ledger, flows, micros(over))["abandoned-cart"].pauses_until is None
    with ledger.write(flows) as tx:
        tx.execute(tables.version.update().values(document={"pauses": pauses, "zone": "America/New_York"}))
    there = datetime.combine(day + timedelta(days=3), time(0), ZoneInfo("America/New_York"))
    assert numbers(ledger, flows, micros(over))["abandoned-cart"].pauses_until == micros(there)
