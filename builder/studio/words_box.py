"""A text with merge tags, which are shown as chips."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from builder.forms import Box
from builder.studio.fields import Choice
from runtime.places import STATIC

Kind = Literal["text", "link", "area", "rich"]


class WordsBox(
    Box,
    component=STATIC / "studio" / "words_box.js",
    esm={
        "cartwheel-studio": str(STATIC / "studio" / "lib"),
        "cartwheel-drafting": str(STATIC / "drafting" / "lib"),
    },
):
    """A box (see there) whose text may hold merge tags. "rich" gives HTML as the browser made it, to be cleaned by whoever
    keeps it; the other kinds give text. `heading` is its label, drawn together with the button for inserting a field;
    `place` is where the browser keeps the text until it is stored (`KeptTexts`)."""

    def __init__(
        self,
        value: str,
        on_typed: Callable[[str], Any],
        *,
        heading: str,
        kind: Kind,
        fields: Sequence[Choice],
        words: Mapping[str, str],
        placeholder: str = "",
        place: str = "",
    ) -> None:
        super().__init__(value, on_typed, placeholder=placeholder)
        self._props["kind"] = kind
        self._props["heading"] = heading
        self._props["fields"] = list(fields)
        self._props["words"] = dict(words)
        self._props["place"] = place
