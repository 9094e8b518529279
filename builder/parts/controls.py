"""Buttons, chips, states and one of few."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

from builder.parts.tag import Handler, Tag, icon, tag

Kind = Literal["primary", "", "quiet", "bad"]
Tone = Literal["", "ok", "warn", "bad", "brand", "line"]


def button(
    text: str,
    on_click: Handler | None = None,
    *,
    kind: Kind = "",
    symbol: str = "",
    small: bool = False,
    classes: str = "",
    href: str | None = None,
    why_not: str = "",
    each: bool = False,
) -> Tag:
    """A button, or with `href` a link that looks like one. One "primary" a view. `why_not` disables it and says why.

    `each` click counts where several are made one after another, as in `Tag.on_click`.
    """
    style = {"primary": "cw-btn-primary", "quiet": "cw-btn-quiet", "bad": "cw-btn-quiet cw-btn-bad", "": ""}[kind]
    names = " ".join(filter(None, ("cw-btn", style, "cw-btn-s" if small else "", classes)))
    made = tag("a", names, href=href) if href is not None else tag("button", names, type="button")
    with made:
        if symbol:
            icon(symbol)
        tag("span", "", text)
    if why_not:
        made.set(aria_disabled="true", title=why_not)
    elif on_click is not None:
        made.on_click(on_click, each=each)
    return made


def icon_button(
    symbol: str, label: str, on_click: Handler | None = None, *, href: str | None = None, each: bool = False
) -> Tag:
    """A square button with only a picture; `label` is what a screen reader and the tooltip say. `each` as in `button`."""
    made = tag(
        "a" if href is not None else "button",
        "cw-icon-btn",
        href=href,
        type="button" if href is None else None,
        aria_label=label,
        title=label,
    )
    with made:
        icon(symbol)
    if on_click is not None:
        made.on_click(on_click, each=each)
    return made


def chip(text: str, *, tone: Tone = "", symbol: str = "") -> Tag:
    """A small rounded word. A colour never comes without a word."""
    made = tag("span", f"cw-chip is-{tone}" if tone else "cw-chip")
    with made:
        if symbol:
            icon(symbol)
        tag("span", "cw-trunc", text)
    return made


def state(text: str, look: Literal["live", "paused", "draft", "bad", ""]) -> Tag:
    """A dot and a word: what state something is in."""
    return tag("span", f"cw-state is-{look}" if look else "cw-state", text)


class OneOf(Tag):
    """One of few, side by side: (value, word, number or ""). `on_choose` gets the value."""

    def __init__(
        self, options: Sequence[tuple[str, str, str]], chosen: str, on_choose: Callable[[str], Any], *, label: str
    ) -> None:
        super().__init__("div", "cw-seg", role="group", aria_label=label)
        self._buttons: dict[str, Tag] = {}
        self._numbers: dict[str, Tag] = {}
        self._on_choose = on_choose
        with self:
            for value, word, number in options:
                made = tag("button", "is-on" if value == chosen else "", type="button")
                made.set(aria_pressed="true" if value == chosen else "false")
                made.on_click(lambda value=value: self._choose(value))
                with made:
                    tag("span", "", word)
                    self._numbers[value] = tag("span", "cw-cap" if number else "hidden", number)
                self._buttons[value] = made

    def count(self, options: Sequence[tuple[str, str, str]]) -> None:
        """The same options, with the numbers as they are by now."""
        for value, _, number in options:
            self._numbers[value].text = number
            self._numbers[value].classes(replace="cw-cap" if number else "hidden")

    def _choose(self, value: str) -> Any:
        for name, made in self._buttons.items():
            made.classes(add="is-on") if name == value else made.classes(remove="is-on")
            made.set(aria_pressed="true" if name == value else "false")
        return self._on_choose(value)


def avatar(name: str, *, large: bool = False, square: bool = False) -> Tag:
    """A circle with the first letters of a name."""
    classes = "cw-avatar" + (" cw-avatar-l" if large else "") + (" is-square" if square else "")
    return tag("span", classes, initials(name), aria_hidden="true")


def initials(name: str) -> str:
    """The first letters of a name's first two words."""
    return "".join(filter(None, map(_initial, name.split()[:2]))).upper() or "?"


_BEFORE_THEIR_CONSONANT = "เแโใไ"
"""Thai vowels that are written first and read second: a name's letter is the one after."""


def _initial(word: str) -> str:
    return next((letter for letter in word if letter.isalnum() and letter not in _BEFORE_THEIR_CONSONANT), "")
