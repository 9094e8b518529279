"""How a kind of block looks in the palette and on the canvas, and its ways out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from blocks.phrase import Phrase, say

Family = Literal["trigger", "timing", "split", "send", "action"]


@dataclass(frozen=True, slots=True)
class Outlet:
    """A way out of a block. `label` is a message id, `own` the name that a person gave it; both are "" for the only one."""

    id: str
    label: str = ""
    own: str = ""

    @property
    def name(self) -> Phrase:
        """What it is called: a person's own words as they were typed, else ours."""
        return say("{name}", name=self.own) if self.own else Phrase(self.label)


@dataclass(frozen=True, slots=True)
class Preset:
    """An entry of the palette: the block with these settings filled in. `search` adds words to find it by.

    A Phrase among the settings becomes a text in the language of whoever takes the entry, and is theirs from then on.
    """

    id: str
    title: str
    icon: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    search: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """How a kind of block looks. `icon` is a Material Symbols name; `title` and `describe` are message ids."""

    title: str
    icon: str
    family: Family
    describe: str
    presets: tuple[Preset, ...] = ()
    compact: bool = False
    rank: int = 50
    """Place in its family's part of the palette; low numbers come first."""
