"""Secrets for other apps: values of headers that flows send, and what a shop's calls are signed with.

A flow names such a value and does not hold it, so that no export, draft or version shows it.
"""

import secrets
from collections.abc import Collection

from sqlalchemy import select

from runtime.accounts import stored
from runtime.house import House
from runtime.ledger import Tx
from runtime.ledger.tables import setting
from runtime.vault import CannotDecrypt, Vault

_PREFIX = "header secret "
_SIGNING = "calls are signed with key"
_NEWEST = "newest key of calls"


def keep(house: House, workspace: int, host: str, value: str) -> str:
    """Keep a value for an app at `host`, encrypted. The name under which a flow finds it.

    It goes to that host only: whoever may change a flow's address must not thereby learn the value.
    """
    name = secrets.token_hex(8)
    with house.ledger.write(workspace) as tx:
        stored.put(tx, _PREFIX + name, house.vault.encrypt(f"{host}\n{value}"), house.clock.now())
    return name


def read(tx: Tx, vault: Vault, names: Collection[str]) -> dict[str, tuple[str, str] | None]:
    """The host and the value of each of these names; None for one that cannot be read any more."""
    keys = {_PREFIX + name: name for name in names}
    found: dict[str, tuple[str, str] | None] = dict.fromkeys(names)
    for row in tx.all(select(setting.c.name, setting.c.value).where(tx.mine(setting), setting.c.name.in_(keys))):
        try:
            host, _, value = vault.decrypt(bytes(row.value)).partition("\n")
        except CannotDecrypt:
            continue
        found[keys[row.name]] = (host, value)
    return found


def hosts(tx: Tx, vault: Vault) -> dict[str, str]:
    """The name of each value that can be read, and the host that it goes to."""
    kept = tx.all(select(setting.c.name).where(tx.mine(setting), setting.c.name.startswith(_PREFIX, autoescape=True)))
    found = read(tx, vault, [row.name.removeprefix(_PREFIX) for row in kept])
    return {name: one[0] for name, one in found.items() if one is not None}


def signing(tx: Tx, vault: Vault) -> str:
    """What a shop's calls are signed with; whoever has it can tell them from others'."""
    nth = _nth(tx)
    return vault.derived(f"calls of {tx.workspace}" + (f", key {nth}" if nth else ""))


def renew(house: House, workspace: int) -> int:
    """Sign with a new key from the next call on. The number of the one before, for `sign_with`."""
    with house.ledger.write(workspace) as tx:
        before = _nth(tx)
        # Never one that there was already, even where somebody went back to it.
        newest = max(before, int(stored.get(tx, _NEWEST) or 0)) + 1
        for name in (_SIGNING, _NEWEST):
            stored.put(tx, name, str(newest).encode(), house.clock.now())
    return before


def sign_with(house: House, workspace: int, nth: int) -> None:
    """Sign with an earlier key again."""
    with house.ledger.write(workspace) as tx:
        stored.put(tx, _SIGNING, str(nth).encode(), house.clock.now())


def _nth(tx: Tx) -> int:
    return int(stored.get(tx, _SIGNING) or 0)
