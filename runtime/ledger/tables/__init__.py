"""Every table of the ledger.

Instants are UTC microseconds since 1970 (`*_at`). Every row belongs to a workspace. States are small words, and the
partial indexes name them, so that what is finished costs nothing. Ids come from `ids.reserve`: one number line for all
tables, taken in blocks, so that a batch knows its ids before it is written.
"""

from runtime.ledger.tables.columns import Int, Json, metadata
from runtime.ledger.tables.happened import EVENT_ROW, event, overheard, seen
from runtime.ledger.tables.house import (
    counter,
    key,
    media,
    pulse,
    session,
    setting,
    sign_in_link,
    source,
    user,
    workspace,
)
from runtime.ledger.tables.outgoing import attempt, body, engagement, message, reply, resumption
from runtime.ledger.tables.published import flow, version, version_mail
from runtime.ledger.tables.runs import appointment, beginning, coupon, move, occasion, run, schedule, step, tally
from runtime.ledger.tables.segments import member, review, segment
from runtime.ledger.tables.shop import interest, interest_kept, offer, product, product_change
from runtime.ledger.tables.who import consent, contact, erased, erasure, identity, suppression

__all__ = [
    "EVENT_ROW",
    "Int",
    "Json",
    "appointment",
    "attempt",
    "beginning",
    "body",
    "consent",
    "contact",
    "counter",
    "coupon",
    "engagement",
    "erased",
    "erasure",
    "event",
    "flow",
    "identity",
    "interest",
    "interest_kept",
    "key",
    "media",
    "member",
    "message",
    "metadata",
    "move",
    "occasion",
    "offer",
    "overheard",
    "product",
    "product_change",
    "pulse",
    "reply",
    "resumption",
    "review",
    "run",
    "schedule",
    "seen",
    "segment",
    "session",
    "setting",
    "sign_in_link",
    "source",
    "step",
    "suppression",
    "tally",
    "user",
    "version",
    "version_mail",
    "workspace",
]
