"""A schedule that comes for everybody at once, while customers go on ordering.

usage: python bench/schedule.py [--contacts 100000]

A shop's web and worker run on a new SQLite file. The schedule of a flow comes for all members of a segment; meanwhile 200
single POSTs a second come in. Prints how long it takes until each of them has a run, and the p50 and p99 of the POSTs.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import orjson
from sqlalchemy import func, select

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.intake import free_port, started, steady
from blocks.values import type_document
from runtime.accounts import keys, workspaces
from runtime.clock import SECOND
from runtime.engine.publishing.publish import publish
from runtime.house import House, open_house
from runtime.ledger.bulk import insert_tuples
from runtime.ledger.tables import contact, identity, member, run, schedule, segment
from runtime.segments import publish as segments
from runtime.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
AT_ONCE = 10_000
SOON = 5 * SECOND
FLOW = {
    "format": 1,
    "name": "Offer",
    "blocks": [
        {
            "id": "time",
            "kind": "schedule_trigger",
            "settings": {"segment": "bangkok", "repeat": "yearly", "on": "2026-01-01"},
        },
        {"id": "day", "kind": "wait", "settings": {"amount": 1, "unit": "days"}},
    ],
    "links": [{"from": "time", "to": "day"}],
}
SEGMENT = {
    "format": 1,
    "name": "Bangkok",
    "rule": {"kind": "field", "of": "contact", "field": "city", "value": "Bangkok"},
}


def furnish(house: House, contacts: int) -> str:
    """Contacts who are all in the segment, and the flow. Returns a key for events."""
    shop, now = workspaces.first(house), house.clock.now()
    house.desk.drafts(shop).put("segment", "bangkok", "Bangkok", SEGMENT, "bench", now)
    segments.publish(house, shop, "bangkok", "bench")
    columns = ("id", "workspace", "email", "fields", "typed", "tags", "created_at", "seen_at")
    fields = {"city": "Bangkok"}
    written, typed = orjson.dumps(fields).decode(), orjson.dumps(type_document(fields)).decode()
    for start in range(0, contacts, AT_ONCE):
        with house.ledger.write(shop) as tx:
            of = tx.scalar(select(segment.c.id).where(tx.mine(segment)))
            tx.execute(segment.update().values(planned=None))
            ids = tx.reserve(min(AT_ONCE, contacts - start))
            named = [(id_, f"c{start + place}@example.com") for place, id_ in enumerate(ids)]
            insert_tuples(
                tx, contact, columns, [(id_, shop, who, written, typed, "[]", now, now) for id_, who in named]
            )
            tx.insert(
                identity, [{"contact": id_, "kind": "email", "value": who, "since_at": now} for id_, who in named]
            )
            insert_tuples(
                tx, member, ("workspace", "segment", "contact", "since_at"), [(shop, of, id_, now) for id_, _ in named]
            )
    house.desk.drafts(shop).put("flow", "offer", "Offer", FLOW, "bench", now)
    publish(house, shop, "offer", "bench")
    return keys.create(house, shop, "ingest", "bench")[1]


def wait_for_runs(house: House, contacts: int, due: int) -> float:
    """Seconds from `due` until everybody has a run."""
    while True:
        with house.ledger.read() as tx:
            found = tx.scalar(select(func.count()).select_from(run))
        if found >= contacts:
            return (house.clock.now() - due) / SECOND
        time.sleep(0.25)


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--contacts", type=int, default=100_000)
    contacts = arguments.parse_args().contacts
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        house = open_house(Settings(data=Path(folder)), ring=lambda: None)
        key = furnish(house, contacts)
        due = house.clock.now() + SOON
        with house.ledger.write(workspaces.first(house)) as tx:
            tx.execute(schedule.update().values(due_at=due))
        environment = {**os.environ, "CARTWHEEL_DATA": folder, "CARTWHEEL_PORT": str(port), "PYTHONPATH": str(ROOT)}
        web = started([sys.executable, "-m", "builder.command", "web"], port, environment)
        worker = subprocess.Popen([sys.executable, "-m", "builder.command", "worker"], cwd=ROOT, env=environment)
        seconds: list[float] = []
        watch = threading.Thread(target=lambda: seconds.append(wait_for_runs(house, contacts, due)), daemon=True)
        try:
            time.sleep(max(0.0, (due - house.clock.now()) / SECOND))
            watch.start()
            took: list[float] = []
            while watch.is_alive():
                took += asyncio.run(steady(port, key, 200, 2))
            took.sort()
            p50, p99 = took[len(took) // 2], took[int(len(took) * 0.99)]
            print(f"{contacts:,} contacts have a run {seconds[0]:.1f} s after the schedule came")
            print(f"meanwhile 200/s of single POSTs: p50 {p50:.1f} ms, p99 {p99:.1f} ms")
        finally:
            worker.terminate()
            web.terminate()
            worker.wait()
            web.wait()
            house.close()


main()
