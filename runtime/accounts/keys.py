"""Keys for programs. An "ingest" key can only send events, so a lost one reads nothing; an "api" key may do more."""

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row

from blocks.phrase import say
from runtime.accounts import tokens
from runtime.accounts.refused import Refused
from runtime.house import House
from runtime.ledger import Tx
from runtime.ledger.tables import key

Kind = Literal["ingest", "api"]
PREFIX = {"ingest": "cw_ing_", "api": "cw_api_"}
_HINT = 12
_NAME_LIMIT = 100
_USED_GRAIN = 60_000_000
"""`used_at` is right to the minute; it is not worth a write at every request."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it can be shown; `hint` is how its secret begins. Instants are UTC microseconds."""

    id: int
    workspace: int
    kind: str
    name: str
    hint: str
    created_at: int
    used_at: int | None
    revoked_at: int | None


def create(house: House, workspace: int, kind: Kind, name: str) -> tuple[Key, str]:
    """A new key and its secret, which is shown now and never again. Raises Refused."""
    name = name.strip()
    if not name or len(name) > _NAME_LIMIT or not name.isprintable():
        raise Refused(say("Type a name, in at most {n} characters.", n=_NAME_LIMIT), "name")
    secret, now = tokens.new(PREFIX[kind]), house.clock.now()
    with house.ledger.write(workspace) as tx:
        (id_,) = tx.reserve(1)
        row = {"id": id_, "kind": kind, "name": name, "hint": secret[:_HINT], "created_at": now}
        tx.insert(key, [{**row, "digest": tokens.digest(secret)}])
    return Key(id_, workspace, kind, name, secret[:_HINT], now, None, None), secret


def everything(house: House, workspace: int) -> list[Key]:
    """The workspace's keys, the newest first, revoked ones too."""
    with house.ledger.read(workspace) as tx:
        return [_key(row) for row in tx.all(key.select().where(tx.mine(key)).order_by(key.c.id.desc()))]


def find(house: House, secret: str) -> Key | None:
    """The key with this secret, in any workspace, unless it was revoked."""
    with house.ledger.read() as tx:
        row = tx.first(key.select().where(key.c.digest == tokens.digest(secret), key.c.revoked_at.is_(None)))
    return None if row is None else _key(row)


def revoke(house: House, workspace: int, id_: int) -> bool:
    """End a key. Requests with it are refused within 5 seconds. False if there was no such key in use."""
    in_use = key.update().where(key.c.workspace == workspace, key.c.id == id_, key.c.revoked_at.is_(None))
    with house.ledger.write(workspace) as tx:
        return tx.execute(in_use.values(revoked_at=house.clock.now())).rowcount > 0


def used(tx: Tx, found: Key, now: int) -> None:
    """Note that a key was used."""
    if found.used_at is None or found.used_at < now - _USED_GRAIN:
        tx.execute(key.update().where(key.c.id == found.id).values(used_at=now))


def _key(row: Row[Any]) -> Key:
    return Key(row.id, row.workspace, row.kind, row.name, row.hint, row.created_at, row.used_at, row.revoked_at)
