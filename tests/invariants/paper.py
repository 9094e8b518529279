"""The carrier of the town: it writes down each letter that goes out, and whether the ledger allows it at that moment."""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select

from runtime.delivery.carriers import Parcel
from runtime.delivery.carriers.local import Local
from runtime.ledger import Tx
from runtime.ledger.tables import consent, flow, message, run, step
from runtime.reasons import BY_EXIT

_DIGITS = re.compile(rb"^Message-ID: <([0-9a-z]+)\.", re.MULTILINE)


class Paper(Local):
    """The local outbox, which keeps what it carries in a file that outlives whoever is killed."""

    def __init__(self, file: Path, allowed: Callable[[int], dict[str, Any]]) -> None:
        self._file, self._allowed = file, allowed

    def go(self, parcels: Sequence[Parcel]) -> None:
        for parcel in parcels:
            found = _DIGITS.search(parcel.source)
            assert found is not None
            line = self._allowed(int(found[1], 36))
            with self._file.open("ab", buffering=0) as file:
                file.write(json.dumps(line).encode() + b"\n")
        super().go(parcels)


def allowed(tx: Tx, id_: int, before: int | None) -> dict[str, Any]:
    """What the ledger says of a message that goes out now. `before` is the last answer of a contact that was there before
    somebody was interrupted: who says no in the very moment in which a letter goes out gets it."""
    row = tx.first(
        select(
            message.c.marketing,
            message.c.contact,
            message.c.state,
            message.c.block,
            run.c.state.label("run_state"),
            flow.c.state.label("flow_state"),
            select(step.c.hop)
            .where(step.c.run == message.c.run, step.c.hop > message.c.hop, step.c.code.in_(BY_EXIT))
            .exists()
            .label("has_left"),
        )
        .join_from(message, run, run.c.id == message.c.run)
        .join(flow, flow.c.id == message.c.flow)
        .where(message.c.id == id_)
    )
    assert row is not None
    given = tx.all(consent.select().where(consent.c.contact == row.contact))
    yes = "yes" in (_standing(given, None), _standing(given, before))
    return {"id": id_, **row._asdict(), "yes": yes}


def _standing(given: Sequence[Any], up_to: int | None) -> str | None:
    last = max(
        (one for one in given if up_to is None or one.id <= up_to), key=lambda one: (one.at, one.id), default=None
    )
    return last.answer if last is not None else None
