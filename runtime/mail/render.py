"""Filling in: one compiled e-mail and one contact's values make what is sent, or shown as a preview."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from runtime.mail.compile import CompiledEmail
from runtime.mail.liquid import FOLLOW, Template
from runtime.mail.urls import NOWHERE

MAX_SUBJECT = 250
"""Longest subject in characters; what values add beyond it is cut off."""

Follow = Callable[[str, str], str]
"""Makes the tracked address of a link, from its id in the e-mail and its web address."""

_DEAD = f' href="{NOWHERE}"'
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
_GAPS = re.compile(r"[ \t]+\n|\n{3,}")


@dataclass(frozen=True, slots=True)
class Rendered:
    """What one contact gets. `subject` and `preview` are one line each."""

    subject: str
    preview: str
    html: str
    text: str


class Renderer:
    """One version of an e-mail with its templates parsed (about 3 ms); keep it for as long as that version is sent."""

    def __init__(self, compiled: CompiledEmail) -> None:
        self.compiled = compiled
        self._subject = Template(compiled.subject, html=False)
        self._preview = Template(compiled.preview, html=False)
        self._html = Template(compiled.html, html=True)
        self._text = Template(compiled.text, html=False)

    def render(self, data: Mapping[str, object], follow: Follow | None = None) -> Rendered:
        """The e-mail with the values of `data` (from `mail_data`); links are tracked if `follow` is given.

        Missing values print nothing, or the fallback; what would link nowhere is no link. Raises RenderFailed if the
        e-mail grows beyond its limits.
        """
        if follow is not None:
            data = {**data, FOLLOW: follow}
        text = self._text.render(data)
        if " \n" in text or "\n\n\n" in text:
            text = _GAPS.sub(lambda gap: "\n" if gap[0][0] != "\n" else "\n\n", text)
        return Rendered(
            one_line(self._subject.render(data), MAX_SUBJECT),
            one_line(self._preview.render(data), MAX_SUBJECT),
            self._html.render(data).replace(_DEAD, ""),
            text.strip() + "\n",
        )


def one_line(text: str, most: int) -> str:
    """`text` without line breaks and control characters, which a value may bring along, and not longer than `most`."""
    line = " ".join((_CONTROL.sub(" ", text) if _CONTROL.search(text) else text).split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"
