"""Small pictures of e-mails: the e-mail itself with example data, drawn small by the browser.

Making one takes some 10 ms, so the last hundred are kept; their address names the state of the draft, so that a browser
asks once.
"""

from collections import OrderedDict
from threading import Lock

from fastapi import Request
from nicegui import app
from starlette.responses import Response

from builder.access import fetch
from builder.mailbox import asked_by, mail_page
from runtime.delivery import preview
from runtime.engine.publishing.known import brand_of
from runtime.house import House
from runtime.mail import DocumentRefused, MailError, read_document

_MOST = 100
_made: OrderedDict[tuple[int, str, int, int], str] = OrderedDict()
_lock = Lock()


def register(house: House) -> None:
    """Serve the pictures."""

    @app.get("/emails/{email}/small")
    async def small(email: str, request: Request) -> Response:
        html = await fetch(_html, house, asked_by(request).workspace, email)
        return mail_page(html, keep=bool(html))


def brand_rev(house: House, workspace: int) -> int:
    """The state of the brand, which shows in every e-mail."""
    draft = house.desk.drafts(workspace).get("brand", "brand")
    return draft.rev if draft is not None else 0


def _html(house: House, workspace: int, slug: str) -> str:
    draft = house.desk.drafts(workspace).get("email", slug)
    if draft is None:
        return ""
    key = (workspace, slug, draft.rev, brand_rev(house, workspace))
    with _lock:
        if key in _made:
            _made.move_to_end(key)
            return _made[key]
    try:
        document = read_document(draft.document)
        html = preview(house, workspace, document, brand_of(house, workspace)).html
    except (DocumentRefused, MailError):
        return ""
    with _lock:
        _made[key] = html
        while len(_made) > _MOST:
            _made.popitem(last=False)
    return html
