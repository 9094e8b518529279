"""One setting on the screen: its label, its widget, and the sentence below it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from nicegui.element import Element
from pydantic.fields import FieldInfo

from builder.forms.around import Around
from builder.forms.box import Box
from builder.forms.errors import Wrong
from builder.parts.tag import icon, tag
from runtime.words import Words

if TYPE_CHECKING:
    from builder.forms.form import Form

Show = Callable[[], None]
"""Shows the setting as it is by now: after an undo, or when another tab changed it."""
Draw = Callable[["Field"], Show]


@dataclass
class Field:
    """A setting that is being edited. A widget reads `value`, calls `put`, and may read the settings beside it."""

    form: "Form"
    name: str
    info: FieldInfo
    id: str
    """For the label's `for` and the message's `aria-describedby`."""
    touched: bool = False
    focusable: Box | None = None
    also: tuple[str, ...] = ()
    """Other settings that this widget draws; what is wrong with them is said here."""
    says_itself: bool = False
    """The widget says what is wrong in it, so that only what others found is said below."""
    _said: Sequence[tuple[str, str]] = ()
    _message: Element | None = None

    @property
    def around(self) -> Around:
        """What the form may know."""
        return self.form.around

    @property
    def w(self) -> Words:
        """The reader's words."""
        return self.form.around.w

    @property
    def about(self) -> Mapping[str, Any]:
        """What the model says about its widget."""
        return about(self.info)

    @property
    def title(self) -> str:
        """The label, in the reader's language."""
        return self.w(self.info.title or self.name)

    @property
    def value(self) -> Any:
        """The setting as it was typed, else the model's default."""
        if self.name in self.form.settings:
            return self.form.settings[self.name]
        return None if self.info.is_required() else self.info.get_default(call_default_factory=True)

    def put(self, value: Any, *, step: str = "") -> None:
        """Change the setting. Quick changes of one `step` of one setting are taken back together."""
        self.touched = True
        self.form.put({self.name: value}, key=f"{self.name}{step}")

    def beside(self, name: str) -> Any:
        """Another setting of the same form."""
        return self.form.settings.get(name, self.form.default_of(name))

    def choices(self) -> list[tuple[str, str]]:
        """Value and words of each choice of a Literal setting."""
        words: Mapping[str, str] = self.about.get("choices", {})
        return [(value, self.w(words.get(value, _readable(value)))) for value in _literals(self.info.annotation)]

    def entered_by(self, box: Box) -> None:
        """The box that the label belongs to, and that gets a red outline when the setting is wrong."""
        self.focusable = box
        box.named(self.id)

    def partner(self, widget: str) -> "Field":
        """The setting that this one's widget draws as well: the one whose `widget` names this field."""
        for name, info in self.form.model.model_fields.items():
            if about(info).get("widget") == widget and about(info).get("field") == self.name:
                self.also = (*self.also, name)
                return Field(self.form, name, info, f"{self.id}-{name}")
        raise LookupError(f"No setting is {widget} of {self.name}")

    def draw_message(self) -> None:
        """Where the sentence will stand."""
        self._message = tag("div", "cw-messages", id=f"{self.id}-says", role="status")

    def show_wrongs(self, found: Sequence[Wrong]) -> None:
        """Say what is wrong below the field; nothing for a field that is merely empty and was not visited yet."""
        said = [one for one in found if one.level != "empty" or self.touched or self.form.strict]
        bad = any(one.level != "warn" for one in said)
        if self.focusable is not None:
            self.focusable.outline(wrong=bad)
            self.focusable.describe_by(f"{self.id}-says" if said else None)
        texts = [(one.level, self.w.text(one.phrase)) for one in said]
        if self._message is None or texts == self._said:
            return
        self._said = texts
        self._message.clear()
        with self._message:
            for level, text in texts:
                with tag("p", "cw-help is-warn" if level == "warn" else "cw-help is-bad"):
                    icon("warning" if level == "warn" else "error", "xs")
                    tag("span", "", text)


def about(info: FieldInfo) -> Mapping[str, Any]:
    """The extra part of a field's JSON schema: which widget draws it, and with what."""
    extra = info.json_schema_extra
    return extra if isinstance(extra, Mapping) else {}


def _literals(annotation: Any) -> list[str]:
    args = get_args(annotation)
    if args and all(isinstance(arg, str) for arg in args):
        return list(args)
    return next((found for arg in args if (found := _literals(arg))), [])


def _readable(value: str) -> str:
    return value.replace("_", " ").capitalize()
