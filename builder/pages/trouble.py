"""What is shown when a page cannot be: what happened, what is safe, what to do."""

import logging

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from nicegui import Client, app, ui
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from builder.access import SignedOut, Visitor, act, visitor
from builder.frame import frame
from builder.not_found import not_found
from builder.parts.controls import button
from builder.parts.empty import empty
from builder.parts.tag import tag
from runtime.desk import DeskDamaged
from runtime.house import House
from runtime.words import Words, words

log = logging.getLogger(__name__)


def register(house: House) -> None:
    """Pages for addresses that lead nowhere and for pages that fail."""

    @app.exception_handler(RequestValidationError)  # no page has such a thing in its address
    @app.exception_handler(404)
    async def nowhere(request: Request, problem: Exception) -> Response:
        found = getattr(request.state, "visitor", None)
        wants_page = "text/html" in request.headers.get("accept", "")
        if not isinstance(found, Visitor) or not wants_page:
            detail = problem.detail if isinstance(problem, HTTPException) else "Not found"
            return JSONResponse({"detail": detail}, status_code=404)
        with Client(ui.page(""), request=request) as client:
            w = words(found.language)
            not_found(house, found, w("There is no such page."), back="/flows")
        return client.build_response(request, 404)

    def failed(problem: Exception) -> None:
        try:
            user = visitor()
        except SignedOut:
            ui.navigate.to("/sign-in")
            return
        w = words(user.language)
        with frame(house, user, title=w("This page cannot be shown")):
            if isinstance(problem, DeskDamaged):
                _damaged(user, problem, w)
            else:
                _broken(w)

    app.on_page_exception(failed)


def _broken(w: Words) -> None:
    text = w("Your Flows go on, and nothing was changed. What went wrong is in the log.")
    with tag("div", "cw-card"), empty(w("This page cannot be shown"), text):
        button(w("Try again"), lambda: ui.navigate.reload(), kind="primary", symbol="refresh")


def _damaged(user: Visitor, problem: DeskDamaged, w: Words) -> None:
    async def restore() -> None:
        await act(user, user.house.desk.restore_generation, user.workspace, problem.good[0])
        ui.navigate.reload()

    text = w(
        "Nothing was changed. What is published goes on: Flows, Contacts and Messages are kept elsewhere and are safe."
    )
    with tag("div", "cw-card"), empty(w("The file with your drafts cannot be read"), text):
        tag("code", "code", str(problem.path))
        if problem.good:
            button(w("Go back to the state before the last change"), restore, kind="primary", symbol="history")
        else:
            tag("p", "", w("No earlier state is kept. Put the file back from a backup."))
