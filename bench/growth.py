"""Whether what the engine does for one contact costs more when many others wait.

usage: python bench/growth.py [--waiting 1000,1000000]

People wait in a flow: a third until an event, the others for a time that is days away. Each of them has been through it
once before. Prints, for each number of them, the medians of: asking what is due when nothing is; an event that one of them
waited for, an order that ends what it is about, and a wait that ends, each in batches of 100. Then the ratio of the last
number to the first.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.shop import FLOW, VERSION, WORKSPACE, open_shop
from blocks.values import type_document
from runtime.clock import DAY
from runtime.engine.work import Engine
from runtime.house import House
from runtime.ledger.bulk import insert_tuples
from runtime.ledger.tables import contact, event, identity, run

BATCH = 100
EACH = 4
"""Ids that each of those who wait has: a contact, an event and two runs."""
ROUNDS = 15
DOCUMENT = {
    "format": 1,
    "name": "Cart",
    "blocks": [
        {"id": "cart", "kind": "event_trigger", "settings": {"event": "Checkout started"}},
        {"id": "day", "kind": "wait", "settings": {"amount": 10, "unit": "days"}},
        {"id": "paid", "kind": "wait_for_event", "settings": {"event": "Paid", "amount": 30, "unit": "days"}},
        {"id": "rest", "kind": "wait", "settings": {"amount": 90, "unit": "days"}},
    ],
    "links": [
        {"from": "cart", "to": "day"},
        {"from": "day", "to": "paid"},
        {"from": "paid", "outlet": "happened", "to": "rest"},
        {"from": "paid", "outlet": "in_vain", "to": "rest"},
    ],
    "exits": [{"event": "Order placed", "key": "checkout_token"}],
    "entry": {"key": "checkout_token"},
}
CONTACT = ("id", "workspace", "email", "fields", "typed", "tags", "created_at", "seen_at")
IDENTITY = ("workspace", "kind", "value", "contact", "since_at")
EVENT = ("id", "workspace", "name", "source", "contact", "at", "received_at", "who", "properties", "typed", "state")
RUN = (
    "id", "workspace", "flow", "version", "contact", "key", "state", "block", "entry_event", "event", "hops", "messages",
    "entered_at", "arrived_at", "wake_at",
)  # fmt: skip
NOTHING = orjson.dumps(type_document({})).decode()


def fill(house: House, waiting: int) -> None:
    """So many people, each with the event they came in by and the run in which they wait."""
    now = house.clock.now()
    for start in range(0, waiting, 5000):
        people, names, events = [], [], []
        runs: list[tuple[object, ...]] = []
        for number in range(start, min(start + 5000, waiting)):
            id_ = 100 + number * EACH
            held = number % 3 == 0
            wake_at = now + DAY + random.randrange(9 * DAY)
            people.append((id_, WORKSPACE, f"e{number}@example.com", "{}", NOTHING, "[]", now, now))
            names.append((WORKSPACE, "email", f"e{number}@example.com", id_, now))
            events.append(
                (id_ + 1, WORKSPACE, "Checkout started", "api", id_, now, now, "{}", "{}", token(number), "done")
            )
            runs.append(
                (id_ + 2, WORKSPACE, FLOW, VERSION, id_, f"c{number}", "open", "paid" if held else "day", id_ + 1, id_ + 1,
                 2, 0, now, now, wake_at)
            )  # fmt: skip
            runs.append(
                (
                    id_ + 3,
                    WORKSPACE,
                    FLOW,
                    VERSION,
                    id_,
                    f"o{number}",
                    "ended",
                    "rest",
                    id_ + 1,
                    id_ + 1,
                    4,
                    1,
                    1,
                    1,
                    None,
                )
            )
        with house.ledger.write(WORKSPACE) as tx:
            insert_tuples(tx, contact, CONTACT, people)
            insert_tuples(tx, identity, IDENTITY, names)
            insert_tuples(tx, event, EVENT, events)
            insert_tuples(tx, run, RUN, runs)
            tx.reserve(5000 * EACH)


def token(number: int) -> str:
    """What an event about somebody's cart says, in typed form."""
    return orjson.dumps(type_document({"checkout_token": f"c{number}"})).decode()


def took(work: Callable[[], object]) -> float:
    """Microseconds."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1e6


def measure(waiting: int) -> dict[str, float]:
    """Microseconds, medians: a look in vain; an event or a wake, each."""
    with tempfile.TemporaryDirectory() as folder:
        house = open_shop(Path(folder), DOCUMENT)
        fill(house, waiting)
        # Neither a file system that still writes what was filled in nor shorter transactions are what is measured.
        os.sync()
        engine = Engine(house, longest=1)

        def some(first: int) -> Iterator[int]:
            return iter(random.sample(range(first, waiting, 3), min(BATCH * ROUNDS, waiting // 3)))

        held, resting = some(0), some(1)

        def look_in_vain() -> None:
            engine.work()
            engine.next_due()

        def all_of_it() -> None:
            while engine.work():
                pass

        def events(name: str, numbers: Iterator[int]) -> float:
            now, chosen = house.clock.now(), list(islice(numbers, BATCH))
            with house.ledger.write(WORKSPACE) as tx:
                rows = [
                    (id_, WORKSPACE, name, "api", None, now, now, f'{{"email":"e{number}@example.com"}}', "{}",
                     token(number), "new")
                    for id_, number in zip(tx.reserve(len(chosen)), chosen, strict=True)
                ]  # fmt: skip
                insert_tuples(tx, event, EVENT, rows)
            return took(all_of_it) / max(1, len(chosen))

        def wakes() -> float:
            with house.ledger.write(WORKSPACE) as tx:
                first = 100 + EACH * random.randrange(max(1, waiting - 3 * BATCH))
                due = run.update().where(run.c.id >= first, run.c.id < first + 3 * EACH * BATCH, run.c.block == "day")
                woken = tx.execute(due.values(wake_at=house.clock.now() - 1, arrived_at=0)).rowcount
            return took(all_of_it) / max(1, woken)

        rounds = max(1, min(ROUNDS, waiting // 3 // BATCH))
        look_in_vain()
        figures = {
            "nothing due": statistics.median(took(look_in_vain) for _ in range(50)),
            "an event somebody waited for": statistics.median(events("Paid", held) for _ in range(rounds)),
            "an order that ends a run": statistics.median(events("Order placed", resting) for _ in range(rounds)),
            "a wait that ends": statistics.median(wakes() for _ in range(rounds)),
        }
        house.ledger.close()
        return figures


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--waiting", default="1000,1000000")
    sizes = [int(size) for size in arguments.parse_args().waiting.split(",")]
    found = {}
    for size in sizes:
        found[size] = measure(size)
        print(f"{size:,} wait:", ", ".join(f"{what} {us:,.0f} µs" for what, us in found[size].items()), flush=True)
    for what in found[sizes[0]]:
        print(f"{what}: {found[sizes[-1]][what] / found[sizes[0]][what]:.2f} ×")


main()
