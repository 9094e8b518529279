"""E-mails shown in a page: as documents of their own, in a frame that may do nothing.

What a customer or a shop typed is in them, so the frame is sandboxed twice, by its attribute and by the answer's own
policy: no scripts, no forms, no cookies of ours. Links open in a new tab.
"""

from fastapi.responses import HTMLResponse
from starlette.requests import Request
from starlette.responses import Response

from builder.access import Visitor
from builder.parts.tag import Tag, tag

POLICY = (
    "default-src 'none'; img-src 'self' https: http: data:; style-src 'unsafe-inline'; font-src 'self' data:; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
_HEAD = '<base target="_blank">'


def mail_page(html: str, *, keep: bool = False) -> Response:
    """The answer that holds an e-mail. `keep`: its address names one state of it, so the browser may keep it."""
    return HTMLResponse(
        _framed(html),
        headers={
            "Content-Security-Policy": POLICY,
            "Cache-Control": "private, max-age=31536000, immutable" if keep else "no-store",
            "Referrer-Policy": "no-referrer",
        },
    )


def _framed(html: str) -> str:
    """An e-mail whose links open in a tab of their own."""
    at = html.lower().find("<head>")
    return html[: at + 6] + _HEAD + html[at + 6 :] if at >= 0 else _HEAD + html


def mail_frame(address: str, title: str, *, classes: str = "", lazy: bool = False) -> Tag:
    """The frame in which `address`, a page of ours made by `mail_page`, is shown."""
    return _frame(title, classes, src=address, loading="lazy" if lazy else None)


def mail_shown(html: str, title: str, *, classes: str = "") -> Tag:
    """A frame for an e-mail that has no address, because it is kept nowhere. The page's own policy holds for it."""
    return _frame(title, classes, srcdoc=_framed(html), referrerpolicy="no-referrer")


def _frame(title: str, classes: str, **what: str | None) -> Tag:
    sandbox = "allow-popups allow-popups-to-escape-sandbox"
    return tag("iframe", f"cw-mail-frame {classes}", sandbox=sandbox, title=title, **what)


def asked_by(request: Request) -> Visitor:
    """Who asks for it; the door lets nobody else so far."""
    found = request.state.visitor
    assert isinstance(found, Visitor)  # noqa: S101 - the door puts it there
    return found
