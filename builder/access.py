"""Who is there: the door in front of every page, signing in and out, and the question asked again before each change.

Socket events do not pass the door, so a page that stays open after signing out could still change things: whoever
changes something goes through `act`, which looks into the table of sessions again. What is only looked at
ends some seconds later (`keep_watch`).
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ParamSpec, TypeVar, cast
from urllib.parse import parse_qs, quote, urlsplit

from fastapi import FastAPI
from nicegui import Client, ui
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from runtime.accounts import links, sessions, users, workspaces
from runtime.house import House
from runtime.intake.http import peer_of
from runtime.intake.limits import Limit

log = logging.getLogger(__name__)

COOKIE = "cartwheel_session"
WATCH = 15.0
"""Seconds between two looks at who is still signed in."""
SIGN_IN = "/sign-in"
TOO_OFTEN = "That was asked for too often. Wait a little, then try again."
LONGEST_FORM = 10_000

P = ParamSpec("P")
R = TypeVar("R")


class SignedOut(Exception):
    """The session that this page was opened with has ended; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks at a page, and in which workspace. `session` is the digest of the session's token."""

    house: House
    id: int
    email: str
    name: str
    language: str
    theme: str
    """ "light", "dark", or "auto" for what the system says."""
    workspace: int
    shop: str
    zone: str
    currency: str
    session: bytes

    @property
    def mailbox(self) -> str:
        """Where mail reaches them; "" as long as they have not given an address of their own."""
        return "" if self.email == users.OWNER else self.email


def visitor() -> Visitor:
    """Who opened the page that is being built or acted on. Raises SignedOut on a page that is open to everybody."""
    found = getattr(ui.context.client.request.state, "visitor", None)
    if found is None:
        raise SignedOut
    return cast(Visitor, found)


async def act(user: Visitor, do: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run `do` in a thread, after asking again who is there. For everything that changes something.

    Raises SignedOut, and whatever `do` raises.
    """

    def asked() -> R:
        if not _still_there(user):
            raise SignedOut
        return do(*args, **kwargs)

    return await fetch(asked)


async def fetch(read: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run `read` in a thread, so that the event loop does not wait for a disk. For everything that only looks."""
    return await asyncio.to_thread(read, *args, **kwargs)


def _still_there(user: Visitor) -> bool:
    return sessions.holds(user.house, user.session)


def end_pages(account: int, *, session: bytes | None = None, but: Client | None = None) -> None:
    """Reload the open pages of a user (only those of one session, if given), which leads to signing in again.

    The session must have ended before. `but` is left to find its own way.
    """
    for client, found in _open_pages():
        if client is not but and found.id == account and session in (None, found.session):
            _end_page(client)


async def keep_watch(house: House) -> None:
    """End the pages of sessions that have ended, for good: the command line, or the end of thirty days, tells this process
    nothing."""
    while True:
        await asyncio.sleep(WATCH)
        pages = _open_pages()
        if not pages:
            continue
        try:
            held = await fetch(sessions.holding, house, {found.session for _, found in pages})
        except Exception:  # the database may be away for a while
            log.warning("Whether those who have pages open are still signed in is not known.", exc_info=True)
            continue
        for client, found in pages:
            if found.session not in held:
                _end_page(client)


def _open_pages() -> list[tuple[Client, Visitor]]:
    pages = [(client, _visitor_of(client)) for client in list(Client.instances.values())]
    return [(client, found) for client, found in pages if found is not None]


def _end_page(client: Client) -> None:
    client.run_javascript("location.reload()")
    # A browser that does not obey keeps nothing: its page is taken apart here.
    asyncio.get_running_loop().call_later(2, _take_apart, client)


def _visitor_of(client: Client) -> Visitor | None:
    try:
        return getattr(client.request.state, "visitor", None)
    except RuntimeError:  # a page without a request
        return None


def _take_apart(client: Client) -> None:
    # One that obeyed is another client by now, and NiceGUI puts the old one away itself.
    if client.id in Client.instances and client.has_socket_connection:
        client.delete()


def safe_next(wish: str) -> str:
    """Where to go after signing in: a path of this site, else the start page."""
    parts = urlsplit(wish)
    same_site = wish.startswith("/") and not wish.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return wish if same_site and wish.isprintable() and "\\" not in wish and len(wish) < 2000 else "/"


class Door:
    """Lets in who is signed in; leads others to the page for signing in, and refuses changes asked for by other sites."""

    OPEN = ("/_nicegui", "/cw/", SIGN_IN, "/favicon.ico")

    def __init__(self, app: ASGIApp, house: House) -> None:
        self.app = app
        self.house = house
        # A page that was asked for and never came alive is kept for a minute, and takes 250 KB.
        self._strangers = Limit(rate=1, burst=60)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        changes = scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD", "OPTIONS")
        if changes and not self._from_here(headers):
            await _refuse(scope, receive, send)
            return
        path: str = scope["path"]
        if path.startswith(SIGN_IN) and not self._strangers.allows(peer_of(scope)):
            wait = {"Retry-After": str(self._strangers.wait)}
            await PlainTextResponse(TOO_OFTEN, status_code=429, headers=wait)(scope, receive, send)
            return
        if path.startswith(self.OPEN):
            await self.app(scope, receive, send)
            return
        found = await fetch(self._recognise, token_of(headers))
        if found is None:
            wish = path + ("?" + scope["query_string"].decode("latin-1") if scope.get("query_string") else "")
            answer: Response = RedirectResponse("/sign-in?next=" + quote(wish, safe="/"), status_code=303)
            if scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD"):
                answer = PlainTextResponse("Sign in first.", status_code=401)
            await answer(scope, receive, send)
            return
        scope.setdefault("state", {})["visitor"] = found
        await self.app(scope, receive, send)

    def _from_here(self, headers: Headers) -> bool:
        """Whether the request was made by a page of ours. Browsers say so; programs that are no browser say nothing."""
        origin = headers.get("origin")
        if origin is None:
            return headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
        host = urlsplit(origin).netloc
        return host != "" and host in (headers.get("host"), urlsplit(self.house.settings.own_url).netloc)

    def _recognise(self, token: str) -> Visitor | None:
        session = sessions.find(self.house, token) if token else None
        if session is None:
            return None
        user, shop = session.user, workspaces.of(self.house, session.user)
        return Visitor(
            house=self.house,
            id=user.id,
            email=user.email,
            name=user.name,
            language=user.language,
            theme=users.theme(self.house, user.id),
            workspace=shop.id,
            shop=shop.name,
            zone=shop.zone,
            currency=shop.currency,
            session=session.digest,
        )


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    await PlainTextResponse("This was asked for by another site.", status_code=403)(scope, receive, send)


def token_of(headers: Headers) -> str:
    """The session token that a request carries, or ""."""
    for part in headers.get("cookie", "").split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE:
            return value
    return ""


def register(app: FastAPI, house: House) -> None:
    """The addresses at which sessions begin and end. All of them are asked by POST; a GET changes nothing."""

    @app.post("/sign-in")
    async def sign_in(request: Request) -> Response:
        form = await _form(request)
        onward = safe_next(form.get("next", "/"))
        try:
            token = await fetch(
                users.sign_in, house, form.get("email", ""), form.get("password", ""), peer_of(request.scope)
            )
        except users.TooManyTries:
            return _again("slow", onward)
        except users.WrongPassword:
            return _again("wrong", onward)
        return _welcome(house, request, token, onward)

    @app.post("/sign-in/{token}")
    async def use_link(token: str, request: Request) -> Response:
        onward = safe_next((await _form(request)).get("next", "/"))
        session = await fetch(links.use, house, token)
        return _again("link", "/") if session is None else _welcome(house, request, session, onward)

    @app.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        found: Visitor | None = getattr(request.state, "visitor", None)
        if found is not None:
            await fetch(sessions.end, house, found.session)
            # A moment later, when the page that asked has gone on to where it is led now.
            asyncio.get_running_loop().call_later(0.5, partial(end_pages, found.id, session=found.session))
        answer = RedirectResponse("/sign-in", status_code=303)
        answer.delete_cookie(COOKIE, path="/")
        return answer


def _again(problem: str, onward: str) -> Response:
    return RedirectResponse(f"/sign-in?problem={problem}&next={quote(onward, safe='/')}", status_code=303)


def _welcome(house: House, request: Request, token: str, onward: str) -> Response:
    answer = RedirectResponse(onward, status_code=303)
    answer.set_cookie(
        COOKIE,
        token,
        max_age=sessions.LASTS_SECONDS,
        path="/",
        secure=request.url.scheme == "https" or house.settings.base_url.startswith("https://"),
        httponly=True,
        samesite="lax",
    )
    return answer


async def _form(request: Request) -> dict[str, str]:
    """The fields of a small form."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            return {}
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
