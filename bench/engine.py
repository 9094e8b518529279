"""The engine alone: events into runs and messages, beside a bare SQLite loop that writes the same rows.

usage: python bench/engine.py [--events 40000]

The flow is trigger, split on total > 100, send. Every event comes from a contact who is known already; `--new` makes
each a new contact. Prints events/s of both and the ratio, medians of three runs.
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


def bare(folder: Path, count: int) -> float:
    """What SQLite alone takes for the rows of one event: event done, run, three steps, message; 100 events a commit."""
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    for statement in (
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "CREATE TABLE event(id INTEGER PRIMARY KEY, contact INT, state TEXT, payload TEXT)",
        "CREATE TABLE run(id INTEGER PRIMARY KEY, flow INT, contact INT, key TEXT, state TEXT, block TEXT, entered_at INT)",
        "CREATE INDEX run_c ON run(contact, flow, entered_at)",
        "CREATE TABLE step(run INT, hop INT, block TEXT, at INT, outlet TEXT, PRIMARY KEY(run, hop)) WITHOUT ROWID",
        "CREATE TABLE message(id INTEGER PRIMARY KEY, run INT, hop INT, contact INT, state TEXT, due_at INT, UNIQUE(run, hop))",
        "CREATE INDEX message_due ON message(due_at) WHERE state = 'queued'",
    ):
        connection.execute(statement)
    payload = orjson.dumps(properties(0)).decode()
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO event VALUES(?, NULL, 'new', ?)", [(i, payload) for i in range(count)])
    connection.execute("COMMIT")
    began = time.perf_counter()
    for start in range(0, count, 100):
        ids = range(start, start + 100)
        now = time.time_ns() // 1000
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "UPDATE event SET contact = ?, state = 'done' WHERE id = ?", [(i % 5000, i) for i in ids]
        )
        connection.executemany(
            "INSERT INTO run VALUES(?, 1, ?, '', 'ended', 'mail', ?)", [(i, i % 5000, now) for i in ids]
        )
        steps = [(i, hop, "block", now, "next") for i in ids for hop in range(3)]
        connection.executemany("INSERT INTO step VALUES(?, ?, ?, ?, ?)", steps)
        rows = [(i, i, 2, i % 5000, "queued", now) for i in ids]
        connection.executemany("INSERT INTO message VALUES(?, ?, ?, ?, ?, ?)", rows)
        connection.execute("COMMIT")
    return count / (time.perf_counter() - began)


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--events", type=int, default=20_000)
    arguments.add_argument("--new", action="store_true", help="every event makes a new contact")
    options = arguments.parse_args()
    figures: dict[str, list[float]] = {"engine": [], "bare": []}
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            figures["engine"].append(cartwheel(Path(folder), options.events, options.new))
            figures["bare"].append(bare(Path(folder), options.events))
    engine, ceiling = statistics.median(figures["engine"]), statistics.median(figures["bare"])
    print(f"engine {engine:,.0f} events/s, bare SQLite {ceiling:,.0f} events/s, ratio {engine / ceiling:.2f}")


main()
