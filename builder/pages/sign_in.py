"""Signing in: with e-mail address and password, or by a link that works once."""

import shlex
from urllib.parse import quote

from nicegui import ui
from starlette.requests import Request

from builder.access import safe_next
from builder.frame import bare_frame, page_at
from builder.parts.logo import logo
from builder.parts.tag import icon, tag
from runtime.house import House
from runtime.places import ROOT
from runtime.settings import Settings
from runtime.words import Words, words


def register(house: House) -> None:
    """The pages that are open to everybody."""

    @page_at("/sign-in")
    def sign_in(request: Request, next: str = "/", problem: str = "") -> None:
        w = words(_language(request))
        with bare_frame(w.language, title=w("Sign in")):
            logo(href="/sign-in")
            tag("h1", "", w("Sign in"))
            tag("p", "we-lead", w("Draw what should be said to whom and when, and let it run."))
            if said := _said(problem, w):
                with tag("div", "cw-banner is-bad", role="alert"):
                    icon("error")
                    tag("span", "", said)
            with tag("form", "we-fields", method="post", action="/sign-in"):
                tag("input", type="hidden", name="next", value=safe_next(next))
                with tag("label", "cw-field"):
                    tag("span", "cw-label", w("E-mail address"))
                    field = tag("input", "cw-input", type="email", name="email", autocomplete="username")
                    field.set(required=True, autofocus=True)
                with tag("label", "cw-field"):
                    tag("span", "cw-label", w("Password"))
                    field = tag("input", "cw-input", type="password", name="password", autocomplete="current-password")
                    field.set(required=True)
                tag("button", "cw-btn cw-btn-primary cw-btn-l", w("Sign in"), type="submit")
            with tag("div", "we-hint"):
                icon("terminal")
                with tag("p"):
                    tag(
                        "span",
                        "",
                        w("No password yet, or forgotten? Make a link that works once, in the terminal:") + " ",
                    )
                    tag("code", "code", link_command(house.settings))

    @page_at("/sign-in/{token}")
    def by_link(request: Request, token: str, next: str = "/") -> None:
        w = words(_language(request))
        with bare_frame(w.language, title=w("Sign in")):
            logo(href="/sign-in")
            tag("h1", "", w("Welcome"))
            tag("p", "we-lead", w("This link signs you in once. After that it is used up."))
            # A GET changes nothing, because some programs open every link they see; the form is what uses it.
            with tag("form", "we-fields", method="post", action=f"/sign-in/{quote(token, safe='')}", data_go=""):
                tag("input", type="hidden", name="next", value=safe_next(next))
                tag("button", "cw-btn cw-btn-primary cw-btn-l", w("Sign in"), type="submit")
        ui.run_javascript("document.querySelector('form[data-go]').requestSubmit()")


def link_command(settings: Settings) -> str:
    """What makes such a link, typed where Cartwheel is. Where strangers see this page, the folder's name is not told."""
    program = "./run" if (ROOT / "run").exists() else "cartwheel"
    folder = (
        "" if settings.data == ROOT / "data" else "FOLDER" if settings.base_url else shlex.quote(str(settings.data))
    )
    return f"{program} user link" + (f" --data {folder}" if folder else "")


def _said(problem: str, w: Words) -> str:
    match problem:
        case "wrong":
            return w("That e-mail address and password do not belong together.")
        case "slow":
            return w("That was tried too often. Wait a quarter of an hour, or use a link from the terminal.")
        case "link":
            return w("This link was used already or is too old. Make a new one in the terminal.")
        case _:
            return ""


def _language(request: Request) -> str:
    """The first language that the browser asks for."""
    return request.headers.get("accept-language", "en").split(",")[0].split(";")[0]
