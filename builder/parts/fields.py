"""Fields with their label above and help, or what is wrong, below."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from nicegui import ui

from blocks.zones import zone_names
from builder.parts.tag import Tag, icon, tag


class Field:
    """A labelled field. `value` is what stands in it now."""

    def __init__(self, box: Tag, control: Any, help_text: str) -> None:
        self.box = box
        self.control = control
        self._help_text = help_text
        with box:
            self._help = tag("span", "cw-help")
        self._say(help_text, bad=False)

    @property
    def value(self) -> Any:
        """What stands in the field."""
        return self.control.value

    @value.setter
    def value(self, value: Any) -> None:
        self.control.value = value

    def complain(self, text: str) -> None:
        """Say what is wrong; "" takes the complaint away."""
        self._say(text or self._help_text, bad=bool(text))
        self.control.props["error"] = bool(text)
        self.control.props["no-error-icon"] = True

    def _say(self, text: str, *, bad: bool) -> None:
        self._help.clear()
        self._help.classes(add="is-bad") if bad else self._help.classes(remove="is-bad")
        self._help.set_visibility(bool(text))
        with self._help:
            if bad:
                icon("error", "xs")
            tag("span", "", text)


def _box(label: str) -> Tag:
    box = tag("div", "cw-field")
    with box:
        tag("span", "cw-label", label)
    return box


def text_field(
    label: str,
    value: str = "",
    *,
    help_text: str = "",
    kind: Literal["text", "email", "password", "url", "number"] = "text",
    placeholder: str = "",
    autocomplete: str = "off",
) -> Field:
    """One line of text."""
    box = _box(label)
    with box:
        control = ui.input(value=value, placeholder=placeholder or None)
        control.props["type"] = kind
        control.props["autocomplete"] = autocomplete
        control.props["aria-label"] = label
    return Field(box, control, help_text)


def enter_presses(made: Tag, *fields: Field) -> None:
    """Who presses Enter in one of these fields has clicked this button."""
    for field in fields:
        field.control.on(
            "keydown.enter", js_handler=f"(event) => event.isComposing || getHtmlElement({int(made.id)})?.click()"
        )


def area_field(label: str, value: str = "", *, help_text: str = "", rows: int = 3) -> Field:
    """Several lines of text."""
    box = _box(label)
    with box:
        control = ui.textarea(value=value)
        control.props["aria-label"] = label
        control.props["rows"] = rows
    return Field(box, control, help_text)


# Who types "york" and presses Enter means what is offered then. Quasar closes the menu and leaves "york" standing in the
# field, as if it were chosen, unless an arrow has lit an entry.
_TAKE_THE_FIRST = """() => {
  const field = getElement(%d);
  const select = field.$refs.qRef;
  if (field.filteredOptions.length < field.initialOptions.length && select.getOptionIndex() < 0) select.setOptionIndex(0);
}"""


def select_field(
    label: str,
    options: Mapping[Any, str],
    value: Any,
    *,
    help_text: str = "",
    search: bool = False,
    on_change: Callable[[Any], Any] | None = None,
) -> Field:
    """One of several. `search` lets people type to find it, for long lists."""
    box = _box(label)
    with box:
        control = ui.select(dict(options), value=value, with_input=search)
        control.props["aria-label"] = label
        if search:
            control.props["hide-selected"] = True
            control.props["fill-input"] = True
            control.on("keydown.enter", js_handler=_TAKE_THE_FIRST % control.id)
        if on_change is not None:
            control.on_value_change(lambda event: on_change(event.value))
    return Field(box, control, help_text)


def zone_choices(now: str = "") -> dict[str, str]:
    """The time zones to choose from, with the one that is chosen `now` among them."""
    found = {zone: zone.replace("_", " ") for zone in sorted(zone_names()) if "/" in zone}
    return found | ({now: now} if now and now not in found else {})


def search_field(label: str, on_search: Callable[[str], Any], value: str = "") -> Tag:
    """A field with a magnifying glass. `on_search` gets what was typed, a moment after the last key."""
    box = tag("label", "cw-input cw-search")
    with box:
        icon("search")
        # No value is kept here for an empty field: what the browser holds is not overwritten while somebody types.
        field = tag(
            "input", placeholder=label, aria_label=label, type="search", autocomplete="off", value=value or None
        )
        field.on(
            "input",
            lambda event: on_search(str(event.args)),
            js_handler="(event) => emit(event.target.value)",
            throttle=0.2,
            leading_events=False,
        )
    return box
