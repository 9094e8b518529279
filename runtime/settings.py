"""Settings of one installation: command-line options, else the environment (`CARTWHEEL_…`), else the default.

What belongs to a workspace (its zone, its mail server typed into the settings page, its sender) is in the ledger instead.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from runtime import setting_checks as check

PREFIX = "CARTWHEEL_"


class BadSetting(Exception):
    """A setting has a value that cannot work; the message names it and says what to do."""


def _if_any(check: Callable[[str], str]) -> AfterValidator:
    """The check of a setting that may as well be empty."""
    return AfterValidator(lambda text: check(text) if text else text)


class Settings(BaseModel):
    """Everything that can be set from outside. `docs/settings.md` lists the same, held to it by a test."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Annotated[Path, Field(description="Folder for everything that is kept.")] = Path("data")
    database_url: Annotated[
        str,
        _if_any(check.database),
        Field(description="Where the ledger is: empty for a SQLite file in the data folder, or postgresql://…"),
    ] = ""
    queue_url: Annotated[
        str,
        _if_any(check.queue),
        Field(
            description="Where the doorbell is: empty for the database's own kind (SQLite or PostgreSQL), or redis://…"
        ),
    ] = ""
    smtp_url: Annotated[
        str,
        _if_any(check.mail),
        Field(
            description="Mail server: smtp://user:password@host:587 (STARTTLS when offered), smtp+starttls://… (required), "
            "smtps://… (TLS from the start). Empty: the local outbox, unless the settings page names a server."
        ),
    ] = ""
    base_url: Annotated[
        str,
        _if_any(check.web),
        Field(description="Public address of this installation, as customers reach it: https://mail.shop.example"),
    ] = ""
    secret_key: Annotated[
        str, Field(description="Key that signs links and encrypts secrets. Empty: made once, kept in DATA/secret.key.")
    ] = ""
    host: Annotated[str, Field(description="Address to listen on.")] = "127.0.0.1"
    port: Annotated[int, BeforeValidator(check.port), Field(description="Port to listen on; 0 chooses a free one.")] = (
        8080
    )
    proxies: Annotated[
        str,
        _if_any(check.proxies),
        Field(description="Addresses of proxies in front whose X-Forwarded-For is believed, with commas between."),
    ] = ""

    outside_allow: Annotated[
        str,
        _if_any(check.outside),
        Field(
            description="What flows may call although it lies inside this network: names, addresses, networks, with commas "
            "between. Empty: nothing."
        ),
    ] = ""

    @field_validator("data")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @property
    def database(self) -> str:
        """The ledger's URL."""
        return self.database_url or f"sqlite:///{self.data / 'cartwheel.db'}"

    @property
    def own_url(self) -> str:
        """Where this installation is reached: the public address, else the address it listens on."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - compared, not bound
        return self.base_url or f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

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
        name = str(error["loc"][0])
        typed = f"--{name}" if options.get(name) is not None else PREFIX + name.upper()
        said = str(error.get("ctx", {}).get("error", error["msg"])).rstrip(".")
        raise BadSetting(f"{typed} is {_shown(error['input'])}: {said}. Change it and start again.") from None


def _shown(value: object) -> str:
    """What was typed, without the password that may stand before an @."""
    if not isinstance(value, str) or "@" not in value:
        return repr(value)
    return repr(f"…{value[value.rindex('@') :]}")
