"""What is live of a flow: the version that new runs take, and who is inside."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from runtime.engine.leaving.endings import FINISHED
from runtime.house import House
from runtime.ledger.tables import flow, run, version, version_mail


@dataclass(frozen=True, slots=True)
class Live:
    """A flow that was published. Instants are UTC microseconds."""

    state: str
    """live, paused, finishing or archived."""
    since_at: int
    number: int
    published_at: int
    published_by: str
    document: Mapping[str, Any]
    emails: Mapping[str, Any]
    """The document of each e-mail as it was published, by the id of the block that sends it."""
    brand: Mapping[str, Any]
    """The brand kit they are written with; {} where there is no e-mail."""
    inside: int
    """Runs that are open now, on whatever version."""
    finished: bool
    """It was archived by itself, when the last one was out."""


def what_is_live(house: House, workspace: int, slug: str) -> Live | None:
    """None if it was never published."""
    with house.ledger.read(workspace) as tx:
        rows = tx.all(
            select(
                flow.c.id,
                flow.c.state,
                flow.c.since_at,
                flow.c.code,
                flow.c.version,
                version.c.number,
                version.c.published_at,
                version.c.published_by,
                version.c.document,
            )
            .join(version, version.c.id == flow.c.version)
            .where(tx.mine(flow), flow.c.slug == slug)
        )
        if not rows:
            return None
        row = rows[0]
        mails = tx.all(
            select(version_mail.c.block, version_mail.c.document).where(
                tx.mine(version_mail), version_mail.c.version == row.version
            )
        )
        inside = select(func.count()).where(run.c.flow == row.id, run.c.state == "open")
        return Live(
            state=row.state,
            since_at=row.since_at,
            number=row.number,
            published_at=row.published_at,
            published_by=row.published_by,
            document=row.document,
            emails={mail.block: mail.document["email"] for mail in mails},
            brand=next((mail.document.get("brand", {}) for mail in mails), {}),
            inside=int(tx.scalar(inside) or 0),
            finished=row.code == FINISHED,
        )
