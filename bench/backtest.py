"""Testing a draft on the past: 90 days of a shop, 100,000 events, every one of which the flow has something to do with.

usage: python bench/backtest.py [--events 100000] [--days 90] [--contacts 5000] [--live] [--beside]

The flow: a cart, an hour, a split, an e-mail, 23 hours, another e-mail; an order ends it. Four of five contacts have agreed,
and nobody gets more than two e-mails a day. `--live` has another version live, which is played as well. Prints how long
it took, here and at the speed of the machine for which 30 s are the figure to hold (bench/machine.py), the memory of the
process at its peak, and with `--beside` what `bench/engine.py` does on the machine right now and the ratio. In a process of
its own for each number of events, so that the peaks can be compared.
"""

import argparse
import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.machine import Machine
from blocks.flow import Flow
from blocks.limits import Cap, Limits
from blocks.values import type_document
from runtime.accounts import preferences, workspaces
from runtime.backtest import Backtest, backtest
from runtime.clock import DAY, HOUR
from runtime.engine.publishing.publish import publish
from runtime.house import House, open_house
from runtime.ledger.tables import consent, contact, event
from runtime.mail import Brand
from runtime.process import settle_in
from runtime.samples import samples, take
from runtime.settings import Settings


def document(email: str, hours: int = 1) -> dict[str, Any]:
    """Cart, wait, split, e-mail, wait, e-mail."""
    rule = {"kind": "field", "field": "total", "op": "over", "value": 100}
    blocks = [
        {"id": "cart", "kind": "event_trigger", "settings": {"event": "Checkout started"}},
        {"id": "hour", "kind": "wait", "settings": {"amount": hours, "unit": "hours"}},
        {"id": "big", "kind": "branch", "settings": {"rule": rule}},
        {"id": "first", "kind": "send_email", "settings": {"email": email}},
        {"id": "day", "kind": "wait", "settings": {"amount": 23, "unit": "hours"}},
        {"id": "second", "kind": "send_email", "settings": {"email": email}},
    ]
    links = [
        {"from": "cart", "to": "hour"},
        {"from": "hour", "to": "big"},
        {"from": "big", "outlet": "yes", "to": "first"},
        {"from": "first", "to": "day"},
        {"from": "day", "to": "second"},
    ]
    return {"name": "Cart", "blocks": blocks, "links": links, "exits": [{"event": "Order placed"}]}


def furnish(house: House, workspace: int) -> str:
    """A brand that may send, limits, and the e-mails of a sample. The slug of one."""
    drafts, now = house.desk.drafts(workspace), house.clock.now()
    brand = Brand(name="Doi Leaf", postal_address="1 Tea Road, Chiang Rai, Thailand")
    drafts.create("brand", "brand", brand.model_dump(mode="json"), "bench", now, "brand")
    take(house, workspace, next(one for one in samples() if one.slug == "cart-abandonment"), "bench")
    with house.ledger.write(workspace) as tx:
        preferences.save_limits(tx, Limits(caps=(Cap(most=2),)), now)
    return drafts.list("email")[0].slug


def fill(house: House, workspace: int, events: int, people: int, days: int) -> None:
    """The history, written straight into the tables."""
    dice = random.Random(7)
    until = house.clock.now()
    start = until - days * DAY
    at = sorted(dice.randrange(start, until - HOUR) for _ in range(events))
    typed = {
        total: orjson.dumps(type_document({"total": total, "url": "https://shop.example"})).decode()
        for total in (50, 150)
    }
    with house.ledger.write(workspace) as tx:
        ids = tx.reserve(people)
        rows = [
            {"id": id_, "email": f"e{number}@example.com", "name": f"Ann {number}", "fields": {}, "tags": []}
            | {"typed": '{"n":{},"t":{},"d":{},"b":{}}', "created_at": start - DAY, "seen_at": start - DAY}
            for number, id_ in enumerate(ids)
        ]
        tx.insert(contact, rows)
        given = {"channel": "email", "at": start - DAY, "source": "bench", "proof": {}}
        said = ["no" if number % 5 == 0 else "yes" for number in range(people)]
        answers = [
            {"id": id_, "contact": who, "answer": answer, **given}
            for id_, who, answer in zip(tx.reserve(people), ids, said, strict=True)
        ]
        tx.insert(consent, answers)
    for first in range(0, events, 5000):
        with house.ledger.write(workspace) as tx:
            some = at[first : first + 5000]
            rows = []
            for id_, when in zip(tx.reserve(len(some)), some, strict=True):
                total = dice.choice((50, 150, 150))
                name = "Checkout started" if dice.random() < 0.7 else "Order placed"
                row = {"id": id_, "name": name, "source": "api", "contact": dice.choice(ids), "at": when}
                rows.append(
                    row | {"received_at": when, "who": "{}", "properties": "{}", "typed": typed[total], "state": "done"}
                )
            tx.insert(event, rows)


def one(options: argparse.Namespace) -> None:
    """One backtest, in this process."""
    with tempfile.TemporaryDirectory() as folder:
        house = open_house(Settings(data=Path(folder)), ring=lambda: None)
        workspace = workspaces.first(house)
        email = furnish(house, workspace)
        slug = house.desk.drafts(workspace).create("flow", "Cart", document(email, 2), "bench", house.clock.now()).slug
        if options.live:
            publish(house, workspace, slug, "bench")
        fill(house, workspace, options.events, options.contacts, options.days)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        until = house.clock.now()
        settle_in()
        machine = Machine()
        began = time.perf_counter()
        result: Backtest = backtest(
            house,
            workspace,
            slug,
            Flow.model_validate(document(email)),
            until - options.days * DAY,
            until,
            progress=machine.look_now_and_then,
        )
        took = time.perf_counter() - began - machine.spent
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        house.close()
    played = result.draft
    print(
        json.dumps(
            {
                "took": took,
                "slower": machine.slower,
                "peak": peak,
                "before": before,
                "grain": result.grain // 60_000_000,
            }
            | {"events": played.events, "entered": played.entered, "sent": played.sent, "unsent": played.unsent}
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, nargs="+", default=[100_000])
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--contacts", type=int, default=5000)
    parser.add_argument("--live", action="store_true")
    parser.add_argument("--beside", action="store_true")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        options.events = options.events[0]
        one(options)
        return
    shared = ["--days", str(options.days), "--contacts", str(options.contacts), *(["--live"] if options.live else [])]
    for events in options.events:
        command = [sys.executable, __file__, "--here", "--events", str(events), *shared]
        said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        rate = events / said["took"]
        print(
            f"{events:,} events, {options.days} days, grain {said['grain']} min: {said['took']:.1f} s ({rate:,.0f} events/s; "
            f"{said['took'] / said['slower']:.1f} s at the speed of the figures, {said['slower']:.1f} times this machine's), "
            f"peak {said['peak'] / 1024:.0f} MB ({said['before'] / 1024:.0f} MB before it began); "
            f"{said['entered']:,} entered, {said['sent']:,} sent, not sent {said['unsent']}"
        )
        if options.beside:
            engine = [sys.executable, str(Path(__file__).parent / "engine.py")]
            told = subprocess.run(engine, check=True, capture_output=True, text=True).stdout.strip()
            found = re.search(r"engine ([\d,]+)", told)
            assert found is not None
            print(f"bench/engine.py beside it: {told}; backtest / engine {rate / int(found[1].replace(',', '')):.2f}")


if __name__ == "__main__":
    main()
