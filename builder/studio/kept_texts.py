"""Texts that the browser keeps until they are stored."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from runtime.places import STATIC

MOST = 200
LONGEST = 50_000


@dataclass(frozen=True, slots=True)
class Kept:
    """A text that was typed on the draft of `rev`, and is perhaps not stored."""

    section: str
    field: str
    text: str
    rev: int


class KeptTexts(Element, component=STATIC / "studio" / "kept_texts.js"):
    """`shelf` names the draft in the browser's storage. `on_kept` is called once, if something was left there."""

    def __init__(self, shelf: str, rev: int, on_kept: Callable[[list[Kept]], Any]) -> None:
        super().__init__()
        self._props["shelf"] = shelf
        self._props["rev"] = rev
        self.on("kept", lambda event: on_kept(list(_read(event))))

    def stored(self, rev: int, texts: Mapping[str, str]) -> None:
        """The draft is at `rev` now; these texts, by place, are in it and need not be kept any more."""
        self.run_method("stored", rev, dict(texts))


def place(section: str, field: str) -> str:
    """The name of a setting on the shelf."""
    return f"{section} {field}"


def _read(event: GenericEventArguments) -> Iterator[Kept]:
    told = event.args if isinstance(event.args, dict) else {}
    for name, entry in list(told.items())[:MOST]:
        section, _, field = str(name).partition(" ")
        if isinstance(entry, dict) and isinstance(entry.get("text"), str) and isinstance(entry.get("rev"), int):
            yield Kept(section, field, entry["text"][:LONGEST], entry["rev"])
