"""A shop for benches: a house on a new SQLite file, with one flow that runs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runtime.clock import SystemClock
from runtime.house import House
from runtime.ledger import Ledger
from runtime.ledger.tables import flow, version, version_mail, workspace
from runtime.settings import Settings

WORKSPACE, FLOW, VERSION = 1, 2, 3


def open_shop(folder: Path, document: Mapping[str, Any], mails: tuple[str, ...] = ()) -> House:
    """The house; `mails` names the blocks of `document` that send something."""
    ledger = Ledger.open(f"sqlite:///{folder / 'cartwheel.db'}")
    home = {"slug": "main", "name": "Shop", "zone": "UTC", "language": "en", "currency": "EUR", "created_at": 0}
    live = {"slug": "flow", "name": str(document["name"]), "state": "live", "version": VERSION, "since_at": 0}
    published = {"number": 1, "document": document, "published_at": 0, "published_by": ""}
    mail = {"version": VERSION, "marketing": False, "document": {}, "compiled": {}}
    with ledger.write(WORKSPACE) as tx:
        tx.execute(workspace.insert(), {"id": WORKSPACE, **home})
        tx.insert(flow, [{"id": FLOW, **live}])
        tx.insert(version, [{"id": VERSION, "flow": FLOW, **published}])
        tx.insert(version_mail, [{"block": block, **mail} for block in mails])
        tx.reserve(100)
    return House(Settings(data=folder), ledger, None, None, SystemClock(), lambda: None)  # type: ignore[arg-type]
