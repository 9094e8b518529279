"""Texts that the browser keeps until they are stored."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from runtime.places import STATIC

MOST = 200
LONGEST = 50_000
PATIENCE = 10.0
"""Seconds to wait for a browser's answer."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A text that was typed on the draft of `rev`, and is perhaps not stored. `section` is the part of the page or of the
    draft, `field` what stands in it."""

    section: str
    field: str
    text: str
    rev: int


class KeptTexts(
    Element,
    component=STATIC / "drafting" / "kept_texts.js",
    esm={"cartwheel-drafting": str(STATIC / "drafting" / "lib")},
):
    """`shelf` names the draft in the browser's storage. `on_kept` is called once, if something was left there.

    A box that has no name of its own (`Box.keep_at`) is kept as well if it stands in an element with `data-keep`.
    `on_told(place, text)` is called after Python has dealt with what was typed there, and `put_back` types it again.
    """

    def __init__(
        self,
        shelf: str,
        rev: int,
        on_kept: Callable[[list[Kept]], Any],
        on_told: Callable[[str, str], Any] = lambda place, text: None,
    ) -> None:
        super().__init__()
        self._props["shelf"] = shelf
        self._props["rev"] = rev
        self.on("kept", lambda event: on_kept(list(_read(event))))
        self.on("told", lambda event: on_told(*_told(event)))

    def stored(self, rev: int, texts: Mapping[str, str]) -> None:
        """The draft is at `rev` now; these texts, by place, are in it and need not be kept any more."""
        self.run_method("stored", rev, dict(texts))

    async def put_back(self, section: str) -> tuple[int, list[str]]:
        """Type again what was kept of the element that `section` names in `data-keep`, as soon as it is drawn.

        Returns how many boxes that were, and the texts that have no place any more, because something else stands there.
        """
        try:
            found = await self.run_method("putBack", section, timeout=PATIENCE)
        except TimeoutError:
            return 0, []
        found = found if isinstance(found, dict) else {}
        lost = [str(one)[:LONGEST] for one in found.get("lost") or ()]
        return int(found.get("back") or 0), lost[:MOST]


def place(section: str, field: str) -> str:
    """The name of a setting on the shelf."""
    return f"{section} {field}"


def _told(event: GenericEventArguments) -> tuple[str, str]:
    told = event.args if isinstance(event.args, dict) else {}
    return str(told.get("place", ""))[:LONGEST], str(told.get("text", ""))[:LONGEST]


def _read(event: GenericEventArguments) -> Iterator[Kept]:
    told = event.args if isinstance(event.args, dict) else {}
    for name, entry in list(told.items())[:MOST]:
        section, _, field = str(name).partition(" ")
        if isinstance(entry, dict) and isinstance(entry.get("text"), str) and isinstance(entry.get("rev"), int):
            yield Kept(section, field, entry["text"][:LONGEST], entry["rev"])
