"""What every page loads: the looks, the fonts, the colours that Quasar wants to know, and the headers around it.

Nothing comes from another host. Static files carry a digest of all of them in their path, so that a browser may keep
them for a year and still gets new ones after an upgrade.
"""

import hashlib
import os
import re
from pathlib import Path

import nicegui
from fastapi import FastAPI
from nicegui import app, ui
from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runtime.places import STATIC

COLOURS = {
    "primary": "#0b635c",
    "secondary": "#4b6075",
    "accent": "#6c3fc9",
    "positive": "#1a6e3c",
    "negative": "#b3211f",
    "warning": "#7d5700",
    "info": "#1f59d0",
    "dark": "#151c1b",
    "dark_page": "#0d1312",
}

POLICY = "; ".join(
    (
        "default-src 'self'",
        # NiceGUI evaluates its own event handlers in the browser; without 'unsafe-eval' its pages stay empty.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: https:",  # pictures of the shop's own products, in previews
        "font-src 'self' data:",
        "connect-src 'self'",
        "frame-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

LOOKS = (
    "tokens",
    "ground",
    "helpers",
    "marks",
    "buttons",
    "fields",
    "rules",
    "listed",
    "cards",
    "overlays",
    "timeline",
    "frame",
    "editor",
    "canvas",
    "flow_editor",
    "flow_map",
    "lists",
    "flows",
    "emails",
    "contacts",
    "segments",
    "overview",
    "messages",
    "settings",
    "sign_in",
    "rehearsal",
    "backtest",
    "examples",
    "runs",
    "versions",
    "adding",
    "library",
)
"""The files of static/looks, in the order in which their rules count: what is general first, pages last."""
_SHEET = "\n".join((STATIC / "looks" / f"{name}.css").read_text("utf-8") for name in LOOKS)
"""They travel as one file, cartwheel.css: one request instead of two dozen."""

_OWN = ("looks", "boot.js", "favicon.svg", "fonts", "studio")
_SERVED = (*_OWN, "demo")
_YEAR = "public, max-age=31536000, immutable"
_DAY = "public, max-age=86400"


def _digest() -> str:
    total = hashlib.sha256()
    for name in _OWN:
        place = STATIC / name
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if file.is_file():
                total.update(file.name.encode() + file.read_bytes())
    return total.hexdigest()[:12]


BASE = f"/cw/{_digest()}"
"""Where the static files are, as the browser asks for them."""


class _Static(StaticFiles):
    """The files of `_SERVED`, and the stylesheet. The canvas is served by its own element."""

    def __init__(self, cache: str) -> None:
        super().__init__(directory=STATIC)
        self._cache = cache

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        return super().lookup_path(path) if Path(path).parts[:1] and Path(path).parts[0] in _SERVED else ("", None)

    async def get_response(self, path: str, scope: Scope) -> Response:
        if path == "cartwheel.css":
            return Response(_SHEET, media_type="text/css")
        return await super().get_response(path, scope)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                MutableHeaders(scope=message)["Cache-Control"] = self._cache
            await send(message)

        await super().__call__(scope, receive, keep)


def mount(app: FastAPI) -> None:
    """Serve the static files: under `BASE` for a year, and under /cw, where e-mails have their pictures, for a day."""
    app.mount(BASE, GZipMiddleware(_Static(_YEAR), minimum_size=1000))
    app.mount("/cw", GZipMiddleware(_Static(_DAY), minimum_size=1000))


def _icons() -> list[str]:
    """Where NiceGUI serves the font of the icons, whose name is a digest. A page that learns of it from its stylesheet has
    drawn itself by then, and does so again."""
    sheet = (Path(nicegui.__file__).parent / "static" / "fonts.css").read_text("utf-8")
    found = re.findall(r'"Material Symbols Rounded";[^}]*?url\((fonts/\w+\.woff2)\)', sheet)
    return [f"/_nicegui/{nicegui.__version__}/static/{one}" for one in found]


_FONTS = "".join(
    f'<link rel="preload" href="{one}" as="font" type="font/woff2" crossorigin>'
    for one in (f"{BASE}/fonts/inter-latin-wght-normal.woff2", *_icons())
)


def dress() -> None:
    """Give NiceGUI and Quasar our looks. Once a process, before the first page."""
    app.colors(**COLOURS)
    ui.button.default_props("unelevated no-caps")
    for field in (ui.input, ui.number, ui.textarea):
        field.default_props("outlined dense hide-bottom-space")
    ui.select.default_props("outlined dense hide-bottom-space behavior=menu dropdown-icon=sym_r_expand_more")
    ui.add_head_html(
        f'{_FONTS}<link rel="stylesheet" href="{BASE}/cartwheel.css"><script src="{BASE}/boot.js"></script>',
        shared=True,
    )


class Headers:
    """Adds the security headers to every answer that does not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def protect(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", POLICY)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "same-origin")
                headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
            await send(message)

        await self.app(scope, receive, protect)
