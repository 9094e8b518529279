"""The web application of the builder: every module of `builder/pages/`, behind the door that asks who is there."""

import importlib
import pkgutil
from functools import partial

import nicegui
from fastapi import FastAPI
from nicegui import ui

import builder.pages
from builder import access, theme
from builder.database_away import DatabaseAway
from runtime.house import House
from runtime.places import STATIC

RECONNECT_SECONDS = 30
"""How long a page whose connection was cut may come back without losing what was typed meanwhile (measured: 3 is too
short for a train tunnel)."""


def build(house: House) -> FastAPI:
    """The ASGI application. Once a process: NiceGUI's pages are registered globally."""
    app = FastAPI(title="Cartwheel", docs_url=None, redoc_url=None, openapi_url=None)
    theme.dress()
    theme.mount(app)
    access.register(app, house)
    for found in pkgutil.iter_modules(builder.pages.__path__):
        importlib.import_module(f"{builder.pages.__name__}.{found.name}").register(house)
    ui.run_with(
        app,
        title="Cartwheel",
        favicon=STATIC / "favicon.svg",
        dark=None,
        language="en-US",
        reconnect_timeout=RECONNECT_SECONDS,
        tailwind=False,
        show_welcome_message=False,
    )
    nicegui.app.on_startup(partial(access.keep_watch, house))
    app.add_middleware(access.Door, house=house)
    app.add_middleware(DatabaseAway)
    app.add_middleware(theme.Headers)
    return app
