"""The little of HTTP that intake needs, straight on ASGI: a framework would cost more than the work itself."""

from collections.abc import Mapping
from ipaddress import IPv6Address, IPv6Network
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

MOST_BYTES = 5_000_000

_JSON = (b"content-type", b"application/json")
_ALWAYS = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
_PLAIN = (b"content-type", b"text/plain; charset=utf-8")


class TooLarge(Exception):
    """The body is larger than is taken."""


class Gone(Exception):
    """Whoever asked has gone away before the end of the request."""


def headers_of(scope: Scope) -> dict[bytes, bytes]:
    """The request's headers by name, in lower case; of several with one name the last."""
    return dict(scope["headers"])


def address_of(scope: Scope) -> str:
    """The network address of whoever asks: behind proxies that are believed, the one they tell of."""
    client = scope.get("client")
    return client[0] if client else ""


def peer_of(scope: Scope) -> str:
    """Who asks, as limits count them. Of IPv6 that is the network: its other half everybody may choose anew as often as
    they like."""
    address = address_of(scope)
    if ":" not in address:
        return address
    try:
        whole = IPv6Address(address)
    except ValueError:
        return address
    return str(whole.ipv4_mapped or IPv6Network((whole, 64), strict=False))


async def read_body(receive: Receive, headers: Mapping[bytes, bytes], most: int = MOST_BYTES) -> bytes:
    """The whole body. Raises TooLarge as soon as that is known, and Gone."""
    told = headers.get(b"content-length", b"")
    if told.isdigit() and int(told[:20]) > most:
        raise TooLarge
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > most:
            raise TooLarge
        if not message.get("more_body", False):
            if not parts:
                return part
            parts.append(part)
            return b"".join(parts)
        parts.append(part)


async def answer_json(send: Send, status: int, document: Any, *more: tuple[bytes, bytes]) -> None:
    """Answer with JSON."""
    await answer(send, status, orjson.dumps(document), _JSON, *more)


async def answer_text(send: Send, status: int, text: str, *more: tuple[bytes, bytes]) -> None:
    """Answer with a line of text."""
    await answer(send, status, text.encode(), _PLAIN, *more)


async def answer(send: Send, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    """Answer with `body`."""
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length, *_ALWAYS]})
    await send({"type": "http.response.body", "body": body})
