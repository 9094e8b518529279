"""The page behind an unsubscribe link."""

from html import escape
from typing import Literal

from runtime.intake.html import page
from runtime.words import words

State = Literal["ask", "done", "done_for_good", "undone", "test", "unknown"]
"""What the page says: may unsubscribe; has done so here and may take it back; has said no some other way; gets e-mails
again; followed the link of a test; followed no link of ours."""


def unsubscribe_page(language: str, state: State, *, shop: str, address: str, unsubscribe: str, undo: str) -> str:
    """The page as HTML. `unsubscribe` and `undo` are where its buttons lead."""
    w = words(language)
    orders = w("{shop} still writes to you about your own orders.", shop=shop)
    button = ""
    match state:
        case "ask":
            title = w("Unsubscribe from {shop}?", shop=shop)
            text = w("You will get no more e-mails from {shop} at {address}.", shop=shop, address=address)
            button = _button(unsubscribe, w("Unsubscribe"), first=True)
        case "done":
            title = w("You are unsubscribed")
            text = w("You will get no more e-mails from {shop} at {address}.", shop=shop, address=address)
            button = _button(undo, w("Undo: I want to get them"))
        case "done_for_good":
            title, orders = w("You are unsubscribed"), ""
            text = w("You will get no more e-mails from {shop}.", shop=shop)
        case "undone":
            title = w("You get e-mails again")
            text = w("{shop} will write to {address} again.", shop=shop, address=address)
            orders, button = "", _button(unsubscribe, w("Unsubscribe"))
        case "test":
            title, orders = w("The link works"), ""
            text = w("This was a test, so nothing changes. A customer who opens this page can unsubscribe here.")
        case _:
            title, orders = w("This link does not work"), ""
            text = w("Open it again from the e-mail, or answer the e-mail and ask to get no more of them.")
    head = f'<p class="shop">{escape(shop)}</p>' if shop else ""
    small = f'<p class="small">{escape(orders)}</p>' if orders else ""
    return page(
        language, title, f"<article>{head}<h1>{escape(title)}</h1><p>{escape(text)}</p>{button}{small}</article>"
    )


def _button(action: str, label: str, *, first: bool = False) -> str:
    mark = ' class="first"' if first else ""
    return f'<form method="post" action="{escape(action)}"><button{mark}>{escape(label)}</button></form>'
