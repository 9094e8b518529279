"""A file of contacts: chosen, looked at, then added."""

from collections.abc import Awaitable, Callable

from nicegui import events, ui

from blocks.phrase import say
from builder.access import Visitor, fetch
from builder.adding.looked_at import LookedAt
from builder.parts.controls import button
from builder.parts.dialog import Dialog
from builder.parts.tag import tag
from builder.parts.toast import toast
from runtime.accounts.refused import Refused
from runtime.intake.contact_file import MOST_BYTES, MOST_LINES, read_sheet
from runtime.words import Words


class FromFile:
    """What a file must have, the button that chooses one, then what was found in it."""

    def __init__(self, user: Visitor, w: Words, slug: str, box: Dialog, then: Callable[[], Awaitable[None]]) -> None:
        self._user, self._w, self._slug, self._box, self._then = user, w, slug, box, then
        self._asking, self._found = tag("div", "ad-file"), tag("div")
        with self._asking:
            tag("p", "", w("The first line names the columns: email, phone or customer_id, and any fields you like."))
            tag(
                "p",
                "cw-cap",
                w(
                    "With email_consent (yes or no) and consent_source (where they agreed) the file brings consent along; "
                    "without it, who has not agreed gets no marketing."
                ),
            )
            limits = say("At most {mb} MB and {n} lines.", mb=MOST_BYTES // 1_000_000, n=MOST_LINES)
            tag("p", "cw-cap", w.text(limits))
            self._uploader = ui.upload(
                on_upload=self._take, on_rejected=self._refused, auto_upload=True, max_file_size=MOST_BYTES
            ).classes("hidden")
            self._uploader.props["accept"] = ".csv,.txt,.tsv,text/csv,text/plain"
            choose = button(w("Choose a file"), symbol="upload", kind="primary")
            choose.on("click", js_handler=f"() => getElement({self._uploader.id}).$refs.qRef.pickFiles()")
        self._ask()

    def _ask(self) -> None:
        self._found.clear()
        self._asking.set_visibility(True)
        self._box.footer.clear()
        with self._box.footer:
            tag("span", "cw-grow")
            button(self._w("Cancel"), self._box.close)

    async def _take(self, upload: events.UploadEventArguments) -> None:
        data = await upload.file.read()
        self._uploader.reset()
        try:
            sheet = await fetch(read_sheet, data)
        except Refused as refused:
            toast(self._w.text(refused.phrase), kind="bad")
            return
        self._asking.set_visibility(False)
        with self._found:
            await LookedAt.look(self._user, self._w, self._slug, sheet, self._box, self._then, self._ask)

    def _refused(self) -> None:
        text = say("This file is larger than {n} MB. Split it.", n=MOST_BYTES // 1_000_000)
        toast(self._w.text(text), kind="bad")
