"""Intake: events from shops and sites, and the links in e-mails that people follow without signing in.

`build_app` is imported when it is called, so that who only makes links (the worker) loads no web server.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from runtime.house import House

__all__ = ["build_app"]


def build_app(house: "House", otherwise: "ASGIApp | None" = None) -> "ASGIApp":
    """The ASGI application of everything public. Paths it does not know go to `otherwise`, else they are answered 404."""
    from runtime.intake.app import make_app

    return make_app(house, otherwise)
