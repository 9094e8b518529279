"""Addresses that are pasted: read like a file of one column."""

import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace

from builder.access import Visitor, fetch
from builder.adding.looked_at import LookedAt
from builder.parts.controls import button
from builder.parts.dialog import Dialog
from builder.parts.fields import area_field
from builder.parts.tag import tag
from runtime.accounts.refused import Refused
from runtime.intake.contact_file import Sheet, read_sheet
from runtime.words import Words

_BETWEEN = re.compile(r"[\n,;\t]+")


class FromText:
    """A large field, then what was found in it."""

    def __init__(self, user: Visitor, w: Words, slug: str, box: Dialog, then: Callable[[], Awaitable[None]]) -> None:
        self._user, self._w, self._slug, self._box, self._then = user, w, slug, box, then
        self._written, self._found = tag("div"), tag("div")
        with self._written:
            help_text = w("One a line, or with commas between them. Who is not known yet becomes a Contact.")
            self._field = area_field(w("E-mail addresses or phone numbers"), help_text=help_text, rows=8)
        self._write()

    def _write(self) -> None:
        self._found.clear()
        self._written.set_visibility(True)
        self._box.footer.clear()
        with self._box.footer:
            tag("span", "cw-grow")
            button(self._w("Cancel"), self._box.close)
            button(self._w("Look at them"), self._look, kind="primary")

    async def _look(self) -> None:
        try:
            sheet = await fetch(read_pasted, str(self._field.value or ""))
        except Refused as refused:
            self._field.complain(self._w.text(refused.phrase))
            return
        if not sheet.total:
            self._field.complain(self._w("Paste an address first."))
            return
        self._written.set_visibility(False)
        with self._found:
            await LookedAt.look(
                self._user, self._w, self._slug, sheet, self._box, self._then, self._write, is_file=False
            )


def read_pasted(text: str) -> Sheet:
    """Addresses and numbers as a sheet, in which each that is wrong is named by itself. Raises Refused."""
    found = [one for part in _BETWEEN.split(text) if (one := part.strip().strip('<>"'))]
    lines = [f'"{one}",\n' if "@" in one or not any(map(str.isdigit, one)) else f',"{one}"\n' for one in found]
    sheet = read_sheet(("email,phone\n" + "".join(lines)).encode(), first_line=1)
    sheet.wrong = [replace(one, column=f"“{found[one.number - 1]}”") for one in sheet.wrong]
    # The same addresses may be meant again on another day, unlike the same file.
    sheet.hash = secrets.token_hex(16)
    return sheet
