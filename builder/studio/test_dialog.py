"""Sending the e-mail to oneself, by the way that all mail goes."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from builder.parts.controls import button
from builder.parts.dialog import dialog
from builder.parts.fields import enter_presses, text_field
from builder.parts.tag import tag
from builder.parts.toast import toast
from runtime.mail import HeaderRefused, MailError
from runtime.words import Words


def ask(w: Words, to: str, example: str, *, leaves: bool, send: Callable[[str], Awaitable[int]]) -> None:
    """Ask for the address. `example` is as whom it is written, `leaves` whether mail leaves this machine; `send` queues it
    and gives the message's id."""
    text = w("As {name} would get it. Its subject begins with [Test].", name=example)
    with dialog(w("Send me a test"), text, close=w("Close")) as box:
        address = text_field(w("To"), to, kind="email", autocomplete="email")
        if not leaves:
            tag(
                "p",
                "cw-cap",
                w("No mail server is set yet, so it goes into the local outbox, where you can read it."),
            )

        async def go() -> None:
            address.complain("")
            try:
                message = await send(str(address.value or ""))
            except HeaderRefused:
                address.complain(w("Type an e-mail address, like hello@example.com."))
                return
            except MailError as broken:
                address.complain(w.text(broken.phrase))
                return
            box.close()
            said = w("The test is on its way to {address}.", address=str(address.value).strip())
            toast(said, action=w("See it"), on_action=lambda: ui.navigate.to(f"/messages/{message}"))

        with box.footer:
            tag("span", "cw-grow")
            button(w("Cancel"), box.close)
            enter_presses(button(w("Send the test"), go, kind="primary", symbol="outgoing_mail"), address)
