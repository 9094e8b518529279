"""Whether what was typed for a setting can work: found at the start, in one sentence, and not hours later by a message
that does not go out. Each takes the text and gives it back, or raises ValueError with what it should be."""

from ipaddress import ip_network
from urllib.parse import urlsplit

from runtime.outside import Allowed, host_of

PORT = "the port must be a number up to 65535"


def port(value: object) -> object:
    """A port's number."""
    text = str(value).strip()
    if not (text.isdecimal() and len(text) < 6 and int(text) < 65536):
        raise ValueError(PORT)
    return text


def database(url: str) -> str:
    """A database's URL."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    if not url.startswith(("postgresql://", "postgresql+psycopg://", "sqlite:///")):
        raise ValueError("it must begin with postgresql://, or be empty for a SQLite file in the data folder")
    try:
        number = make_url(url).port
    except (ArgumentError, ValueError):
        raise ValueError("it cannot be read; it must look like postgresql://user:password@host:5432/name") from None
    if number is not None:
        port(number)
    return url


def queue(url: str) -> str:
    """The URL of what the doorbell rings with."""
    if url.startswith("postgresql"):
        return database(url)
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("it must begin with redis:// or postgresql://, or be empty for the database’s own kind")
    try:
        _ = urlsplit(url).port
    except ValueError:
        raise ValueError(PORT) from None
    return url


def mail(url: str) -> str:
    """A mail server's URL."""
    from runtime.mail_server import read_address

    read_address(url)
    return url


def web(url: str) -> str:
    """A web address, to which paths are added."""
    try:
        host_of(url)
        if urlsplit(url).query or urlsplit(url).fragment:
            raise ValueError("a path cannot follow these")
    except ValueError:
        raise ValueError("it must be a web address, like https://mail.shop.example") from None
    return url.rstrip("/")


def proxies(text: str) -> str:
    """Addresses and networks, or * for everywhere."""
    for word in filter(None, (part.strip() for part in text.split(","))):
        try:
            _ = word == "*" or ip_network(word)
        except ValueError as wrong:
            raise ValueError(f"{word!r} is no address or network ({wrong})") from None
    return text


def outside(text: str) -> str:
    """Names, addresses and networks."""
    Allowed.of(text)
    return text
