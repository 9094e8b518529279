"""The mail server: first the choice, then what it needs, then a test that says what happened."""

import asyncio
from dataclasses import dataclass

from pydantic import ValidationError

from builder.access import Visitor, act, fetch
from builder.parts.controls import button, chip
from builder.parts.fields import enter_presses, select_field, text_field
from builder.parts.tag import Tag, icon, tag
from builder.settings_page.card import card, clear, complain, saved
from runtime.accounts import preferences
from runtime.accounts.preferences import MailServer
from runtime.delivery import Held, held, outbox, send_test
from runtime.delivery.decision.readiness import NO_ADDRESS, UNREADY
from runtime.engine.publishing.known import brand_of
from runtime.house import House
from runtime.mail import read_document
from runtime.people.addresses import email_of
from runtime.reasons import reason_phrase
from runtime.words import Words

PATIENCE_SECONDS = 25
"""How long the test is watched; a server that says nothing is given up by then."""
STALE_SECONDS = 4


@dataclass(frozen=True, slots=True)
class Kept:
    """What is set, without the password."""

    server: MailServer
    has_password: bool
    held: Held | None


def read(house: House, workspace: int) -> Kept:
    """What is set now."""
    with house.ledger.read(workspace) as tx:
        server, has_password = preferences.mail_server(tx), preferences.has_password(tx)
    return Kept(server, has_password, held(house, workspace))


def draw(user: Visitor, w: Words, kept: Kept) -> None:
    """The card."""
    with card("delivery", w("E-mail delivery"), w("The mail server that carries your e-mails.")) as beside:
        _Delivery(user, w, kept, beside)


class _Delivery:
    def __init__(self, user: Visitor, w: Words, kept: Kept, beside: Tag) -> None:
        self.user = user
        self.w = w
        self.kept = kept
        self.beside = beside
        self.smtp = bool(kept.server.host)
        self.from_outside = user.house.settings.smtp_url.rpartition("@")[2].rpartition("//")[2]
        with tag("div", "se-two", role="radiogroup", aria_label=w("E-mail delivery")):
            self.tiles = {
                False: self._tile("inbox", *self._without_server(), smtp=False),
                True: self._tile("dns", w("SMTP server"), w("The one of your mail provider, or your own."), smtp=True),
            }
        self.form = tag("div", "cw-mt4")
        with self.form:
            self._draw_form()
        self.result = tag("div", "cw-mt4", role="status")
        with tag("div", "se-two cw-mt4"):
            self.to = text_field(w("Send the test to"), user.mailbox, kind="email", autocomplete="email")
        with tag("div", "cw-row cw-mt4"):
            save = button(w("Save and send a test"), self.save_and_test, kind="primary")
        lines = [field for name, field in self.fields.items() if name != "security"]
        enter_presses(save, *lines, self.password, self.to)
        self._show()
        if kept.held is not None:
            self._say_held(kept.held)

    def _without_server(self) -> tuple[str, str]:
        w = self.w
        if self.from_outside:
            text = w("{server}, set where Cartwheel was started.", server=self.from_outside)
            return w("The installation’s server"), text
        return w("Local outbox"), w("Nothing leaves this computer. You read every e-mail under Messages.")

    def _tile(self, symbol: str, title: str, text: str, *, smtp: bool) -> Tag:
        tile = tag("button", "cw-choice", type="button", role="radio")
        with tile:
            with tag("span", "cw-tile"):
                icon(symbol)
            with tag("span", "cw-grow"):
                tag("h4", "", title)
                tag("p", "", text)
        return tile.on_click(lambda: self.choose(smtp))

    def _draw_form(self) -> None:
        w, server = self.w, self.kept.server
        with tag("div", "se-two"):
            host = text_field(w("Server"), server.host, placeholder="smtp.example.com")
            with tag("div", "se-two is-tight"):
                port = text_field(w("Port"), str(server.port), kind="number")
                ways = {"starttls": "STARTTLS", "tls": "TLS", "none": w("None")}
                security = select_field(w("Security"), ways, server.security)
            name = text_field(w("User name"), server.user)
            kept = w("Kept. Type another one to change it.") if self.kept.has_password else ""
            password = text_field(w("Password"), kind="password", help_text=kept, autocomplete="new-password")
        self.fields = {"host": host, "port": port, "security": security, "user": name}
        self.password = password

    def choose(self, smtp: bool) -> None:
        """One of the two ways."""
        self.smtp = smtp
        self._show()

    def _show(self) -> None:
        w = self.w
        for smtp, tile in self.tiles.items():
            on = smtp == self.smtp
            tile.classes(add="is-on") if on else tile.classes(remove="is-on")
            tile.set(aria_checked="true" if on else "false")
        self.form.set_visibility(self.smtp)
        self.beside.clear()
        with self.beside:
            if self.kept.held is not None and self.kept.held.code not in UNREADY:
                chip(w("Not connected"), tone="bad", symbol="error")
            elif self.kept.server.host or self.from_outside:
                chip(w("In use"), tone="ok", symbol="check_circle")
            else:
                chip(w("Local outbox"))

    async def save_and_test(self) -> None:
        """Keep what is set, then send an e-mail by it and say what became of that."""
        w, user = self.w, self.user
        clear({**self.fields, "to": self.to})
        # Into the local outbox it goes even if they have no address of their own yet.
        leaves = self.smtp or bool(self.from_outside)
        to = email_of(str(self.to.value or "") or ("" if leaves else user.email))
        if to is None:
            self.to.complain(w("Type an e-mail address, like hello@example.com."))
            return
        wanted = MailServer()
        if self.smtp:
            values = {key: field.value for key, field in self.fields.items()}
            if not str(values["host"] or "").strip():
                self.fields["host"].complain(w("Type the name of the server"))
                return
            try:
                wanted = MailServer(**{key: "" if value is None else value for key, value in values.items()})
            except ValidationError as wrong:
                complain(wrong, self.fields, w)
                return
        typed = str(self.password.value or "")
        await act(user, preferences.save_mail_server, user.house, user.workspace, wanted, typed or None)
        self.password.value = ""
        self.kept = await fetch(read, user.house, user.workspace)
        self._show()
        self._say("", w("Sending…"), "", symbol="schedule_send")
        message = await act(user, _send_test, user, w, to)
        await self._watch(message, to)

    async def _watch(self, message: int, to: str) -> None:
        w, user = self.w, self.user
        began = user.house.clock.now()
        for half_seconds in range(PATIENCE_SECONDS * 2):
            await asyncio.sleep(0.5)
            if self.result.is_deleted:
                return
            entry, tries = await fetch(_look, user, message)
            self.kept = await fetch(read, user.house, user.workspace)
            self._show()
            if entry.state == "sent":
                answer = tries[-1].answer or "" if tries else ""
                if tries and tries[-1].carrier == "local":
                    self._say("is-ok", w("It is in the local outbox."), w("Read it under Messages."), symbol="inbox")
                else:
                    text = w("It goes to {address}. The server said: {answer}", address=to, answer=answer)
                    self._say("is-ok", w("The mail server took the test."), text, symbol="verified")
                saved(w)
                return
            if entry.state not in ("queued", "sending"):
                reason = w.text(reason_phrase(entry.code or "", entry.args))
                self._say("is-bad", w("The test was not sent."), reason, symbol="error")
                return
            held_now = self.kept.held
            if held_now is not None and held_now.code == NO_ADDRESS:
                continue  # a test needs no such address
            # What is said of the server that was set before takes a moment to pass.
            if held_now is not None and (held_now.since >= began or half_seconds > STALE_SECONDS * 2):
                self._say_held(held_now)
                return
        text = w("It is saved, and the test goes out once the worker runs.")
        self._say("", w("Nothing happened yet."), text, symbol="hourglass_empty")

    def _say_held(self, now: Held) -> None:
        w = self.w
        title = w("Marketing e-mails are on hold.") if now.code == NO_ADDRESS else w("E-mails are on hold.")
        reason = w.text(reason_phrase(now.code, now.args)) + "."
        if now.waiting:
            reason += " " + w(
                "{n} Message is safe and will go out once it works."
                " | {n} Messages are safe and will go out once it works.",
                n=now.waiting,
            )
        self._say("is-bad", title, reason, symbol="error")

    def _say(self, look: str, title: str, text: str, *, symbol: str) -> None:
        self.result.clear()
        with self.result, tag("div", f"cw-banner {look}"):
            icon(symbol)
            with tag("span", "cw-13"):
                tag("b", "", title + " ")
                tag("span", "", text)


def _send_test(user: Visitor, w: Words, to: str) -> int:
    document = read_document(
        {
            "name": w("Test"),
            "kind": "transactional",
            "subject": w("It works: a test from {shop}", shop=user.shop),
            "language": w.language,
            "sections": [
                {"kind": "heading", "id": "s1", "text": w("It works")},
                {"kind": "text", "id": "s2", "html": f"<p>{w('Your mail server took this e-mail.')}</p>"},
            ],
        }
    )
    return send_test(user.house, user.workspace, document, brand_of(user.house, user.workspace), to)


def _look(user: Visitor, message: int) -> tuple[outbox.Entry, list[outbox.Attempt]]:
    with user.house.ledger.read(user.workspace) as tx:
        return outbox.one(tx, message)
