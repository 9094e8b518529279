"""What a workspace has set: who its e-mails come from, which server carries them, and how often it writes to whom.

Secrets are kept encrypted beside the rest and never come back with it.
"""

from typing import Annotated, Any, Literal, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, field_validator

from blocks.limits import Limits
from runtime.accounts import stored
from runtime.house import House
from runtime.ledger import Tx
from runtime.people.addresses import email_of
from runtime.vault import Vault

Security = Literal["starttls", "tls", "none"]
"""TLS by STARTTLS or not at all; TLS from the first byte on; no TLS, for a server on the same machine."""


class _Preference(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _one_line(value: str) -> str:
    if not value.isprintable():
        raise ValueError("Line breaks are not possible here.")
    return value


def _address(value: str) -> str:
    if value and email_of(value) is None:
        raise ValueError("Type an e-mail address, like hello@example.com.")
    return value


class Sender(_Preference):
    """Who writes, where an e-mail does not say it itself. Empty fields are not set yet."""

    name: Annotated[str, Field(max_length=100, title="Name")] = ""
    address: Annotated[str, Field(max_length=254, title="E-mail address")] = ""
    reply_to: Annotated[str, Field(max_length=254, title="Replies go to")] = ""

    _name = field_validator("name")(_one_line)
    _addresses = field_validator("address", "reply_to")(_address)


class MailServer(_Preference):
    """The SMTP server; without a host, mail stays in the local outbox. The password is not part of it."""

    host: Annotated[str, Field(max_length=253, title="Server")] = ""
    port: Annotated[int, Field(ge=1, le=65_535, title="Port")] = 587
    security: Annotated[Security, Field(title="Security")] = "starttls"
    user: Annotated[str, Field(max_length=254, title="User name")] = ""

    _user = field_validator("user")(_one_line)

    @field_validator("host")
    @classmethod
    def _host(cls, value: str) -> str:
        if value and not all(character.isalnum() or character in ".-:" for character in value):
            raise ValueError("Type only the name of the server, like smtp.example.com.")
        return value.lower()


P = TypeVar("P", Sender, MailServer, Limits)
_PASSWORD = "mail server password"  # noqa: S105 - the name under which it is kept


def sender(tx: Tx) -> Sender:
    """Who writes, in the transaction's workspace."""
    return _read(tx, Sender)


def mail_server(tx: Tx) -> MailServer:
    """The workspace's mail server."""
    return _read(tx, MailServer)


def limits(tx: Tx) -> Limits:
    """How often marketing goes to one contact, and when."""
    return _read(tx, Limits)


def has_password(tx: Tx) -> bool:
    """Whether a password for the mail server is kept: all that a screen may know of it."""
    return stored.get(tx, _PASSWORD) is not None


def mail_password(tx: Tx, vault: Vault) -> str:
    """The mail server's password, "" if none is kept. Raises CannotDecrypt."""
    kept = stored.get(tx, _PASSWORD)
    return "" if kept is None else vault.decrypt(kept)


def save_sender(house: House, workspace: int, wanted: Sender) -> None:
    """Keep who writes."""
    with house.ledger.write(workspace) as tx:
        _write(tx, wanted, house.clock.now())


def save_mail_server(house: House, workspace: int, wanted: MailServer, password: str | None = None) -> None:
    """Keep the mail server. `password` None keeps the one there is, "" forgets it.

    Another host forgets it too: whoever may change the server must not thereby learn the password.
    """
    now = house.clock.now()
    with house.ledger.write(workspace) as tx:
        if password == "" or (password is None and mail_server(tx).host != wanted.host):
            stored.forget(tx, _PASSWORD)
        elif password is not None:
            stored.put(tx, _PASSWORD, house.vault.encrypt(password), now)
        _write(tx, wanted, now)


def save_limits(tx: Tx, wanted: Limits, now: int) -> None:
    """Keep how often, and when. `runtime.delivery.set_limits` does so and lets what waits be asked again."""
    _write(tx, wanted, now)


def _read(tx: Tx, kind: type[P]) -> P:
    kept = stored.get(tx, _NAMES[kind])
    return kind() if kept is None else kind.model_validate(orjson.loads(kept))


def _write(tx: Tx, preference: BaseModel, now: int) -> None:
    stored.put(tx, _NAMES[type(preference)], orjson.dumps(preference.model_dump(mode="json")), now)


_NAMES: dict[type[Any], str] = {Sender: "sender", MailServer: "mail server", Limits: "limits"}
