"""Rehearsing 90 days of a draft: a welcome, then an e-mail every three days, 30 in all, with a split before each.

usage: python bench/rehearsal.py [--runs 5]

In a folder of its own, with one contact. Prints the median, best and worst of the runs; the first one, which loads what
compiling e-mails needs, apart.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from blocks.flow import Flow
from blocks.values import instant
from runtime.accounts import workspaces
from runtime.house import House, open_house
from runtime.mail import Brand
from runtime.rehearsal import MadeUp, Question, Rehearsal, rehearse
from runtime.samples import samples, take
from runtime.settings import Settings

MAILS = 30
START = instant("2026-11-24T21:10:00+07:00") or 0


def document(email: str) -> dict[str, Any]:
    """Trigger, and 30 times: three days, a split, the e-mail."""
    rule = {"kind": "did", "event": "Order placed"}
    blocks = [{"id": "start", "kind": "event_trigger", "settings": {"event": "Account created"}}]
    links = []
    before = ("start", "next")
    for number in range(MAILS):
        wait, split, mail = f"wait{number}", f"split{number}", f"mail{number}"
        blocks += [
            {"id": wait, "kind": "wait", "settings": {"amount": 3, "unit": "days"}},
            {"id": split, "kind": "branch", "settings": {"rule": rule}},
            {"id": mail, "kind": "send_email", "settings": {"email": email}},
        ]
        links += [
            {"from": before[0], "outlet": before[1], "to": wait},
            {"from": wait, "to": split},
            {"from": split, "outlet": "no", "to": mail},
        ]
        before = (mail, "next")
    return {"name": "Ninety days", "blocks": blocks, "links": links}


def furnish(house: House, workspace: int) -> str:
    """A brand that may send, and the e-mails of a sample. The slug of one."""
    drafts, now = house.desk.drafts(workspace), house.clock.now()
    brand = Brand(name="Doi Leaf", postal_address="1 Tea Road, Chiang Rai, Thailand")
    drafts.create("brand", "brand", brand.model_dump(mode="json"), "bench", now, "brand")
    take(house, workspace, next(one for one in samples() if one.slug == "cart-abandonment"), "bench")
    return drafts.list("email")[0].slug


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        house = open_house(Settings(data=Path(folder)), ring=lambda: None)
        workspace = workspaces.first(house)
        flow = Flow.model_validate(document(furnish(house, workspace)))
        took, result = [], None
        for _ in range(runs + 1):
            began = time.perf_counter()
            result = rehearse(house, workspace, Question("ninety-days", flow, MadeUp(name="Dewi"), START))
            took.append(time.perf_counter() - began)
        house.close()
    report(result, took)


def report(result: Rehearsal | None, took: list[float]) -> None:
    assert result is not None
    assert not result.problems
    letters = sum(entry.letter is not None for entry in result.entries)
    print(f"90 days, {len(result.entries)} entries, {letters} e-mails rendered")
    first, warm = took[0], took[1:]
    print(f"first {first:.2f} s; then median {statistics.median(warm):.2f} s ({min(warm):.2f} to {max(warm):.2f})")


if __name__ == "__main__":
    main()
