"""POST /api/v1/products: one product or a list of them, from programs that have a key. Answered after the commit."""

import asyncio
import logging
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from runtime import shop
from runtime.house import House
from runtime.intake.http import answer_json, headers_of, peer_of
from runtime.intake.keyed import NO_STORE, Keyed, Refusal, Touch, answered
from runtime.intake.reading import DEEP, DEEPEST, NotReadable, NotRight, Wrong, nested_within
from runtime.shop import MOST_PIECES, NoTitle, PartlyKept, Told

log = logging.getLogger(__name__)

PATH = "/api/v1/products"
WRONG_KIND = "This key cannot send products. Make one of the kind that sends events on the settings page."
PART_STORED = (
    "The database cannot be written at the moment. The first {n} products of this list are stored, the others are not. "
    "Send the whole list again later: what is stored already is not stored twice."
)
MOST = 1000
LONGEST = 200
LONGEST_TITLE = 500
LONGEST_URL = 2000
LARGEST_FIELDS = 20_000
"""Bytes of a product's own fields, as JSON."""

_COLUMNS = {
    "variant_of": "parent",
    "sku": "sku",
    "title": "title",
    "variant": "variant",
    "url": "url",
    "image": "picture",
    "price": "price",
    "currency": "currency",
    "stock": "stock",
    "kind": "kind",
    "category": "category",
    "fields": "fields",
}
"""What may be told of a product, and where it is kept."""


class ProductsApi:
    """The address, for programs that have a key."""

    def __init__(self, house: House, keyed: Keyed) -> None:
        self._house = house
        self._keyed = keyed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await answered(self._take(scope, receive, send), send, "product")

    async def _take(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != PATH:
            raise Refusal(404, "There is nothing here. What there is stands at /api/docs.")
        if scope["method"] != "POST":
            raise Refusal(405, "Send products with POST.", (b"allow", b"POST"))
        headers = headers_of(scope)
        key = await self._keyed.key(headers, peer_of(scope), "ingest", WRONG_KIND)
        body = await self._keyed.body(key, headers, receive)
        touch = self._keyed.touch(key, self._house.clock.now())
        accepted, changed = await asyncio.to_thread(self._keep, body, key.workspace, touch)
        await answer_json(send, 200, {"accepted": accepted, "changed": changed})

    def _keep(self, body: bytes, workspace: int, touch: Touch | None) -> tuple[int, int]:
        now = self._house.clock.now()
        products = read_products(body, now)
        try:
            changed = shop.take_in(self._house, workspace, products)
            if touch is not None:
                with self._house.ledger.write(workspace) as tx:
                    touch(tx)
        except NoTitle as missing:
            wrongs = [
                Wrong(index, "title", "is needed for a product that is not known yet")
                for index, one in enumerate(products)
                if one.external in missing.ids
            ]
            raise NotRight(wrongs, len(products)) from None
        except PartlyKept as partly:
            log.error("Products are stored in part: %s", partly.__cause__)
            raise Refusal(503, PART_STORED.format(n=partly.kept), (b"retry-after", b"5")) from None
        except Exception as error:  # noqa: BLE001 - any driver's error means the same to whoever sends
            log.error("Products cannot be stored: %s", error)
            raise Refusal(503, NO_STORE, (b"retry-after", b"5")) from None
        return len(products), changed


def read_products(body: bytes, now: int) -> list[Told]:
    """The products of a request, as of `now`. Raises NotReadable and NotRight."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise NotReadable(f"This is not valid JSON: {error}.") from None
    documents = document if type(document) is list else [document]
    if not 1 <= len(documents) <= MOST:
        raise NotReadable(f"Send one product, or a list of 1 to {MOST:,}; this has {len(documents):,}.")
    wrongs: list[Wrong] = []
    told = [_read(index, one, now, wrongs) for index, one in enumerate(documents)]
    if wrongs:
        raise NotRight(wrongs, len(documents))
    return told


def _read(index: int, document: Any, now: int, wrongs: list[Wrong]) -> Told:
    if type(document) is not dict:
        wrongs.append(Wrong(index, "", 'must be an object with "id" and "title"'))
        return Told("", {}, now)
    external, values = _id(document.get("id")), dict[str, Any]()
    if external is None:
        wrongs.append(Wrong(index, "id", f"must be a text of 1 to {LONGEST} characters, or a whole number"))
    for name, value in document.items():
        if name == "id":
            continue
        if name not in _COLUMNS:
            wrongs.append(Wrong(index, str(name)[:LONGEST], f"is not a field of a product: id, {', '.join(_COLUMNS)}"))
            continue
        if name == "variant_of" and value is not None:
            value = _id(value)
            problem = None if value is not None else f"must be a text of 1 to {LONGEST} characters, or a whole number"
        else:
            # Anything can be cleared but what it is called.
            problem = _problem(name, value) if value is not None or name == "title" else None
        if problem is not None:
            wrongs.append(Wrong(index, name, problem))
        values[_COLUMNS[name]] = value.upper() if name == "currency" and isinstance(value, str) else value
    return Told(external or "", values, now)


def _id(value: Any) -> str | None:
    if type(value) is int:
        return str(value)
    fits = type(value) is str and 0 < len(value.strip()) <= LONGEST and value.isprintable()
    return value.strip() if fits else None


def _problem(name: str, value: Any) -> str | None:
    """What is wrong with a field that is there; None if nothing is."""
    match name:
        case "price":
            fits = type(value) in (int, float) and 0 <= value < 1e12
            return None if fits else "must be a number, like 320 or 19.90"
        case "stock":
            fits = type(value) is int and -MOST_PIECES <= value <= MOST_PIECES
            return None if fits else "must be a whole number of pieces, or null where it is not counted"
        case "currency":
            fits = type(value) is str and len(value) == 3 and value.isascii() and value.isalpha()
            return None if fits else "must be an ISO 4217 code, like THB"
        case "url" | "image":
            web = type(value) is str and value.startswith(("https://", "http://")) and value.isprintable()
            return None if web and len(value) <= LONGEST_URL else "must be an address that begins with https://"
        case "fields":
            return _problem_of_fields(value)
    most = LONGEST_TITLE if name == "title" else LONGEST
    fits = type(value) is str and len(value) <= most and "\0" not in value and (name != "title" or bool(value.strip()))
    return None if fits else f"must be a text of at most {most} characters"


def _problem_of_fields(value: Any) -> str | None:
    if type(value) is not dict:
        return 'must be an object, like {"days_per_unit": 30}'
    if not nested_within(value, DEEPEST):
        return DEEP
    written = orjson.dumps(value)
    if b"\\u0000" in written:
        return "has a text with a NUL character (\\u0000), which no database can store"
    return None if len(written) <= LARGEST_FIELDS else f"is larger than {LARGEST_FIELDS:,} bytes"
