"""Settings of one installation: command-line options, else the environment (`CARTWHEEL_…`), else the default.

What belongs to a workspace (its zone, its mail server typed into the settings page, its sender) is in the ledger instead.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from runtime.outside import Allowed

PREFIX = "CARTWHEEL_"


class BadSetting(Exception):
    """A setting has a value that cannot work; the message names it and says what to do."""


class Settings(BaseModel):
    """Everything that can be set from outside. `docs/settings.md` lists the same, held to it by a test."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Annotated[Path, Field(description="Folder for everything that is kept.")] = Path("data")
    database_url: Annotated[
        str, Field(description="Where the ledger is: empty for a SQLite file in the data folder, or postgresql://…")
    ] = ""
    queue_url: Annotated[
        str,
        Field(
            description="Where the doorbell is: empty for the database's own kind (SQLite or PostgreSQL), or redis://…"
        ),
    ] = ""
    smtp_url: Annotated[
        str,
        Field(
            description="Mail server: smtp://user:password@host:587 (STARTTLS when offered), smtp+starttls://… (required), "
            "smtps://… (TLS from the start). Empty: the local outbox, unless the settings page names a server."
        ),
    ] = ""
    base_url: Annotated[
        str, Field(description="Public address of this installation, as customers reach it: https://mail.shop.example")
    ] = ""
    secret_key: Annotated[
        str, Field(description="Key that signs links and encrypts secrets. Empty: made once, kept in DATA/secret.key.")
    ] = ""
    host: Annotated[str, Field(description="Address to listen on.")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="Port to listen on; 0 chooses a free one.")] = 8080
    proxies: Annotated[
        str, Field(description="Addresses of proxies in front whose X-Forwarded-For is believed, with commas between.")
    ] = ""

    outside_allow: Annotated[
        str,
        Field(
            description="What flows may call although it lies inside this network: names, addresses, networks, with commas "
            "between. Empty: nothing."
        ),
    ] = ""

    @field_validator("outside_allow")
    @classmethod
    def _readable(cls, value: str) -> str:
        Allowed.of(value)
        return value

    @field_validator("data")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("base_url")
    @classmethod
    def _plain(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must begin with https:// or http://")
        return value.rstrip("/")

    @property
    def database(self) -> str:
        """The ledger's URL."""
        return self.database_url or f"sqlite:///{self.data / 'cartwheel.db'}"

    @property
    def own_url(self) -> str:
        """Where this installation is reached: the public address, else the address it listens on."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - compared, not bound
        return self.base_url or f"http://{host}:{self.port}"

    def environment(self) -> dict[str, str]:
        """These settings as environment variables, for a child process."""
        return {PREFIX + name.upper(): str(value) for name, value in self.model_dump().items() if value != ""}


def load_settings(environ: Mapping[str, str] = os.environ, **options: Any) -> Settings:
    """Options that are not None win over the environment. Raises BadSetting."""
    values = {
        name: environ[PREFIX + name.upper()] for name in Settings.model_fields if environ.get(PREFIX + name.upper())
    }
    values |= {name: value for name, value in options.items() if value is not None}
    try:
        return Settings.model_validate(values)
    except ValidationError as wrong:
        error = wrong.errors()[0]
        name = PREFIX + str(error["loc"][0]).upper()
        raise BadSetting(f"{name} is {error['input']!r}: {error['msg']}. Change it and start again.") from None
