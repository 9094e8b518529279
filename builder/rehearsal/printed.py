"""A rehearsal on the command line: as rows of a table, or as JSON."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from runtime.rehearsal import Entry, Rehearsal
from runtime.words import Words

COLUMNS = {"at": "When", "block": "Block", "text": "What", "why": "Why"}


def as_rows(result: Rehearsal, w: Words) -> list[dict[str, str]]:
    """An entry a row, with its time by the clocks of the rehearsal."""
    rows = [_entry(entry, result.zone, w) for entry in result.entries]
    return [{**row, "at": str(row["at"])[:16].replace("T", " ")} for row in rows]


def as_json(result: Rehearsal, w: Words) -> dict[str, Any]:
    """All of it. Times carry the offset of `zone`, the flow's or the contact's; `html` is each message as it would arrive."""
    return {
        "flow": result.flow,
        "contact": result.contact,
        "zone": result.zone,
        "start": _time(result.start, result.zone),
        "until": _time(result.until, result.zone),
        "entries": [_entry(entry, result.zone, w) for entry in result.entries],
        "way": [
            {"at": _time(passed.at, result.zone), "block": passed.block, "outlet": passed.outlet}
            for passed in result.way
        ],
        "inside": result.inside,
        "cut": result.cut,
    }


def ending(result: Rehearsal, w: Words) -> str:
    """How it stands when the time is over, in a sentence; "" if it came to an end before."""
    if result.cut:
        return w("So much happened that the rest is left out.")
    if result.inside:
        return w("Still in the Flow on {day}.", day=w.date(result.until, result.zone, "medium"))
    return ""


def _entry(entry: Entry, zone: str, w: Words) -> dict[str, Any]:
    told: dict[str, Any] = {
        "at": _time(entry.at, zone),
        "kind": entry.kind,
        "block": entry.block,
        "outlet": entry.outlet,
        "state": entry.state,
        "code": entry.code,
        "text": w.text(entry.what),
        "why": w.text(entry.why) if entry.why is not None else "",
    }
    if (letter := entry.letter) is not None:
        told["message"] = {"to": letter.to, "subject": letter.subject, "text": letter.text, "html": letter.html}
    return told


def _time(us: int, zone: str) -> str:
    at = datetime.fromtimestamp(us / 1_000_000, UTC).astimezone(ZoneInfo(zone))
    return at.isoformat(timespec="seconds")
