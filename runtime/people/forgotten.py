"""Who is to be forgotten and who is, and the salted hashes that keep marketing from coming back to their addresses."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from runtime.accounts import stored
from runtime.ledger import Tx
from runtime.ledger.bulk import run_many
from runtime.ledger.tables import erased, erasure

_SALT = "salt of erased addresses"
_ASK = (
    "INSERT INTO erasure (id, workspace, contact, asked_at, asked_by) VALUES (:id, :workspace, :contact, :now, :by)"
    " ON CONFLICT (workspace, contact) DO NOTHING"
)
_REMEMBER = "INSERT INTO erased (workspace, digest, at) VALUES (:workspace, :digest, :now) ON CONFLICT DO NOTHING"
_OPEN = (
    select(erasure.c.contact)
    .where(erasure.c.workspace == bindparam("workspace"), erasure.c.done_at.is_(None))
    .order_by(erasure.c.id)
)
_KNOWN = select(erased.c.digest).where(
    erased.c.workspace == bindparam("workspace"), erased.c.digest.in_(bindparam("digests", expanding=True))
)


@dataclass(frozen=True, slots=True)
class Erasure:
    """That a contact was to be erased: when and by whom it was asked, and when it was done. UTC microseconds."""

    asked_at: int
    asked_by: str
    done_at: int | None


def ask(tx: Tx, contact: int, by: str, now: int) -> None:
    """Have a contact erased."""
    ask_many(tx, [(contact, by)], now)


def ask_many(tx: Tx, whom: Sequence[tuple[int, str]], now: int) -> None:
    """Have contacts erased: (contact, who says so). What was asked before is not asked again."""
    rows = [
        {"id": id_, "workspace": tx.workspace, "contact": contact, "now": now, "by": by}
        for id_, (contact, by) in zip(tx.reserve(len(whom)), whom, strict=True)
    ]
    run_many(tx, _ASK, rows)


def still_to_erase(tx: Tx) -> list[int]:
    """Contacts whose erasure is not finished, in the order in which it was asked."""
    return [row.contact for row in tx.all(_OPEN, {"workspace": tx.workspace})]


def of(tx: Tx, contact: int) -> Erasure | None:
    """What was asked about a contact; None if nobody asked."""
    row = tx.first(erasure.select().where(tx.mine(erasure), erasure.c.contact == contact))
    return None if row is None else Erasure(row.asked_at, row.asked_by, row.done_at)


def done(tx: Tx, contact: int, now: int) -> None:
    """Note that a contact is erased."""
    tx.execute(erasure.update().where(tx.mine(erasure), erasure.c.contact == contact).values(done_at=now))


# ---- addresses


def remember(tx: Tx, addresses: Collection[tuple[str, str]], now: int) -> None:
    """Keep a hash of each (channel, address), from which nobody reads the address."""
    salt = stored.get(tx, _SALT)
    if salt is None:
        salt = secrets.token_bytes(32)
        stored.put(tx, _SALT, salt, now)
    rows = [{"workspace": tx.workspace, "digest": _digest(salt, *one), "now": now} for one in sorted(addresses)]
    run_many(tx, _REMEMBER, rows)


def remembered(tx: Tx, channel: str, addresses: Collection[str]) -> set[str]:
    """Those of `addresses` whose owner was erased. One statement where nobody ever was."""
    salt = stored.get(tx, _SALT) if addresses else None
    if salt is None:
        return set()
    digests = {_digest(salt, channel, address): address for address in addresses}
    values: dict[str, Any] = {"workspace": tx.workspace, "digests": list(digests)}
    return {digests[bytes(row.digest)] for row in tx.all(_KNOWN, values)}


def release(tx: Tx, channel: str, address: str) -> bool:
    """Forget that the owner of an address was erased: they have come back of their own will. False if they were not."""
    salt = stored.get(tx, _SALT)
    if salt is None:
        return False
    mine = (tx.mine(erased), erased.c.digest == _digest(salt, channel, address))
    return tx.execute(erased.delete().where(*mine)).rowcount > 0


def _digest(salt: bytes, channel: str, address: str) -> bytes:
    return hashlib.blake2b(f"{channel}\n{address}".encode(), key=salt, digest_size=16).digest()
