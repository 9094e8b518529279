"""The web process: intake and the public links at once, the builder's pages as soon as NiceGUI is loaded behind them.

Intake stands in front, untouched by the pages' middleware (31,000 requests a second instead of 1,000), and answers from
half a second after the start; a page that is asked for earlier than NiceGUI is there simply waits for it.
"""

import argparse
import asyncio
import json
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from runtime import process
from runtime.doorbell import Doorbell
from runtime.house import House, open_house
from runtime.lean import without
from runtime.settings import Settings

log = logging.getLogger("builder.web")

LAST_ANSWERS = 3
"""Seconds that requests in hand get to finish when the process is asked to stop."""


class Pages:
    """The builder's pages as an ASGI application that is still being loaded."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._app: ASGIApp | None = None
        self._open = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._open.wait()
        if self._app is None:
            raise RuntimeError("the pages could not be loaded")
        await self._app(scope, receive, send)

    async def keep_open(self, opened: asyncio.Event, stop: asyncio.Event) -> None:
        """Load the pages, set `opened`, and run their start and end around the time until `stop` is set."""
        try:
            app = await asyncio.to_thread(self._load)
            async with app.router.lifespan_context(app):
                self._app = app
                self._open.set()
                opened.set()
                await stop.wait()
        finally:
            self._open.set()

    def _load(self) -> Any:
        # NiceGUI decides at import where it keeps its own files; its default is the current folder.
        os.environ.setdefault("NICEGUI_STORAGE_PATH", str(self._house.settings.data / "nicegui"))
        with without("aiohttp", "redis", "requests"):
            import nicegui  # noqa: F401 - loaded here, where its socket library does not find them
        from builder.app import build

        return build(self._house)


async def serve(house: House, listening: socket.socket | None, greeting: dict[str, Any], ready: int | None) -> None:
    """Serve until SIGINT or SIGTERM. On `ready`, a pipe, `greeting` is said as a line of JSON once pages can be asked for."""
    from runtime.intake import build_app

    settings = house.settings
    pages = Pages(house)
    front = build_app(house, otherwise=pages)
    config = uvicorn.Config(
        front,
        host=settings.host,
        port=settings.port,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=settings.proxies,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=LAST_ANSWERS,
        ws="websockets-sansio",
    )
    server = _Server(config)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.stop)
    opened, stop = asyncio.Event(), asyncio.Event()
    async with _living(front):
        keeper = asyncio.create_task(pages.keep_open(opened, stop))
        keeper.add_done_callback(lambda _: server.stop())
        greeter = asyncio.create_task(_greet(opened, greeting, ready))
        await server.serve([listening] if listening is not None else None)
        stop.set()
        greeter.cancel()
        await keeper


class _Server(uvicorn.Server):
    """Uvicorn without its signal handlers: they raise the signal once more at the end, before our own end is reached."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def stop(self) -> None:
        """Take no more connections, give those in hand their answers, and return from `serve`."""
        self.should_exit = True


async def _greet(opened: asyncio.Event, greeting: dict[str, Any], ready: int | None) -> None:
    await opened.wait()
    process.settle_in()
    if ready is not None:
        with suppress(OSError):
            os.write(ready, json.dumps(greeting).encode() + b"\n")
        os.close(ready)
    log.info("at work")


@asynccontextmanager
async def _living(app: ASGIApp) -> AsyncIterator[None]:
    """Run an ASGI application's start and end around what is inside."""
    asked: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    answered: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def send(message: Any) -> None:
        await answered.put(message)

    async def ask(what: str) -> None:
        await asked.put({"type": f"lifespan.{what}"})
        answer = asyncio.create_task(answered.get())
        await asyncio.wait({answer, life}, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            answer.cancel()
            life.result()
        elif answer.result()["type"].endswith(".failed"):
            raise RuntimeError(answer.result().get("message", ""))

    life = asyncio.ensure_future(app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, asked.get, send))
    await ask("startup")
    try:
        yield
    finally:
        await ask("shutdown")
        await life


def main(settings: Settings) -> None:
    """Serve; options of the supervisor are on the command line, its socket and pipe in the environment."""
    words = argparse.ArgumentParser(prog="cartwheel web")
    words.add_argument("--link", action="store_true")
    options = words.parse_args()
    handed = os.environ.pop("CARTWHEEL_LISTENING", "")
    ready = os.environ.pop("CARTWHEEL_READY", "")
    listening = socket.socket(fileno=int(handed)) if handed else None
    bell = Doorbell(settings)
    house = open_house(settings, ring=bell.ring)
    bell.ring()  # opens the queue now, and not while the first caller waits
    try:
        greeting = {"link": _link(house)} if options.link else {}
        config = uvicorn.Config("", log_config=None)
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(serve(house, listening, greeting, int(ready) if ready else None))
    finally:
        house.close()


def _link(house: House) -> str:
    """A link that signs the first user in once."""
    from runtime.accounts import links, users

    return f"{house.settings.own_url}/sign-in/{links.make(house, users.first(house).id)}"


if __name__ == "__main__":
    process.run("web", main)
