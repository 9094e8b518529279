"""The engine alone: events into runs and messages, beside the ceiling of one process on one SQLite file.

usage: python bench/engine.py [--events 40000]

The flow is trigger, split on total > 100, send. Every event comes from a contact who is known already; `--new` makes
each a new contact. Prints events/s of both and the ratio, medians of three runs. The figure to hold is a quarter of the
ceiling: 16,000 events/s where that was 60,000.
"""

import argparse
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.shop import open_shop
from blocks.values import type_document
from runtime.clock import SystemClock
from runtime.engine.work import Engine
from runtime.ledger import Ledger
from runtime.ledger.tables import event
from runtime.process import settle_in

PRODUCTS = [
    {"url": f"https://shop.example/p/{i}", "name": f"Linen shirt no. {i}", "sku": f"S{i}", "qty": 1, "price": "19.90"}
    for i in range(3)
]
DOCUMENT = {
    "format": 1,
    "name": "Order",
    "blocks": [
        {"id": "start", "kind": "event_trigger", "settings": {"event": "Order placed"}},
        {
            "id": "big",
            "kind": "branch",
            "settings": {"rule": {"kind": "field", "field": "total", "op": "over", "value": 100}},
        },
        {"id": "mail", "kind": "send_email", "settings": {"email": "order"}},
    ],
    "links": [{"from": "start", "to": "big"}, {"from": "big", "outlet": "yes", "to": "mail"}],
}


def properties(number: int) -> dict[str, object]:
    return {"total": 150, "order_id": number, "token": f"t{number}", "products": PRODUCTS}


def fill(ledger: Ledger, count: int, contacts: int, start: int) -> None:
    now = SystemClock().now()
    with ledger.write(1) as tx:
        rows = [
            {
                "id": id_,
                "name": "Order placed",
                "source": "api",
                "contact": None,
                "at": now,
                "received_at": now,
                "who": orjson.dumps({"email": f"e{(start + i) % contacts}@example.com", "first_name": "Ann"}).decode(),
                "properties": orjson.dumps(properties(start + i)).decode(),
                "typed": orjson.dumps(type_document(properties(start + i))).decode(),
                "state": "new",
            }
            for i, id_ in enumerate(tx.reserve(count))
        ]
        tx.insert(event, rows)


def work_off(engine: Engine) -> float:
    began = time.perf_counter()
    while engine.work():
        pass
    return time.perf_counter() - began


def cartwheel(folder: Path, count: int, new: bool) -> float:
    house = open_shop(folder, DOCUMENT, mails=("mail",))
    ledger = house.ledger
    engine = Engine(house)
    settle_in()  # as the worker does
    contacts = 10 * count if new else 5000
    if not new:
        fill(ledger, contacts, contacts, 0)
        work_off(engine)
    fill(ledger, count, contacts, 0)
    return count / work_off(engine)


def ceiling_of(folder: Path, count: int) -> float:
    """The ceiling: what SQLite and Python alone take for an event to become a contact, a run, three steps and a message,
    each with the keys that keep it from being there twice; one flow and one condition, 100 events a commit."""
    connection = sqlite3.connect(folder / "ceiling.db", isolation_level=None)
    for statement in (
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "PRAGMA cache_size=-65536",
        "CREATE TABLE contact(id INTEGER PRIMARY KEY, shop INT, email TEXT, UNIQUE(shop, email))",
        "CREATE TABLE event(id INTEGER PRIMARY KEY, shop INT, contact INT, at REAL, key TEXT, body TEXT, UNIQUE(shop, key))",
        "CREATE TABLE run(id INTEGER PRIMARY KEY, flow INT, contact INT, event INT, state INT, wake_at REAL,"
        " UNIQUE(flow, event))",
        "CREATE INDEX run_wake ON run(wake_at) WHERE state = 1",
        "CREATE INDEX run_contact ON run(contact, flow)",
        "CREATE TABLE step(id INTEGER PRIMARY KEY, run INT, block TEXT, at REAL, outlet TEXT)",
        "CREATE INDEX step_run ON step(run)",
        "CREATE TABLE message(id INTEGER PRIMARY KEY, run INT, block TEXT, contact INT, state INT, queued_at REAL,"
        " UNIQUE(run, block))",
        "CREATE INDEX message_queued ON message(id) WHERE state = 0",
    ):
        connection.execute(statement)
    bodies = [orjson.dumps({"email": f"e{i}@example.com", "first_name": "Ann"} | properties(i)) for i in range(count)]
    began = time.perf_counter()
    for start in range(0, count, 100):
        _commit(connection, start, bodies[start : start + 100])
    return count / (time.perf_counter() - began)


def _commit(connection: sqlite3.Connection, start: int, bodies: list[bytes]) -> None:
    now = time.time()
    events = [orjson.loads(body) for body in bodies]
    connection.execute("BEGIN IMMEDIATE")
    emails = [event["email"] for event in events]
    new = "INSERT INTO contact(shop, email) VALUES(1, ?) ON CONFLICT DO NOTHING"
    connection.executemany(new, [(email,) for email in emails])
    places = ", ".join("?" * len(emails))
    known = f"SELECT email, id FROM contact WHERE shop = 1 AND email IN ({places})"
    contacts = dict(connection.execute(known, emails).fetchall())
    ids = range(start + 1, start + 1 + len(events))
    rows = [
        (id_, contacts[event["email"]], event, body.decode())
        for id_, event, body in zip(ids, events, bodies, strict=True)
    ]
    told = [(id_, who, now, str(event["order_id"]), body) for id_, who, event, body in rows]
    connection.executemany("INSERT INTO event VALUES(?, 1, ?, ?, ?, ?)", told)
    connection.executemany("INSERT INTO run VALUES(?, 1, ?, ?, 2, NULL)", [(id_, who, id_) for id_, who, _, _ in rows])
    large = [(id_, who) for id_, who, event, _ in rows if event["total"] > 100]
    steps = [(id_, block, now, "next") for id_, _, _, _ in rows for block in ("trigger", "split")]
    steps += [(id_, "send", now, "queued") for id_, _ in large]
    connection.executemany("INSERT INTO step(run, block, at, outlet) VALUES(?, ?, ?, ?)", steps)
    mails = [(id_, "send", who, now) for id_, who in large]
    connection.executemany("INSERT INTO message(run, block, contact, state, queued_at) VALUES(?, ?, ?, 0, ?)", mails)
    connection.execute("COMMIT")


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--events", type=int, default=20_000)
    arguments.add_argument("--new", action="store_true", help="every event makes a new contact")
    options = arguments.parse_args()
    figures: dict[str, list[float]] = {"engine": [], "ceiling": []}
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            figures["engine"].append(cartwheel(Path(folder), options.events, options.new))
            figures["ceiling"].append(ceiling_of(Path(folder), options.events))
    engine, ceiling = statistics.median(figures["engine"]), statistics.median(figures["ceiling"])
    print(f"engine {engine:,.0f} events/s, the ceiling {ceiling:,.0f} events/s, ratio {engine / ceiling:.2f}")


main()
