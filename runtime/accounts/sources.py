"""Sources: shops whose notices come to /in/<kind>/<slug>. There is none without a secret that proves who sent them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from blocks.phrase import say
from runtime.accounts import tokens
from runtime.accounts.refused import Refused
from runtime.desk.slugs import is_slug, slug_for
from runtime.house import House
from runtime.ledger import Tx
from runtime.ledger.tables import source

SHOPIFY = "shopify"
_NAME_LIMIT = 100
_SECRET = range(16, 201)
_USED_GRAIN = 60_000_000


@dataclass(frozen=True, slots=True)
class Source:
    """A shop as it can be shown, without its secret. Instants are UTC microseconds."""

    id: int
    workspace: int
    kind: str
    slug: str
    name: str
    created_at: int
    used_at: int | None
    revoked_at: int | None

    @property
    def path(self) -> str:
        """Where its notices go, below this installation's address."""
        return f"/in/{self.kind}/{self.slug}"


def create(
    house: House, workspace: int, name: str, secret: str | None = None, kind: str = SHOPIFY
) -> tuple[Source, str]:
    """A new source and its secret: the one that the shop shows, or a new one for shops that let you type it.

    Raises Refused.
    """
    name = name.strip()
    if not name or len(name) > _NAME_LIMIT or not name.isprintable():
        raise Refused(say("Type a name, in at most {n} characters.", n=_NAME_LIMIT), "name")
    secret = tokens.new() if secret is None else secret.strip()
    if len(secret) not in _SECRET or not secret.isascii() or not secret.isprintable():
        raise Refused(say("Paste the whole secret that the shop shows."), "secret")
    now = house.clock.now()
    with house.ledger.write(workspace) as tx:
        (id_,) = tx.reserve(1)
        # Unique in the whole installation: the address of a notice names no workspace.
        slug = slug_for(name, kind, set(tx.connection.scalars(select(source.c.slug))))
        row = {"id": id_, "kind": kind, "slug": slug, "name": name, "created_at": now}
        tx.insert(source, [{**row, "secret": house.vault.encrypt(secret)}])
    return Source(id_, workspace, kind, slug, name, now, None, None), secret


def everything(house: House, workspace: int) -> list[Source]:
    """The workspace's sources, the newest first, revoked ones too."""
    with house.ledger.read(workspace) as tx:
        return [_source(row) for row in tx.all(source.select().where(tx.mine(source)).order_by(source.c.id.desc()))]


def find(house: House, kind: str, slug: str) -> tuple[Source, str] | None:
    """A source in use and its secret, in any workspace. Raises CannotDecrypt."""
    if not is_slug(slug):
        return None
    query = source.select().where(source.c.slug == slug, source.c.kind == kind, source.c.revoked_at.is_(None))
    with house.ledger.read() as tx:
        row = tx.first(query)
    return None if row is None else (_source(row), house.vault.decrypt(bytes(row.secret)))


def revoke(house: House, workspace: int, id_: int) -> bool:
    """End a source. Its notices are refused within 5 seconds. False if there was no such source in use."""
    in_use = source.update().where(source.c.workspace == workspace, source.c.id == id_, source.c.revoked_at.is_(None))
    with house.ledger.write(workspace) as tx:
        return tx.execute(in_use.values(revoked_at=house.clock.now())).rowcount > 0


def used(tx: Tx, found: Source, now: int) -> None:
    """Note that a source was used."""
    if found.used_at is None or found.used_at < now - _USED_GRAIN:
        tx.execute(source.update().where(source.c.id == found.id).values(used_at=now))


def _source(row: Row[Any]) -> Source:
    return Source(row.id, row.workspace, row.kind, row.slug, row.name, row.created_at, row.used_at, row.revoked_at)
