"""The scratch house: an empty ledger, furnished with what a rehearsal or a backtest may look at and nothing else."""

import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Table, select

from blocks.flow import Flow
from runtime import delivery
from runtime.clock import DAY, SetClock
from runtime.house import House
from runtime.ledger import Ledger, Tx
from runtime.ledger.tables import counter, flow, segment, setting, version_mail, workspace
from runtime.vault import Vault

FIRST_ID = 1 << 52
"""Ids of what happens here begin here, above all that is copied: it comes after what happened before."""
MAILED = 367 * DAY
"""So far back messages count for caps that a contact got before: further than any of them looks back."""
_SERVER = "mail server"
"""Settings whose names begin with this stay behind: without them, mail goes into the local outbox."""


@contextmanager
def scratch_house(house: House, clock: SetClock, ledger: Ledger | None = None) -> Iterator[House]:
    """A house like this one, but with an empty ledger (in memory, unless one is given, which is closed at the end) and
    nobody who could carry mail away.

    Its key is another one too, so that no link in an e-mail of it does anything here.
    """
    ledger = ledger or Ledger.open("sqlite://")
    scratch = replace(
        house,
        settings=house.settings.model_copy(update={"smtp_url": "", "database_url": "sqlite://"}),
        ledger=ledger,
        vault=Vault(secrets.token_bytes(32)),
        clock=clock,
        ring=lambda: None,
        paper=True,
    )
    try:
        yield scratch
    finally:
        delivery.leave(scratch)
        ledger.close()


def furnish_shop(
    real: Tx, into: Tx, slug: str, document: Flow, start: int, first_id: int = FIRST_ID, number: int | None = None
) -> int:
    """Copy the shop, its settings and its segments, and make the row of the flow. Its number is the real one unless another
    is given."""
    into.execute(counter.update().values(next=first_id))
    copy(real, into, workspace, workspace.c.id == real.workspace)
    copy(real, into, setting, real.mine(setting), ~setting.c.name.startswith(_SERVER))
    # What is drawn by lot goes by the flow's number, so it has to be the real one.
    (here,) = into.reserve(1)
    known: int | None = number or real.scalar(select(flow.c.id).where(real.mine(flow), flow.c.slug == slug))
    row = {"id": known or here, "slug": slug, "name": document.name, "state": "live", "version": None}
    into.insert(flow, [{**row, "since_at": start}])
    _copy_segments(real, into)
    return known or here


def _copy_segments(real: Tx, into: Tx) -> None:
    """As lists: what else their rules look at stays behind, so that contacts stay in those they are in."""
    live = [row._asdict() for row in real.all(segment.select().where(real.mine(segment), segment.c.state == "live"))]
    into.insert(segment, [row | {"document": {**row["document"], "rule": None}, "planned": None} for row in live])


def copy_sends(real: Tx, into: Tx, emails: Collection[str]) -> None:
    """Copy which blocks of all versions send these e-mails (slugs), without what they look like."""
    if wanted := sorted(set(emails) - {""}):
        which = (real.mine(version_mail), version_mail.c.email.in_(wanted))
        rows = real.all(select(version_mail.c.version, version_mail.c.block, version_mail.c.email).where(*which))
        into.insert(
            version_mail, [{**row._asdict(), "marketing": True, "document": {}, "compiled": {}} for row in rows]
        )


def copy(real: Tx, into: Tx, table: Table, *where: ColumnElement[bool]) -> int:
    """Copy rows as they are; how many there were."""
    rows: list[dict[str, Any]] = [row._asdict() for row in real.all(table.select().where(*where))]
    into.insert(table, rows)
    return len(rows)
