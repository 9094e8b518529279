"""GET /health: whether everything that intake and the worker need is there. For monitors, so 200 or 503."""

import asyncio
import os
import shutil
from pathlib import Path
from typing import Any

from starlette.types import Receive, Scope, Send

from runtime import pulse
from runtime.clock import SECOND
from runtime.doorbell import Doorbell
from runtime.house import House
from runtime.intake.http import answer_json
from runtime.ledger.database import ping
from runtime.settings import Settings

LONGEST = 5
"""Seconds that looking may take; who is slower counts as not there."""
LEAST_SPACE = 200_000_000
"""Bytes that must be free on the disk of the data folder."""


class Health:
    """The address."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != "/health" or scope["method"] not in ("GET", "HEAD"):
            await answer_json(send, 404, {"error": "There is nothing here."})
            return
        try:
            found = await asyncio.wait_for(asyncio.to_thread(look, self._house), LONGEST)
        except TimeoutError:
            found = {"ok": False, "database": {"ok": False, "error": f"no answer within {LONGEST} seconds"}}
        await answer_json(send, 200 if found["ok"] else 503, found)


def look(house: House) -> dict[str, Any]:
    """What there is and what is missing. Held mail is told, but is no fault of this installation: no Message is lost."""
    database = _database(house)
    found = {
        "database": database,
        "queue": _queue(house.settings),
        "disk": _disk(house.settings.data),
        "worker": _worker(house) if database["ok"] else {"ok": False},
    }
    ok = all(part["ok"] for part in found.values())
    return {"ok": ok, **found, "mail": _mail(house) if database["ok"] else {}}


def _database(house: House) -> dict[str, Any]:
    try:
        ping(house.ledger)
    except Exception as error:  # noqa: BLE001 - whatever keeps it from answering is what is asked for
        # The driver's text may name hosts and users, which are nobody's business here.
        return {"ok": False, "error": type(error).__name__}
    return {"ok": True}


def _queue(settings: Settings) -> dict[str, Any]:
    if not os.access(settings.data, os.W_OK):
        return {"ok": False, "error": "the data folder cannot be written"}
    if not settings.queue_url:  # it is in the data folder, or in the database
        return {"ok": True}
    bell = Doorbell(settings)
    try:
        bell.waiting()
    except Exception:  # noqa: BLE001 - any driver's error means the same, and its text may name hosts
        return {"ok": False, "error": "it cannot be reached; nothing is lost, but all is a second or two late"}
    finally:
        bell.close()
    return {"ok": True}


def _disk(folder: Path) -> dict[str, Any]:
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return {"ok": False, "error": "the data folder is not there"}
    return {"ok": free >= LEAST_SPACE, "free_mb": free // 1_000_000}


def _worker(house: House) -> dict[str, Any]:
    last = pulse.heard(house, "worker")
    if last is None:
        return {"ok": False, "error": "it has never started"}
    silent = house.clock.now() - last.at
    return {"ok": silent < pulse.SILENT, "seconds_ago": round(silent / SECOND, 1)}


def _mail(house: House) -> dict[str, Any]:
    """Whether e-mails go out, and if not why: without what the mail server said, which is nobody's business here."""
    last = pulse.heard(house, "mail")
    if last is None:
        return {}
    return {name: last.state[name] for name in ("ok", "code", "since", "waiting") if name in last.state}
