"""One message, read as in a mailbox, with what became of it."""

from dataclasses import dataclass

from fastapi import Request
from nicegui import app, ui
from starlette.responses import PlainTextResponse, Response

from builder.access import Visitor, act, fetch, visitor
from builder.frame import frame, page_at
from builder.mailbox import asked_by, mail_frame, mail_page
from builder.not_found import not_found
from builder.parts.controls import OneOf, avatar, button, chip
from builder.parts.dialog import dialog
from builder.parts.message_state import state_chip
from builder.parts.tag import icon, tag
from builder.parts.toast import toast
from runtime.delivery import held, outbox, resend, told
from runtime.delivery.outbox import Attempt, Entry, NoSuchMessage, Said
from runtime.engagement.seen import Deed, of_message
from runtime.house import House
from runtime.intake import links
from runtime.mail import MailError
from runtime.reasons import REASONS, reason_phrase
from runtime.words import Words, words

REFRESH_SECONDS = 3
UNDONE = ("queued", "sending")
ID_FIELD = "Message-ID"
"""The name of the field, which is no word of any language."""


@dataclass(frozen=True, slots=True)
class _Letter:
    """All that the page shows. `said` is None when the e-mail cannot be made any more."""

    entry: Entry
    tries: list[Attempt]
    said: Said | None
    source: bytes | None
    deeds: list[Deed]


def _letter(house: House, workspace: int, id_: int) -> _Letter | None:
    on_hold = held(house, workspace)
    with house.ledger.read(workspace) as tx:
        try:
            entry, tries = outbox.one(tx, id_)
            (entry,) = told([entry], on_hold, house.clock.now())
        except NoSuchMessage:
            return None
        deeds = of_message(tx, id_)
        try:
            return _Letter(entry, tries, outbox.said(house, tx, id_), outbox.source(house, tx, id_), deeds)
        except MailError:
            return _Letter(entry, tries, None, None, deeds)


def register(house: House) -> None:
    """The page, the e-mail inside its frame, and its source as a file."""

    @app.get("/messages/{message}/mail")
    async def mail(message: int, request: Request) -> Response:
        letter = await fetch(_letter, house, asked_by(request).workspace, message)
        if letter is None or letter.said is None:
            return PlainTextResponse("", status_code=404)
        return mail_page(_looked_at(house, letter.entry, letter.said.rendered.html))

    @app.get("/messages/{message}/source.eml")
    async def source(message: int, request: Request) -> Response:
        letter = await fetch(_letter, house, asked_by(request).workspace, message)
        if letter is None or letter.source is None:
            return PlainTextResponse("", status_code=404)
        names = {"Content-Disposition": f'attachment; filename="message-{message}.eml"', "Cache-Control": "no-store"}
        return Response(letter.source, media_type="message/rfc822", headers=names)

    @page_at("/messages/{message}")
    async def one_message(message: int) -> None:
        user = visitor()
        w = words(user.language)
        letter = await fetch(_letter, house, user.workspace, message)
        if letter is None:
            not_found(house, user, w("There is no such Message."), back="/messages", active="messages")
            return
        with frame(house, user, title=_subject(letter, w), active="messages"):
            with tag("a", "cw-crumb", href="/messages"):
                icon("chevron_left", "s")
                tag("span", "", w("Messages"))
            _Page(user, w, letter)


def _looked_at(house: House, entry: Entry, html: str) -> str:
    """The e-mail for somebody of the shop, who is not the one it went to. What went to nobody but the local outbox is read
    here, so there it is as it would be in a mailbox."""
    return html if entry.code == "kept_here" else links.without_tracking(house, html)


def _subject(letter: _Letter, w: Words) -> str:
    said = letter.said.rendered.subject if letter.said is not None else ""
    return letter.entry.subject or said or letter.entry.email_name or w("Message")


class _Page:
    """The letter at the left, what became of it at the right."""

    def __init__(self, user: Visitor, w: Words, letter: _Letter) -> None:
        self.user = user
        self.w = w
        self.letter = letter
        with tag("div", "mg-grid"):
            self.left = tag("section", "cw-card mg-letter")
            self.right = tag("div", "cw-grid")
        self._draw_letter()
        self._draw_fate()
        self.watch = ui.timer(REFRESH_SECONDS, self.refresh, immediate=False)

    async def refresh(self) -> None:
        """Follow a message that is not done yet."""
        if self.letter.entry.state not in UNDONE:
            self.watch.cancel()
            return
        fresh = await fetch(_letter, self.user.house, self.user.workspace, self.letter.entry.id)
        if fresh is not None and not self.right.is_deleted and fresh.entry != self.letter.entry:
            self.letter = fresh
            self._draw_fate()

    def _draw_letter(self) -> None:
        w, entry, said = self.w, self.letter.entry, self.letter.said
        with self.left:
            with tag("header", "mg-head"):
                tag("h1", "", _subject(self.letter, w))
                if said is not None:
                    sender = said.letter.sender
                    with tag("div", "mg-from"):
                        avatar(sender.name or sender.address)
                        with tag("div", "cw-grow"):
                            with tag("p", "cw-trunc"):
                                tag("b", "", sender.name or sender.address)
                                tag("span", "cw-cap", f" {sender.address}" if sender.name else "")
                            about = entry.contact_name if entry.channel != "team" else said.letter.to_name
                            if entry.test and about:
                                to = w("To {person}, as {contact} would get it", person=entry.to, contact=about)
                            else:
                                to = w("To {person}", person=(f"{about} · {entry.to}" if about else entry.to) or "–")
                            tag("p", "cw-cap cw-trunc", to)
                        now = self.user.house.clock.now()
                        when = w.date(entry.done_at or entry.queued_at, self.user.zone, "moment", now)
                        tag("span", "cw-cap hide-s", when)
            if said is None:
                gone = w("This e-mail is not there any more, so it cannot be shown.")
                call = w("A call of another app. What it was sent is not kept here.")
                team = w("No e-mail of its own was made of this notice.")
                with tag("p", "cw-empty cw-cap"):
                    tag("span", "", {"webhook": call, "team": team}.get(entry.channel, gone))
                return
            with tag("div", "mg-bar"):
                options = [("mail", w("E-mail"), ""), ("text", w("Plain text"), ""), ("source", w("Source"), "")]
                OneOf(options, "mail", self._show, label=w("Show"))
                tag("span", "cw-grow")
                if said.made_again:
                    chip(w("Made again for this page"), symbol="history")
                button(w("Save as a file"), href=f"/messages/{entry.id}/source.eml", symbol="download", small=True)
            self.body = tag("div", "mg-body")
            self._show("mail")

    def _show(self, what: str) -> None:
        said = self.letter.said
        self.body.clear()
        if said is None:
            return
        with self.body:
            match what:
                case "mail":
                    mail_frame(f"/messages/{self.letter.entry.id}/mail", said.rendered.subject, classes="mg-frame")
                case "text":
                    tag("pre", "mg-text", said.rendered.text)
                case _:
                    tag("pre", "mg-text is-code", (self.letter.source or b"").decode("utf-8", "replace"))

    def _draw_fate(self) -> None:
        self.right.clear()
        with self.right:
            self._fate()
            self._whence()

    def _fate(self) -> None:
        w, entry = self.w, self.letter.entry
        now = self.user.house.clock.now()
        with tag("section", "cw-card cw-card-pad"):
            with tag("div", "cw-row cw-mb3"):
                tag("h3", "cw-grow", w("What became of it"))
                state_chip(entry.state, w, entry.code)
            if entry.code:
                tag("p", "cw-13", w.text(reason_phrase(entry.code, entry.args), now) + ".")
            elif entry.state == "queued":
                tag("p", "cw-13", w("It goes out as soon as it is its turn."))
            with tag("ol", "cw-time mg-time"):
                self._step(
                    "schedule_send", "timing", w("Made by the Flow") if entry.flow else w("Asked for"), entry.queued_at
                )
                for attempt in self.letter.tries:
                    self._attempt(attempt)
                for deed in self.letter.deeds:
                    self._deed(deed)
            if entry.state in ("uncertain", "failed"):
                button(w("Send it again"), self._ask_again, symbol="send")

    def _attempt(self, attempt: Attempt) -> None:
        w = self.w
        if attempt.carrier == "local":
            self._step("inbox", "ok", w("Put into the local outbox"), attempt.at)
            return
        what = w("Try {number}", number=attempt.number)
        if attempt.answered_at is None:
            self._step("help", "bad", what, attempt.at, w("No answer came."))
        else:
            good = (attempt.answer or "").startswith("2")
            self._step(
                "mail" if good else "error", "ok" if good else "bad", what, attempt.answered_at, attempt.answer or ""
            )

    def _deed(self, deed: Deed) -> None:
        """Somebody opened it, or followed a link."""
        w = self.w
        if deed.by_person:
            what = w("Opened") if deed.what == "open" else w("Clicked")
        else:
            what = w("Opened by a machine") if deed.what == "open" else w("Clicked by a machine")
        about = [] if deed.by_person else [w(REASONS[f"machine_{deed.who}"])]
        about += [deed.link] if deed.link else []
        if deed.count > 1:
            last = w.date(deed.last_at, self.user.zone, "moment", self.user.house.clock.now())
            about.append(w("{n} times, the last on {when}", n=deed.count, when=last))
        symbol = "ads_click" if deed.what == "click" else "drafts"
        tone = "ok" if deed.by_person else "timing"
        self._step(symbol if deed.by_person else "smart_toy", tone, what, deed.first_at, " · ".join(about))

    def _step(self, symbol: str, tone: str, what: str, at: int, why: str = "") -> None:
        w = self.w
        with tag("li"):
            with tag("span", f"cw-tile f-{tone}"):
                icon(symbol)
            with tag("div"):
                with tag("div", "cw-row is-base"):
                    tag("p", "what cw-grow", what)
                    tag("span", "when", w.date(at, self.user.zone, "moment", self.user.house.clock.now()))
                if why:
                    tag("p", "why", why)

    def _whence(self) -> None:
        w, entry = self.w, self.letter.entry
        with tag("section", "cw-card cw-card-pad"), tag("dl", "cw-kv"):
            tag("dt", "", w("Kind"))
            own = {"webhook": w("Call of another app"), "team": w("Notice to the team")}
            kind = w("Marketing") if entry.marketing else w("Transactional")
            tag("dd", "", own.get(entry.channel, kind))
            if entry.flow_name and entry.flow_slug:
                tag("dt", "", w("Flow"))
                with tag("dd"):
                    tag("a", "cw-a", entry.flow_name, href=f"/flows/{entry.flow_slug}")
            if entry.contact is not None:
                tag("dt", "", w("Contact"))
                with tag("dd"):
                    name = entry.contact_name or entry.contact_email or w("Contact")
                    tag("a", "cw-a", name, href=f"/contacts/{entry.contact}")
            if self.letter.said is not None:
                tag("dt", "", ID_FIELD)
                tag("dd", "cw-cap", self.letter.said.letter.message_id)

    async def _ask_again(self) -> None:
        w, entry = self.w, self.letter.entry
        if entry.state == "failed":
            await self._again()
            return

        async def go() -> None:
            box.close()
            await self._again()

        text = w("The answer of the mail server was lost. If it did arrive, sending it again delivers it twice.")
        with dialog(w("It may have arrived already"), text, close=w("Close")) as box, box.footer:
            tag("span", "cw-grow")
            button(w("Leave it as it is"), box.close)
            button(w("Send it again"), go, kind="primary")

    async def _again(self) -> None:
        w = self.w
        await act(self.user, resend, self.user.house, self.user.workspace, self.letter.entry.id)
        fresh = await fetch(_letter, self.user.house, self.user.workspace, self.letter.entry.id)
        if fresh is not None:
            self.letter = fresh
            self._draw_fate()
            self.watch = ui.timer(REFRESH_SECONDS, self.refresh, immediate=False)
        toast(w("It waits for its turn again."))
