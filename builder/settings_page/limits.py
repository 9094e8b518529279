"""How often marketing goes to one contact, and when: caps, quiet hours, and what becomes of what they keep back."""

from typing import Any

from pydantic import ValidationError

from blocks.limits import Limits
from builder.access import Visitor, act
from builder.forms.limit_lines import LimitLines, what_is_wrong
from builder.parts.controls import button
from builder.parts.tag import icon, tag
from builder.settings_page.card import card, saved, unsaved
from runtime.delivery import set_limits
from runtime.words import Words


def draw(user: Visitor, w: Words, kept: Limits) -> None:
    """The card."""
    text = w(
        "For marketing, over all Flows and where each Contact lives. Order confirmations and tests always go out, "
        "and so does what its own Flow or Block lets through, like a welcome."
    )
    with card("limits", w("How often, and when"), text):
        _Limits(user, w, kept)


class _Limits:
    """What stands on the screen, half typed or not, and the sentence that it makes."""

    def __init__(self, user: Visitor, w: Words, kept: Limits) -> None:
        self._user = user
        self._w = w
        self._now: dict[str, Any] = kept.model_dump(mode="json")
        self._lines = LimitLines(self._now, w, on_change=self._tell, redraw=self._draw)
        self._banner = tag("div", "cw-banner is-info se-said")
        with self._banner:
            icon("bedtime")
            self._said = tag("span", "cw-13", role="status")
        self._body = tag("div")
        with tag("div", "cw-row cw-mt4"):
            button(w("Save"), self._save)
        self._draw()
        self._tell()

    def _draw(self) -> None:
        w = self._w
        with self._lines.kept.redrawing(self._body):
            tag("h4", "cw-limit-title", w("E-mails to one Contact, at most"))
            self._lines.draw_caps()
            if self._now["caps"]:
                self._lines.draw_fate("over", w("What is over"))
            tag("h4", "cw-limit-title", w("Quiet hours"))
            self._lines.draw_quiet()
            if self._now["quiet"]:
                self._lines.draw_fate("in_quiet", w("What is due then"))

    def _read(self) -> Limits | str:
        """What stands there, or what is wrong with it."""
        try:
            return Limits.model_validate(self._now)
        except ValidationError as wrong:
            return what_is_wrong(wrong.errors(), self._w)

    def _tell(self) -> None:
        found = self._read()
        if isinstance(found, str):
            self._said.text = found
            self._banner.classes(add="is-bad", remove="is-info")
        else:
            self._said.text = self._w.text(found.say()) + "."
            self._banner.classes(add="is-info", remove="is-bad")

    async def _save(self) -> None:
        wanted = self._read()
        if isinstance(wanted, str):
            unsaved(wanted)
            return
        await act(self._user, set_limits, self._user.house, self._user.workspace, wanted)
        saved(self._w)
