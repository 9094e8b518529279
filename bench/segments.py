"""How long it takes to count who meets a rule, beside a bare SELECT count(*) of the contacts.

usage: python bench/segments.py [--contacts 100000] [--events 2000000] [--keep FILE | --url postgresql://…]

Builds a ledger of a shop with two years behind it (a few minutes; `--keep` names a SQLite file to use again, `--url` an empty
database, which is used again as well) and prints for each rule the median of five counts in milliseconds: on the clock on the
wall, of this process's CPU (which says nothing of PostgreSQL, that works in processes of its own), and how many times a bare
count that is.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

import orjson
from pydantic import TypeAdapter
from sqlalchemy import func, select, text

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from blocks.rules import Rule
from blocks.values import type_document
from runtime.clock import DAY
from runtime.ledger import Ledger
from runtime.ledger.bulk import insert_tuples
from runtime.ledger.tables import consent, contact, event, member, message, segment, version_mail, workspace
from runtime.segments.counting import count

NOW = 1_795_000_000_000_000
SHOP = 1
NAMES = ("Viewed product", "Viewed product", "Viewed product", "Checkout started", "Order placed")
CITIES = ("Bangkok", "Chiang Mai", "Jakarta", "Bandung", "Singapore")
AT_ONCE = 20_000
RULES: dict[str, dict[str, object]] = {
    "city is Bangkok": {"kind": "field", "of": "contact", "field": "city", "value": "Bangkok"},
    "ordered in the last 30 days": {
        "kind": "did", "event": "Order placed", "window": {"kind": "last_days", "days": 30},
    },
    "never ordered": {"kind": "did", "event": "Order placed", "negate": True, "window": {"kind": "ever"}},
    "ordered at least 3 times": {"kind": "did", "event": "Order placed", "times": 3, "window": {"kind": "ever"}},
    "viewed in 7 days, ordered not in 90, by e-mail": {
        "kind": "all",
        "rules": [
            {"kind": "did", "event": "Viewed product", "window": {"kind": "last_days", "days": 7}},
            {"kind": "did", "event": "Order placed", "negate": True, "window": {"kind": "last_days", "days": 90}},
            {"kind": "reachable", "channel": "email"},
        ],
    },
    "spent over 100 in an order of 30 days": {
        "kind": "did", "event": "Order placed", "window": {"kind": "last_days", "days": 30},
        "where": {"kind": "field", "field": "total", "op": "over", "value": 100},
    },
    "can be reached by e-mail": {"kind": "reachable", "channel": "email"},
    "got the welcome e-mail, not in VIP": {
        "kind": "all",
        "rules": [{"kind": "got", "email": "welcome"}, {"kind": "in_segment", "segment": "vip", "negate": True}],
    },
}  # fmt: skip


def build(ledger: Ledger, contacts: int, events: int) -> None:
    """A shop whose contacts have done what contacts do."""
    dice = random.Random(1)
    home = {"slug": "main", "name": "Shop", "zone": "UTC", "language": "en", "currency": "EUR", "created_at": 0}
    with ledger.write(SHOP) as tx:
        tx.execute(workspace.insert(), {"id": SHOP, **home})
        tx.insert(segment, [{"id": 1, "slug": "vip", "name": "VIP", "document": {}, "state": "live", "since_at": 0}])
        mail = {"version": 1, "block": "mail", "marketing": True, "document": {}, "compiled": {}, "email": "welcome"}
        tx.insert(version_mail, [mail])
    columns = ("id", "workspace", "email", "name", "fields", "typed", "tags", "created_at", "seen_at")
    for start in range(0, contacts, AT_ONCE):
        with ledger.write(SHOP) as tx:
            rows = []
            for i in range(start, min(contacts, start + AT_ONCE)):
                fields = {
                    "email": f"c{i}@example.com",
                    "name": f"Contact {i}",
                    "city": dice.choice(CITIES),
                    "points": i % 900,
                }
                typed = orjson.dumps(type_document(fields)).decode()
                written = orjson.dumps({"city": fields["city"], "points": fields["points"]}).decode()
                rows.append(
                    (
                        10 + i,
                        SHOP,
                        fields["email"],
                        fields["name"],
                        written,
                        typed,
                        "[]",
                        0,
                        NOW - int(dice.random() * 90 * DAY),
                    )
                )
            insert_tuples(tx, contact, columns, rows)
            inside = [{"segment": 1, "contact": row[0], "since_at": NOW} for row in rows if row[0] % 20 == 0]
            tx.insert(member, inside)
            given = {"channel": "email", "at": NOW - DAY, "source": "bench", "proof": {}}
            answers = [{"id": row[0], "contact": row[0], "answer": "yes" if row[0] % 5 else "no"} for row in rows]
            tx.insert(consent, [one | given for one in answers])
            common = {"version": 1, "block": "mail", "channel": "email", "marketing": True, "test": False, "tries": 1}
            sent = [
                {"id": row[0], "contact": row[0], "state": "sent", "queued_at": 0, "due_at": 0, "done_at": 1, **common}
                for row in rows
                if row[0] % 2
            ]
            tx.insert(message, sent)
    names = ("id", "workspace", "name", "source", "contact", "at", "received_at", "who", "properties", "typed", "state")
    for start in range(0, events, AT_ONCE):
        with ledger.write(SHOP) as tx:
            happened = []
            for i in range(start, min(events, start + AT_ONCE)):
                properties = {"total": i % 150, "order_id": i, "title": "Mae Salong oolong"}
                written, typed = orjson.dumps(properties).decode(), orjson.dumps(type_document(properties)).decode()
                at = NOW - int(730 * DAY * (1 - i / events))
                who = 10 + int(contacts * dice.random() ** 2)
                happened.append((i + 1, SHOP, NAMES[i % 5], "api", who, at, at, "{}", written, typed, "done"))
            insert_tuples(tx, event, names, happened)


def median_ms(ledger: Ledger, rule: object | None) -> tuple[float, float, int]:
    """How long a count takes, how much CPU of ours, and what it says."""
    took, cost, found = [], [], 0
    for _ in range(5):
        with ledger.read(SHOP) as tx:
            began, spent = time.perf_counter(), time.process_time()
            if rule is None:
                found = tx.scalar(select(func.count()).select_from(contact).where(tx.mine(contact)))
            else:
                found = count(tx, rule, NOW)  # type: ignore[arg-type]
            took.append(1000 * (time.perf_counter() - began))
            cost.append(1000 * (time.process_time() - spent))
    return statistics.median(took), statistics.median(cost), found


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--contacts", type=int, default=100_000)
    arguments.add_argument("--events", type=int, default=2_000_000)
    where = arguments.add_mutually_exclusive_group()
    where.add_argument("--keep", type=Path, help="a ledger to use again, built if it is not there")
    where.add_argument("--url", help="the same on PostgreSQL: an empty database, or one that this has filled")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger.open(options.url or f"sqlite:///{options.keep or Path(folder) / 'segments.db'}")
        if not ledger.workspaces():
            build(ledger, options.contacts, options.events)
            with ledger.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(text("VACUUM ANALYZE"))  # as its own housekeeping does within a minute or so
        bare, cost, all_of_them = median_ms(ledger, None)
        print(f"{'bare count':<50} {bare:8.1f} ms  {cost:8.1f} ms CPU            {all_of_them:>9,}")
        for name, tree in RULES.items():
            took, cost, found = median_ms(ledger, TypeAdapter(Rule).validate_python(tree))
            print(f"{name:<50} {took:8.1f} ms  {cost:8.1f} ms CPU  {took / bare:6.0f} x  {found:>9,}")
        ledger.close()


main()
