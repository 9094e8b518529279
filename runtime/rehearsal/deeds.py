"""Somebody who opens an e-mail or follows a link of it, in a rehearsal: said in the script like an event."""

from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import and_, select

from runtime.engagement.recording import CLICKED, OPENED, Mails, Noticed, about, record
from runtime.ledger import Tx
from runtime.ledger.tables import message, version_mail

DEEDS: Mapping[str, Literal["open", "click"]] = {OPENED: "open", CLICKED: "click"}


def reads(tx: Tx, contact: int, name: str, properties: Mapping[str, Any], now: int) -> bool:
    """Let the contact open, or click in, the latest message that went out to them: of the e-mail with the slug `email`, if the
    properties name one. False if there is none; then it is an event like any other."""
    query = (
        select(message.c.id)
        .join(
            version_mail,
            and_(version_mail.c.version == message.c.version, version_mail.c.block == message.c.block),
        )
        .where(
            tx.mine(message),
            message.c.contact == contact,
            message.c.channel == "email",
            message.c.state.in_(("sent", "uncertain")),
        )
    )
    if email := properties.get("email"):
        query = query.where(version_mail.c.email == str(email))
    found = tx.scalar(query.order_by(message.c.id.desc()).limit(1))
    if found is None:
        return False
    target = str(properties.get("link") or "") if name == CLICKED else ""
    noticed = Noticed(found, DEEDS[name], now, target=target)
    return record(tx, [noticed], about(tx, [found], Mails()), now) > 0
