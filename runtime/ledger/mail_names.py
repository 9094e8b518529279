"""What the e-mails are called that blocks send: the name of a message that has no subject yet."""

from collections.abc import Iterable, Mapping

from sqlalchemy import JSON, Select, select, tuple_, type_coerce

from runtime.ledger.database import Tx
from runtime.ledger.tables import version_mail

Sender = tuple[int, str]
"""(version, block)"""


def mail_names(tx: Tx, senders: Iterable[tuple[int | None, str]]) -> Mapping[Sender, str]:
    """By who sends them, for a whole page in one statement."""
    wanted = sorted({(version, block) for version, block in senders if version is not None})
    if not wanted:
        return {}
    query = select(version_mail.c.version, version_mail.c.block, version_mail.c.document).where(
        tx.mine(version_mail), tuple_(version_mail.c.version, version_mail.c.block).in_(wanted)
    )
    named = {(row.version, row.block): str(row.document.get("email", {}).get("name") or "") for row in tx.all(query)}
    return {sender: name for sender, name in named.items() if name}


def named_like(tx: Tx, part: str) -> Select[tuple[int, str]]:
    """Those who send an e-mail in whose name this occurs, in any case, as a query for (version, block)."""
    name = type_coerce(version_mail.c.document, JSON)[("email", "name")].as_string()
    return select(version_mail.c.version, version_mail.c.block).where(
        tx.mine(version_mail), name.icontains(part, autoescape=True)
    )
