"""Examples in the pages of blocks: read, played on the stage, and their outcomes written down again.

The format is explained in docs/blocks/README.md. A block that needs something of the shop before (a coupon, a segment) gets
it from `PREPARE`.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from blocks import KINDS, read_block
from blocks.contract import Farewell, Trigger
from blocks.values import micros
from blocks.zones import local_to_utc
from runtime import shop
from runtime.ledger.tables import consent, event, message, run, step, workspace
from runtime.reasons import reason_phrase
from runtime.shop import Told
from runtime.words import words
from runtime.zones import zone_of
from tests.engine.stage import Stage, block, link
from tests.segments.stage import did, publish_segment


def _lapsed_buyers(stage: Stage) -> None:
    recently = did("Order placed", days=90, negate=True)
    publish_segment(stage, "lapsed-buyers", {"kind": "all", "rules": [did("Order placed"), recently]}, "Lapsed buyers")


def _buyers(stage: Stage) -> None:
    with stage.house.ledger.write(stage.shop) as tx:
        tx.execute(workspace.update().where(workspace.c.id == stage.shop).values(zone=ZONE))
    publish_segment(stage, "buyers", did("Order placed"), "Buyers")


def _tea_club(stage: Stage) -> None:
    publish_segment(stage, "tea-club", None, "Tea club")


PREPARE: Mapping[str, Callable[[Stage], None]] = {
    "segment_trigger": _lapsed_buyers,
    "list_member": _tea_club,
    "schedule_trigger": _buyers,
}
"""What a shop must have before the example of a kind of block can run, by the kind."""

BEFORE: Mapping[str, list[dict[str, Any]]] = {"by_message": [block("reminder", "send_email", email="tea")]}
"""Blocks that people come through before the one that is shown, by its kind."""

ZONE = "Asia/Bangkok"
"""Of the shop, and of everybody whose fields say nothing else."""
_FENCE = re.compile(r"(?:```json\n([^`]*)```\n+)?```example\n(.*?)```", re.DOTALL)
_HAPPENS = re.compile(r"(?P<who>\w+)(?: (?P<fields>\{.*?\}))?: (?P<event>[^{]+?)(?: (?P<properties>\{.*\}))?")
_SPAN = re.compile(r"(\d+) (minute|hour|day|week)s?")
_OUTCOME = re.compile(r"=> (?P<who>\w+) (?P<what>goes|waits|stops here|does not enter|has|did|says no to)(?P<rest>.*)")


class NotReadable(ValueError):
    """A line that means nothing."""


@dataclass
class Example:
    """What a page shows: a block, and lines of what happens and what comes of it."""

    block: dict[str, Any]
    lines: list[str]
    happened: list[str] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The kind of the block."""
        return str(self.block["kind"])

    @property
    def id(self) -> str:
        """The block's id."""
        return str(self.block["id"])


def sequences(text: str) -> list[tuple[dict[str, Any] | None, list[str]]]:
    """The lines of each example in a page, with the block that is shown right above it, None if there is none."""
    return [
        (json.loads(own) if own else None, [line for line in found.splitlines() if line.strip()])
        for own, found in _FENCE.findall(text)
    ]


def passes(lines: list[str]) -> bool:
    """Whether an example says that somebody came through."""
    return any(line.startswith("=>") and (" goes " in line or " stops here" in line) for line in lines)


def play(stage: Stage, example: Example) -> list[str]:
    """Let it all happen. Returns the lines with outcomes as they really were. Raises NotReadable."""
    if prepare := PREPARE.get(example.kind):
        prepare(stage)
    stage.publish(_around(example))
    return [_outcome(stage, example, line) if line.startswith("=>") else _let(stage, line) for line in example.lines]


def _around(example: Example) -> dict[str, Any]:
    """A small flow: a trigger before a block that is none, an end behind each way out of it."""
    model = KINDS[example.kind]
    drawn = [example.block]
    links = []
    outlets = model.ways_out(example.block["settings"])
    for place, outlet in enumerate(outlets):
        drawn.append(block(f"end-{place}", "stop"))
        links.append(link(example.id, f"end-{place}", outlet.id))
    happened = (line for line in example.lines if not line.startswith("shelf: "))
    first = next((line for line in map(_HAPPENS.fullmatch, happened) if line is not None), None)
    if first is None:
        raise NotReadable(f"Nothing happens. Say what does, as: Dewi: Checkout started {{}}: {example.lines}")
    around: dict[str, Any] = {}
    if issubclass(model, Farewell):
        leaving = read_block(example.kind, example.block["settings"])
        cause = (leaving.event if isinstance(leaving, Farewell) else "") or "Order placed"
        drawn += [block("start", "event_trigger", event=first["event"]), block("day", "wait", amount=1, unit="days")]
        links.append(link("start", "day"))
        around = {"exits": [{"event": cause}]}
    elif not issubclass(model, Trigger):
        before = [block("start", "event_trigger", event=first["event"]), *BEFORE.get(example.kind, ())]
        drawn += before
        links += [link(a["id"], b["id"]) for a, b in pairwise([*before, example.block])]
    return {"blocks": drawn, "links": links, **around}


def _let(stage: Stage, line: str) -> str:
    """Let something happen, or time pass."""
    if line.startswith("after "):
        spans = _SPAN.findall(line)
        if not spans:
            raise NotReadable(f"No length of time: {line!r}. Write: after 1 hour 30 minutes")
        stage.after(minutes=sum(int(count) * _MINUTES[unit] for count, unit in spans))
    elif line.startswith("on "):
        try:
            wall = datetime.strptime(line, "on %Y-%m-%d %H:%M")
        except ValueError:
            raise NotReadable(f"No time: {line!r}. Write: on 2026-11-23 08:00") from None
        until = micros(local_to_utc(wall, zone_of(ZONE)))
        stage.after(seconds=(until - stage.clock.now()) / 1_000_000)
    elif line.startswith("shelf: "):
        told = _json(line.removeprefix("shelf: "), line)
        shop.take_in(stage.house, stage.shop, [Told(str(told.pop("id")), told, stage.clock.now())])
        stage.work()
    elif (found := _HAPPENS.fullmatch(line)) is not None:
        fields, properties = (_json(found[name], line) for name in ("fields", "properties"))
        stage.happens(found["event"], _address(found["who"]), fields=fields, **properties)
    else:
        raise NotReadable(f"{line!r} is no line of an example: see docs/blocks/README.md")
    return line


_MINUTES = {"minute": 1, "hour": 60, "day": 1440, "week": 10_080}


def _json(text: str | None, line: str) -> dict[str, Any]:
    try:
        return dict(json.loads(text or "{}"))
    except ValueError:
        raise NotReadable(f"What stands in braces is no JSON: {line!r}") from None


def _address(name: str) -> str:
    return f"{name.lower()}@example.com"


def _outcome(stage: Stage, example: Example, line: str) -> str:
    """What really came of it, said as the line says it if that is true."""
    found = _OUTCOME.fullmatch(line)
    if found is None:
        raise NotReadable(f"{line!r} is no outcome: see docs/blocks/README.md")
    name, what, rest = found["who"], found["what"], found["rest"].strip()
    match what:
        case "has" if rest == "a message":
            count = len(_rows(stage, message, name, message.c.block == example.id))
            return f"=> {name} has {'a message' if count == 1 else f'{count} messages'}"
        case "has":
            contact = stage.contact(_address(name))
            there = {**contact.fields, "tags": contact.tags, "email": contact.email}
            return f"=> {name} has {json.dumps({key: there.get(key) for key in _json(rest, line)}, ensure_ascii=False)}"
        case "did":
            names = {row.name for row in _rows(stage, event, name)}
            return line if rest in names else f"=> {name} did {', '.join(sorted(names))}"
        case "says no to":
            answers = _rows(stage, consent, name, consent.c.channel == rest)
            return line if answers and answers[-1].answer == "no" else f"=> {name} says nothing about {rest}"
    return _way(stage, example, name, line)


def _way(stage: Stage, example: Example, name: str, line: str) -> str:
    """Where somebody is: how they last came through the block."""
    rows = _rows(stage, run, name)
    with stage.house.ledger.read(stage.shop) as tx:
        query = select(step).where(step.c.run.in_([row.id for row in rows]), step.c.block == example.id)
        steps = tx.all(query.order_by(step.c.run, step.c.hop))
    if not steps:
        return f"=> {name} does not enter"
    last = steps[-1]
    state = next(row.state for row in rows if row.id == last.run)
    said = f"goes {last.outlet}" if last.outlet else "waits" if state == "open" else "stops here"
    if last.outlet and re.search(rf"goes [\w\- ]*\b{re.escape(last.outlet)}\b", line) and " or " in line:
        said = line.removeprefix(f"=> {name} ").partition(":")[0]
    why = words("en").text(reason_phrase(last.code, last.args, example.kind)) if last.code and ":" in line else ""
    return f"=> {name} {said}" + (f": {why}" if why else "")


def _rows(stage: Stage, table: Any, name: str, *also: Any) -> list[Any]:
    try:
        contact = stage.contact(_address(name)).id
    except TypeError:  # nobody of this name yet
        return []
    with stage.house.ledger.read(stage.shop) as tx:
        return list(tx.all(select(table).where(table.c.contact == contact, *also).order_by(table.c.id)))
