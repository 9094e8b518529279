"""The application of everything public: events, shop notices, the links in e-mails, pictures, health.

It stands in front of the builder's pages and never goes through their middleware, or it runs alone.
"""

import asyncio
import logging

from starlette.types import ASGIApp, Receive, Scope, Send

from runtime.engagement.recorder import Recorder
from runtime.house import House
from runtime.intake import events, flows, products
from runtime.intake.api_docs import ApiDocs
from runtime.intake.engagement import Engagement
from runtime.intake.events import EventsApi
from runtime.intake.flows import FlowsApi
from runtime.intake.health import Health
from runtime.intake.http import Gone, answer_json, peer_of
from runtime.intake.keyed import TOO_OFTEN, Keyed
from runtime.intake.limits import Limit
from runtime.intake.links import CLICKS, OPENS
from runtime.intake.pictures import Pictures
from runtime.intake.products import ProductsApi
from runtime.intake.shops import Shops
from runtime.intake.unsubscribe import UnsubscribePages
from runtime.intake.writer import Writer

log = logging.getLogger(__name__)

OWN = ("/api/", "/in/", "/u/", CLICKS, OPENS, "/media/", "/health")
"""Paths that begin like this are answered here, known or not."""


def make_app(house: House, otherwise: ASGIApp | None = None) -> ASGIApp:
    """Everything public; other paths go to `otherwise`, or are answered 404."""
    return _Front(house, otherwise or _nothing_else)


class _Front:
    def __init__(self, house: House, otherwise: ASGIApp) -> None:
        self._writer = Writer(house)
        self._otherwise = otherwise
        self._recorder = Recorder(house)
        keyed = Keyed(house)
        self._events = EventsApi(house, self._writer, keyed)
        shops, unsubscribe, pictures = Shops(house, self._writer), UnsubscribePages(house), Pictures(house)
        engagement = Engagement(house, self._recorder)
        # Prefix, what answers, and how often one address may ask.
        self._rest: tuple[tuple[str, ASGIApp, Limit | None], ...] = (
            ("/in/", shops, None),
            ("/u/", unsubscribe, None),
            (CLICKS, engagement, None),
            (OPENS, engagement, None),
            ("/media/", pictures, Limit(rate=200, burst=1000)),
            ("/health", Health(house), Limit(rate=5, burst=30)),
            (flows.PREFIX, FlowsApi(house, self._writer, keyed), None),
            (products.PATH, ProductsApi(house, keyed), None),
            ("/api/", ApiDocs(house), Limit(rate=5, burst=30)),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind == "http":
            path: str = scope["path"]
            if path == events.PATH:
                await self._events(scope, receive, send)
                return
            if path.startswith(OWN):
                await self._answer(path, scope, receive, send)
                return
        elif kind == "lifespan":
            await self._live(receive, send)
            return
        await self._otherwise(scope, receive, send)

    async def _answer(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        for prefix, app, limit in self._rest:
            if path.startswith(prefix):
                if limit is not None and not limit.allows(peer_of(scope)):
                    wait = (b"retry-after", b"%d" % limit.wait)
                    await answer_json(send, 429, {"error": TOO_OFTEN}, wait)
                    return
                try:
                    await app(scope, receive, send)
                except Gone:
                    return
                return

    async def _live(self, receive: Receive, send: Send) -> None:
        """Ours alone: whoever gave us `otherwise` sees to its start and end."""
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await asyncio.to_thread(self._recorder.close)
                await asyncio.to_thread(self._writer.close)
                await send({"type": "lifespan.shutdown.complete"})
                return


async def _nothing_else(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    await answer_json(send, 404, {"error": "There is nothing here."})
