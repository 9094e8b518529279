"""POST /in/shopify/<slug>: notices of shops. The signature is checked over the raw bytes before anything is read."""

import asyncio
import base64
import hashlib
import hmac
import logging
from collections import Counter
from functools import partial
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from blocks.values import type_document
from runtime.accounts import sources
from runtime.accounts.sources import SHOPIFY, Source
from runtime.clock import MINUTE
from runtime.house import House
from runtime.intake import shopify, shopify_products
from runtime.intake.http import TooLarge, answer_text, headers_of, peer_of, read_body
from runtime.intake.keyed import NO_STORE, TOO_LARGE, TOO_OFTEN, Refusal, Touch, store
from runtime.intake.limits import Limit
from runtime.intake.remembered import Remembered
from runtime.intake.writer import NewEvent, Writer, digest_of

log = logging.getLogger(__name__)

BAD_SIGNATURE = "The signature does not fit. Paste the secret that Shopify shows for its webhooks on the settings page."
IN_PLACE = 50_000
"""Bytes that are read on the event loop; larger notices are read in a thread."""


class Shops:
    """The addresses of all shops, with the sources it remembers and the tries it counts."""

    def __init__(self, house: House, writer: Writer) -> None:
        self._house = house
        self._writer = writer
        self._sources: Remembered[tuple[Source, str]] = Remembered(partial(sources.find, house, SHOPIFY))
        self._of_source = Limit(rate=2000, burst=5000)
        self._failures = Limit(rate=1 / 6, burst=20)
        self._used: dict[int, int] = {}
        self._unused: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            said = await self._take(scope, receive)
        except Refusal as refusal:
            await answer_text(send, refusal.status, refusal.sentence, *refusal.headers)
        else:
            await answer_text(send, 200, said)

    async def _take(self, scope: Scope, receive: Receive) -> str:
        shop, _, slug = scope["path"].removeprefix("/in/").partition("/")
        if shop != SHOPIFY:
            raise Refusal(404, "There is nothing here.")
        if scope["method"] != "POST":
            raise Refusal(405, "Notices come by POST.", (b"allow", b"POST"))
        headers, peer = headers_of(scope), peer_of(scope)
        source, secret = await self._source(slug, peer)
        if not self._of_source.allows(source.id):
            raise Refusal(429, TOO_OFTEN, (b"retry-after", b"5"))
        try:
            body = await read_body(receive, headers)
        except TooLarge:
            raise Refusal(413, TOO_LARGE) from None
        if not is_signed(body, headers.get(b"x-shopify-hmac-sha256", b""), secret):
            raise self._failed(peer)
        now = self._house.clock.now()
        topic = headers.get(b"x-shopify-topic", b"").decode("latin-1")
        if topic in shopify_products.TOPICS:
            domain = headers.get(b"x-shopify-shop-domain", b"").decode("latin-1").lower()
            return await asyncio.to_thread(self._keep, source, topic, domain, body, now)
        delivery = headers.get(b"x-shopify-event-id") or headers.get(b"x-shopify-webhook-id") or b""
        made = partial(event_of, source, topic, delivery.decode("latin-1"), body, now)
        event = made() if len(body) <= IN_PLACE else await asyncio.to_thread(made)
        if event is None:
            self._count_unused(topic)
            return "Not needed."
        return "Stored." if await store(self._writer, [event], self._touch(source, now)) else "Known already."

    def _keep(self, source: Source, topic: str, domain: str, body: bytes, now: int) -> str:
        """What a notice says of the shelf. It may come twice or late; the shelf knows what was told last."""
        notice = _read(topic, body)
        try:
            used = notice is not None and shopify_products.keep(self._house, source.workspace, topic, domain, notice)
            if (touch := self._touch(source, now)) is not None:
                with self._house.ledger.write(source.workspace) as tx:
                    touch(tx)
        except Exception as error:  # noqa: BLE001 - any driver's error means the same to the shop
            log.error("A notice of %s cannot be stored: %s", topic, error)
            raise Refusal(503, NO_STORE, (b"retry-after", b"5")) from None
        return "Stored." if used else "Not needed."

    async def _source(self, slug: str, peer: str) -> tuple[Source, str]:
        if self._failures.exhausted(peer) and not self._sources.known(slug):
            raise self._failed(peer)
        try:
            found = await self._sources.get(slug)
        except Exception as error:  # noqa: BLE001 - any driver's error means the same to the shop
            log.error("The source %s cannot be looked up: %s", slug, error)
            raise Refusal(503, NO_STORE, (b"retry-after", b"5")) from None
        if found is None:
            raise self._failed(peer)
        return found

    def _failed(self, peer: str) -> Refusal:
        if not self._failures.allows(peer):
            return Refusal(429, TOO_OFTEN, (b"retry-after", b"%d" % self._failures.wait))
        return Refusal(401, BAD_SIGNATURE)

    def _touch(self, source: Source, now: int) -> Touch | None:
        """Note once a minute that the source is used."""
        if self._used.get(source.id, 0) > now - MINUTE:
            return None
        self._used[source.id] = now
        return partial(sources.used, found=source, now=now)

    def _count_unused(self, topic: str) -> None:
        """A shop may send more than we need; that is no fault, and worth a line only now and then."""
        topic = topic if shopify.is_used(topic) else "another topic"
        self._unused[topic] += 1
        count = self._unused[topic]
        if count == 10 ** (len(str(count)) - 1):
            log.info("%d notices of %s had nothing for us", count, topic)


def is_signed(body: bytes, signature: bytes, secret: str) -> bool:
    """Whether `signature` is Shopify's for this body: base64 of HMAC-SHA256, compared in constant time."""
    expected = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256))
    return hmac.compare_digest(expected, signature)


def event_of(source: Source, topic: str, delivery: str, body: bytes, now: int) -> NewEvent | None:
    """The event to store for a notice, or None. A body that cannot be read is none: sending it again would not help."""
    notice = _read(topic, body)
    told = shopify.translate(topic, notice) if notice is not None else None
    if notice is None or told is None:
        return None
    name = f"{SHOPIFY}:{source.slug}"
    # One thing that happens in a shop can be told under several topics, all with its id.
    id_, changed = notice.get("id"), notice.get("updated_at")
    told_apart = type(id_) in (int, str) and id_ and (changed is None or type(changed) is str)
    once = delivery or (f"{id_} {changed}" if told_apart else "")
    return NewEvent(
        source.workspace,
        digest_of(name, f"{topic} {once}") if once else None,
        told.name,
        name,
        now if told.at is None else told.at,
        now,
        orjson.dumps(told.who).decode(),
        orjson.dumps(told.properties).decode(),
        orjson.dumps(type_document(told.properties)).decode(),
    )


def _read(topic: str, body: bytes) -> dict[str, Any] | None:
    try:
        notice = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        log.warning("A notice of %s cannot be read: %s", topic, error)
        return None
    return notice if isinstance(notice, dict) else None
