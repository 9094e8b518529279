"""Small things to remember under a name: a workspace's settings, and with workspace 0 those of the installation."""

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from runtime.ledger import Tx
from runtime.ledger.prepared import Prepared
from runtime.ledger.tables import setting

# Asked for with every batch of messages; to make a statement takes five times as long as to run it.
_GET = Prepared(
    select(setting.c.value).where(setting.c.workspace == bindparam("workspace"), setting.c.name == bindparam("name"))
)


def get(tx: Tx, name: str) -> bytes | None:
    """What is remembered under `name` in the transaction's workspace, or None."""
    kept = tx.scalar(_GET, {"workspace": tx.workspace, "name": name})
    return None if kept is None else bytes(kept)


def put(tx: Tx, name: str, value: bytes, now: int) -> None:
    """Remember `value` under `name` in place of what was there."""
    insert = sqlite.insert(setting) if tx.dialect == "sqlite" else postgresql.insert(setting)
    new = insert.excluded
    tx.execute(
        insert.values(workspace=tx.workspace, name=name, value=value, changed_at=now).on_conflict_do_update(
            index_elements=["workspace", "name"], set_={"value": new.value, "changed_at": new.changed_at}
        )
    )


def forget(tx: Tx, name: str) -> None:
    """Remember nothing under `name`."""
    tx.execute(setting.delete().where(tx.mine(setting), setting.c.name == name))
