"""A field for text, a number, a choice: typed at leisure, told to Python when the typing pauses."""

from collections.abc import Callable, Sequence
from typing import Any, Literal, NotRequired, TypedDict

from nicegui.element import Element
from nicegui.events import GenericEventArguments

Kind = Literal["text", "number", "area", "select", "time", "date"]
LONGEST = 100_000
"""A text longer than this does not come from typing and is cut; the model's own limit is checked later."""


class Option(TypedDict):
    """Something to choose. `hint` stands at the right, options of one `group` stand together."""

    value: str
    label: str
    hint: NotRequired[str]
    icon: NotRequired[str]
    group: NotRequired[str]


class Box(Element, component="box.js"):
    """An input, textarea or select with our looks. What is typed is never overwritten by a page that is drawn again.

    With `options` a text field suggests; `own_words` ("Use “{text}”") lets people take what they typed instead.
    `on_typed` gets the text (or the chosen value) 150 ms after the last key, at once when the field is left.
    """

    def __init__(
        self,
        value: str,
        on_typed: Callable[[str], Any],
        *,
        label: str = "",
        kind: Kind = "text",
        options: Sequence[Option] = (),
        own_words: str = "",
        look: str = "cw-input",
        placeholder: str = "",
        least: float | None = None,
        most: float | None = None,
        length: int | None = None,
    ) -> None:
        super().__init__()
        self._value = value
        self._tell = on_typed
        self._props.update({"value": value, "turn": 0, "kind": kind, "look": look, "own-words": own_words})
        self._props["options"] = list(options)
        for name, setting in (
            ("aria-label", label),
            ("placeholder", placeholder),
            ("least", least),
            ("most", most),
            ("maxlength", length),
        ):
            if setting not in (None, ""):
                self._props[name] = setting
        self.on("typed", self._typed)

    @property
    def value(self) -> str:
        """What stands in the field."""
        return self._value

    def show(self, value: str) -> None:
        """Put another value into the field. What is being typed there is lost, so only for what changed elsewhere."""
        if value != self._value:
            self._value = value
            self._props["value"] = value
            self._props["turn"] += 1

    def offer(self, options: Sequence[Option]) -> None:
        """Suggest or offer something else."""
        if list(options) != self._props["options"]:
            self._props["options"] = list(options)

    def outline(self, *, wrong: bool) -> None:
        """Outline it in red, or no longer."""
        if wrong != self._props.get("invalid", False):
            self._props["invalid"] = wrong

    def become(self, kind: Kind) -> None:
        """Another kind of field; what stands in it stays. Not from or to "select" or "area"."""
        if kind != self._props["kind"]:
            self._props["kind"] = kind

    def enable(self, yes: bool) -> None:
        """Whether it can be changed."""
        self._props.set_bool("disabled", not yes)

    def named(self, html_id: str) -> None:
        """The id of the input itself, for a label."""
        self._props["field-id"] = html_id

    def describe_by(self, html_id: str | None) -> None:
        """Let a screen reader read another element (its message) after the label."""
        self._props.set_optional("aria-describedby", html_id)

    def keep_at(self, place: str) -> None:
        """Let the page hear of every letter typed here, under this name, before Python does (`KeptTexts`)."""
        self._props["keep-at"] = place

    def focus(self) -> None:
        """Put the cursor into it."""
        self.run_method("focus")

    def _typed(self, event: GenericEventArguments) -> None:
        text = event.args if isinstance(event.args, str) else ""
        self._value = text[:LONGEST]
        # The browser has it already: telling it again could take away what was typed since.
        with self._props.suspend_updates():
            self._props["value"] = self._value
        self._tell(self._value)
