"""The address of a mail server: smtp://user:password@host:587."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urlsplit

from blocks.phrase import Phrase, say

Safety = Literal["offered", "required", "from_start", "never"]
_SCHEMES: dict[str, Safety] = {"smtp": "offered", "smtp+starttls": "required", "smtps": "from_start"}


class BadAddress(ValueError):
    """The address of a mail server that cannot be read. `phrase` says what is wrong."""

    def __init__(self, phrase: Phrase) -> None:
        super().__init__(phrase.msgid)
        self.phrase = phrase


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where a mail server is and how to log in there.

    `safety`: TLS by STARTTLS when it is offered, by STARTTLS or no mail, from the first byte on, or never.
    """

    host: str
    port: int
    safety: Safety
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"<mail server {self.host}:{self.port}>"


def read_address(url: str) -> ServerAddress:
    """The parts of a URL; the port is 465 for smtps, 25 for smtp without a user name, else 587. Raises BadAddress."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise BadAddress(say("the port must be a number up to 65535")) from None
    safety = _SCHEMES.get(parts.scheme)
    if safety is None:
        raise BadAddress(say("it must begin with smtp://, smtp+starttls:// or smtps://"))
    if not parts.hostname:
        raise BadAddress(say("the name of the server is missing"))
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if port is None:
        port = 465 if safety == "from_start" else 25 if safety == "offered" and not user else 587
    return ServerAddress(parts.hostname, port, safety, user, password)
