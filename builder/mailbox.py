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
    at = html.lower().find("<head>")
    html = html[: at + 6] + _HEAD + html[at + 6 :] if at >= 0 else _HEAD + html
    return HTMLResponse(
        html,
        headers={
            "Content-Security-Policy": POLICY,
            "Cache-Control": "private, max-age=31536000, immutable" if keep else "no-store",
            "Referrer-Policy": "no-referrer",
        },
    )


def mail_frame(address: str, title: str, *, classes: str = "", lazy: bool = False) -> Tag:
    """The frame in which `address`, a page of ours made by `mail_page`, is shown."""
    return tag(
        "iframe",
        f"cw-mail-frame {classes}",
        sandbox="allow-popups allow-popups-to-escape-sandbox",
        src=address,
        title=title,
        loading="lazy" if lazy else None,
    )


def asked_by(request: Request) -> Visitor:
    """Who asks for it; the door lets nobody else so far."""
    found = request.state.visitor
    assert isinstance(found, Visitor)  # noqa: S101 - the door puts it there
    return found
