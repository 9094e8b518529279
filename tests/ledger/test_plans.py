"""However many events, runs and messages a shop has: what the engine and delivery ask is found along an index.

Asked of SQLite itself, statement by statement. A table that grows is never read from end to end, and never all that a shop
has of it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import event as hooks
from sqlalchemy import select, text

from runtime.clock import MINUTE, SetClock
from runtime.engagement.machines import Hit
from runtime.engagement.recorder import write
from runtime.engagement.recording import Mails
from runtime.engagement.seen import of_message
from runtime.engine.publishing.publish import archive
from runtime.house import House
from runtime.insight.numbers import block_numbers
from runtime.ledger import Ledger, tables
from runtime.people.timeline import timeline
from runtime.shop import Told, take_in
from tests.delivery.post import Post
from tests.engine.stage import Stage, block, cart_flow, in_a_row
from tests.mail.conftest import fixture
from tests.segments.stage import did, publish_segment

GROWING = (
    "event|run|step|message|attempt|body|contact|identity|consent|appointment|seen|suppression|tally"
    "|product|product_change|interest|engagement"
)
BY_INDEX = rf"SEARCH (?:{GROWING}) USING (?:COVERING )?INDEX \w+ "
READS_IT_ALL = re.compile(rf"SCAN (?:{GROWING})\b|{BY_INDEX}\(workspace=\?\)")
READS_ALL_OF_A_FLOW = re.compile(rf"{BY_INDEX}\(flow=\?(?: AND state=\?)?\)")
"""Reads all that a flow ever had, unless it is only to see whether there is any."""
MEANT = ("event_new", "message_due", "product_change_fresh")
"""Indexes of only what is still to be done, which are read from their beginning."""


@pytest.fixture
def database_url(tmp_path: Any, request: pytest.FixtureRequest) -> str:
    """SQLite only: PostgreSQL gathers statistics as it goes, and a table with three rows is best read whole."""
    file = tmp_path / "cartwheel.db"
    file.write_bytes(request.getfixturevalue("sqlite_template").read_bytes())
    return f"sqlite:///{file}"


BINDS_A_STATE = re.compile(r"WHERE.*\bstate\s*(?:=|<>|!=)\s*[?:]", re.DOTALL)
"""SQLite prepares such a statement anew at each run, to see whether an index of only some rows fits the word."""


def reads_much(line: str, before: str) -> bool:
    """Whether a line of a plan, after another one, says that it reads what grows without end."""
    if any(index in line for index in MEANT):
        return False
    whole_flow = READS_ALL_OF_A_FLOW.search(line) and not before.startswith("CORRELATED")
    return bool(READS_IT_ALL.search(line) or whole_flow)


@contextmanager
def watched(ledger: Ledger) -> Iterator[dict[str, list[str]]]:
    """Statements that are run meanwhile, with SQLite's plan for each that would read a growing table whole."""
    slow: dict[str, list[str]] = {}

    def look(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        if not statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            return
        asked = connection.connection.driver_connection.cursor()
        plan = [row[-1] for row in asked.execute(f"EXPLAIN QUERY PLAN {statement}", values[0] if many else values)]
        if any(reads_much(line, before) for before, line in pairwise(["", *plan])):
            slow[" ".join(statement.split())] = plan
        if BINDS_A_STATE.search(statement):
            slow[" ".join(statement.split())] = ["prepared anew each time"]

    hooks.listen(ledger.engine, "before_cursor_execute", look)
    try:
        yield slow
    finally:
        hooks.remove(ledger.engine, "before_cursor_execute", look)


def test_the_engine_finds_everybody_along_an_index(house: House, shop: int, clock: SetClock) -> None:
    stage = Stage(house, shop, clock)
    stage.publish(cart_flow(exits=[{"event": "Order placed", "key": "checkout_token"}]), "cart")
    stage.publish(
        {
            **in_a_row(
                block("birthday", "date_trigger", field="birthday", amount=7),
                block("reply", "wait_for_event", event="Review written", key="order_id", amount=2),
                block("told", "emit_event", event="Told"),
                block("tag", "update_contact", change="add_tag", name="asked"),
                block("mail", "send_email", email="a"),
            ),
            "entry": {"again": "once_each", "key": "order_id"},
        },
        "birthday",
    )
    stage.publish(
        in_a_row(
            block("quiet", "quiet_trigger", event="Order placed", amount=30), block("mail", "send_email", email="b")
        ),
        "quiet",
    )
    with watched(house.ledger) as slow:
        for number, who in enumerate(("dewi@example.com", "budi@example.com", "nok@example.com")):
            stage.arrives("Checkout started", who, checkout_token=f"c{number}", fields={"birthday": "1990-11-29"})
        stage.after(hours=2)
        stage.happens("Order placed", "budi@example.com", checkout_token="c1", order_id="1")
        stage.after(days=40)
        with house.ledger.read(shop) as tx:
            numbers = block_numbers(tx, "cart")
    assert any(one.queued for one in numbers.values()), "nobody delivers"
    assert len(stage.messages()) > 5, "they were busy"
    assert slow == {}


def test_a_schedule_finds_everybody_along_an_index(house: House, shop: int, clock: SetClock) -> None:
    stage = Stage(house, shop, clock)
    publish_segment(stage, "buyers", did("Order placed"))
    some, everybody, own = {"segment": "buyers"}, {"to": "everybody"}, {"clocks": "own"}
    for slug, settings in (("some", some), ("all", everybody), ("some-own", some | own), ("all-own", everybody | own)):
        ways = (block("time", "schedule_trigger", repeat="daily", **settings), block("mail", "send_email", email="a"))
        stage.publish(in_a_row(*ways), slug)
    stage.happens("Order placed", "budi@example.com")
    stage.happens("Order placed", "dewi@example.com", fields={"zone": "Asia/Jakarta"})
    with watched(house.ledger) as slow:
        stage.happens("Page seen", "dewi@example.com")
        stage.after(days=2)
    assert len(stage.messages()) == 16, "two people, two days, four flows"
    assert slow == {}


def test_the_shelf_finds_who_waits_along_an_index(house: House, shop: int, clock: SetClock) -> None:
    stage = Stage(house, shop, clock)
    tea = {"title": "Oolong", "price": 320.0, "fields": {"days_per_unit": 30}}
    for kind in ("back_in_stock", "low_stock", "price_drop"):
        way = (
            block("shelf", kind),
            block("mail", "send_email", email="a"),
            block("sent", "by_message", message="mail"),
        )
        more = (block("supply", "wait_for_supply"), block("by", "by_channel"))
        stage.publish({**in_a_row(*way, *more), "entry": {"key": "product_id"}}, kind)
    with watched(house.ledger) as slow:
        take_in(house, shop, [Told("oolong", {**tea, "stock": 0}, clock.now())])
        for who in ("dewi@example.com", "budi@example.com"):
            stage.happens("Back in stock requested", who, product_id="oolong")
        for stock, price in ((20, 320.0), (4, 200.0)):
            take_in(house, shop, [Told("oolong", {"stock": stock, "price": price}, clock.now())])
            stage.after(hours=2)
        stage.after(days=40)
    assert len(stage.messages()) == 6, "each of them heard of each"
    assert slow == {}


def test_delivery_finds_what_is_due_along_an_index(house: House, shop: int, clock: SetClock) -> None:
    from runtime.mail import Brand, read_document

    post = Post(house, shop, clock)
    flow = post.flow((read_document(fixture("cart_reminder")), Brand.model_validate(fixture("brand"))))
    for name in ("Dewi", "Budi", "Nok"):
        post.message(flow, post.contact(name))
    with watched(house.ledger) as slow:
        post.deliver()
    assert post.states() == {"sent": 3}
    assert slow == {}


def test_what_people_open_is_found_along_an_index(house: House, shop: int, clock: SetClock) -> None:
    stage = Stage(house, shop, clock)
    opened = {"kind": "got", "what": "opened", "window": {"kind": "last_days", "days": 30}}
    publish_segment(stage, "readers", opened)
    flow = in_a_row(
        block("in", "event_trigger", event="Signed up"),
        block("mail", "send_email", email="a"),
        block("day", "wait", amount=1, unit="days"),
        block("split", "by_message", message="mail", ways="engagement"),
        block("ask", "branch", rule={**opened, "what": "clicked"}),
    )
    stage.publish(flow, "welcome")
    stage.happens("Signed up", "dewi@example.com")
    with house.ledger.write(shop) as tx:
        tx.execute(tables.message.update().values(state="sent", done_at=clock.now()))
        (id_,) = [row.id for row in tx.all(select(tables.message.c.id))]
    hits = {id_: [Hit(shop, id_, "open", clock.now() + MINUTE, agent="Mozilla/5.0 (iPhone)")]}
    with watched(house.ledger) as slow:
        write(house, shop, hits, Mails())
        stage.after(days=1)
        with house.ledger.read(shop) as tx:
            timeline(tx, stage.contact("dewi@example.com").id)
            of_message(tx, id_)
    assert ("split", "opened", "opened") in stage.steps("dewi@example.com")
    assert slow == {}


def test_whom_an_archived_flow_leaves_behind_is_found_along_an_index(house: House, shop: int, clock: SetClock) -> None:
    stage = Stage(house, shop, clock)
    stage.publish(cart_flow(), "cart")
    stage.publish(
        in_a_row(block("cart", "event_trigger", event="Cart"), block("mail", "send_email", email="a")), "mail"
    )
    stage.happens("Checkout started", "dewi@example.com", checkout_token="c1")
    stage.happens("Cart", "budi@example.com")
    with watched(house.ledger) as slow:
        for slug in ("cart", "mail"):
            archive(house, shop, slug)
        stage.after(days=2)
    assert stage.messages() == [("mail", "cancelled")]
    assert slow == {}


def test_the_watch_sees_a_table_that_is_read_whole(house: House, shop: int) -> None:
    with watched(house.ledger) as slow, house.ledger.read(shop) as tx:
        tx.all(text("SELECT id FROM event WHERE source = 'x'"))
        tx.all(text("SELECT id FROM message WHERE workspace = 7"))
    assert len(slow) == 2
