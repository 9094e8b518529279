"""Small pages that stand alone: one style sheet inside, no script, nothing loaded from anywhere."""

import base64
import hashlib
from html import escape

from starlette.types import Send

from runtime.intake.http import answer

STYLE = """
:root{color-scheme:light dark;--bg:#f5f7f6;--card:#fff;--line:#e1e6e4;--ink:#15201e;--ink-2:#43514e;--ink-3:#5f6d6a;
--brand:#0b635c;--brand-hover:#084f4a;--on-brand:#fff;--outline:#c8d0cd;--hover:#f1f4f3;--focus:#12897f}
@media(prefers-color-scheme:dark){:root{--bg:#0d1312;--card:#151c1b;--line:#263130;--ink:#e9f0ee;--ink-2:#b6c4c1;
--ink-3:#8fa09c;--brand:#4cc2b4;--brand-hover:#6ad2c5;--on-brand:#04211d;--outline:#3b4947;--hover:#1c2524;--focus:#4cc2b4}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink-2);font:400 16px/1.5 Inter,"Noto Sans Thai",system-ui,-apple-system,
"Segoe UI",Roboto,sans-serif;-webkit-text-size-adjust:100%}
main{min-height:100vh;display:grid;place-items:center;padding:24px}
article{width:100%;max-width:420px;background:var(--card);border:1px solid var(--line);border-radius:20px;padding:28px 24px;
overflow-wrap:anywhere}
.shop{margin:0 0 16px;font-weight:600;color:var(--ink)}
h1{margin:0 0 8px;color:var(--ink);font-size:22px;line-height:1.35;font-weight:650;text-wrap:balance}
p{margin:0 0 12px}
.small{font-size:13px;color:var(--ink-3);margin:16px 0 0}
form{margin:20px 0 0}
button{width:100%;min-height:48px;padding:10px 16px;border-radius:10px;border:1px solid var(--outline);background:none;
color:var(--ink);font:inherit;font-weight:600;cursor:pointer}
button:hover{background:var(--hover)}
button.first{background:var(--brand);border-color:var(--brand);color:var(--on-brand)}
button.first:hover{background:var(--brand-hover)}
button:focus-visible{outline:2px solid var(--focus);outline-offset:2px}
@media(max-width:480px){main{padding:0;place-items:stretch}article{max-width:none;border:0;border-radius:0;padding:32px 20px}}
"""


def policy(style: str) -> bytes:
    """The Content-Security-Policy of a page with this one style sheet: nothing else is loaded, run or framed."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ).encode()


_HEADERS = (
    (b"content-type", b"text/html; charset=utf-8"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-robots-tag", b"noindex"),
    (b"vary", b"accept-language"),
)


def page(language: str, title: str, body: str, style: str = STYLE) -> str:
    """A whole page. `body` is HTML; everything else is text."""
    return (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head><body><main>{body}</main></body></html>"
    )


async def answer_page(send: Send, status: int, html: str, style: str = STYLE) -> None:
    """Answer with a page that has this style sheet."""
    await answer(send, status, html.encode(), (b"content-security-policy", policy(style)), *_HEADERS)
