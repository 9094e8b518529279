"""The middle of the studio: the e-mail as a contact will get it, and above it the line as it stands in their inbox."""

from collections.abc import Callable
from typing import Any, Literal

from builder.parts.controls import avatar, button
from builder.parts.tag import Tag, icon, tag
from builder.studio.mail_frame import MailFrame
from builder.studio.marks import anchor, section_at, shown
from runtime.mail import Rendered
from runtime.words import Words

Mode = Literal["wide", "phone", "dark", "plain"]
_SYMBOLS: dict[Mode, str] = {
    "wide": "desktop_windows",
    "phone": "smartphone",
    "dark": "dark_mode",
    "plain": "notes",
}
DARK_GROUND = "#0d1312"


class Stage:
    """Draws itself where it is made; `tools` is the line above, for who else has something to put there."""

    def __init__(self, w: Words, own_url: str, on_edit: Callable[[], Any], on_pick: Callable[[str], Any]) -> None:
        self.w = w
        self.mode: Mode = "wide"
        self._own_url = own_url
        self._page = ""
        self._ground = ""
        self._buttons: dict[Mode, Tag] = {}
        with tag("div", "st-tools") as self.tools:
            self._draw_modes()
            tag("span", "cw-grow")
        self._notice = tag("div", "st-notice", role="status")
        with tag("div", "st-stage"):
            self._draw_inbox(on_edit)
            # A phone shows e-mails as phones do; whoever wants to see the desktop's page asks for it.
            self.frame = MailFrame(
                label=w("How the e-mail looks"),
                on_narrow=lambda: self.choose("phone"),
                on_pick=lambda place: on_pick(section_at(place)),
            )
            self._plain = tag("pre", "st-plain", tabindex="0", aria_label=w("Plain text"))
        self.choose("wide")

    def _draw_modes(self) -> None:
        w = self.w
        words: dict[Mode, str] = {
            "wide": w("Desktop"),
            "phone": w("Phone"),
            "dark": w("Dark"),
            "plain": w("Plain text"),
        }
        with tag("div", "cw-seg", role="group", aria_label=w("How it is shown")):
            for mode, symbol in _SYMBOLS.items():
                made = tag("button", "", type="button", aria_label=words[mode], title=words[mode])
                with made:
                    icon(symbol, "s")
                    tag("span", "hide-m", words[mode])
                made.on_click(lambda mode=mode: self.choose(mode))
                self._buttons[mode] = made

    def _draw_inbox(self, on_edit: Callable[[], Any]) -> None:
        with tag("div", "cw-card st-inbox"):
            self._face = tag("span")
            with tag("span", "cw-grow cw-trunc"):
                self._subject = tag("b", "cw-trunc cw-block-el")
                self._beside = tag("span", "cw-cap cw-trunc cw-block-el")
            button(self.w("Edit"), on_edit, kind="quiet", small=True)

    def choose(self, mode: Mode) -> None:
        """Show it in another way."""
        self.mode = mode
        for name, made in self._buttons.items():
            made.classes(add="is-on") if name == mode else made.classes(remove="is-on")
            made.set(aria_pressed="true" if name == mode else "false")
        self.frame.set_visibility(mode != "plain")
        self._plain.set_visibility(mode == "plain")
        self.frame.resize("phone" if mode == "phone" else "wide")
        self._draw()

    def show(self, rendered: Rendered, sender: str, ground: str) -> None:
        """What came out last."""
        w = self.w
        self._page, self._ground = rendered.html, ground
        self._plain.text = rendered.text
        self._subject.text = rendered.subject or w("No subject yet")
        self._beside.text = f"{sender} · {rendered.preview}" if rendered.preview else sender
        if self._face.default_slot.children == [] or getattr(self, "_sender", None) != sender:
            self._sender = sender
            self._face.clear()
            with self._face:
                avatar(sender or "?")
        self._draw()

    def point(self, section: str) -> None:
        """Scroll to a section and mark it."""
        self.frame.go(anchor(section))

    def say(self, text: str, action: str = "", on_action: Callable[[], Any] | None = None) -> None:
        """Why the e-mail cannot be shown as it is now; "" takes that away. The last one that could be stays."""
        self._notice.clear()
        self._notice.set_visibility(bool(text))
        if text:
            with self._notice:
                icon("error", "s")
                tag("span", "cw-grow", text)
                if action:
                    button(action, on_action, small=True)

    def _draw(self) -> None:
        if self._page and self.mode != "plain":
            dark = self.mode == "dark"
            page = shown(self._page, dark=dark, own_url=self._own_url, pick=True)
            self.frame.show(page, ground=DARK_GROUND if dark else self._ground)
