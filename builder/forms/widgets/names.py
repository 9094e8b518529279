"""Names that the workspace has seen before, or new ones: events, fields, tags."""

from collections.abc import Callable, Iterable

from builder.forms.box import Box, Option
from builder.forms.field import Field, Show
from builder.forms.naming import event_options, field_options, settable_options
from builder.forms.widgets.text import draw_label


def draw_event(field: Field) -> Show:
    """The name of an event: those seen, or one that is still to come."""
    draw_label(field)
    box = Box(
        str(field.value or ""),
        field.put,
        options=event_options(field.around, str(field.value or "")),
        own_words=field.w("Use “{text}”", text="{text}"),
        placeholder=field.w("Choose an event"),
        length=200,
    )
    field.entered_by(box)

    def show() -> None:
        box.offer(event_options(field.around, str(field.value or "")))
        box.show(str(field.value or ""))

    return show


def draw_exit(field: Field) -> Show:
    """One of the flow's exits, or none for any of them."""
    draw_label(field)
    return _name_box(field, lambda: _plain(dict.fromkeys(field.around.exits())), length=200)


def draw_tag_or_field(field: Field) -> Show:
    """The tag or the field that is changed, depending on the setting that `by` names."""
    draw_label(field)

    def tags() -> bool:
        return str(field.beside(field.about["by"])).endswith("tag")

    def options() -> list[Option]:
        return _plain(field.around.tags()) if tags() else settable_options(field.around)

    return _name_box(field, options, length=100)


def draw_property(field: Field) -> Show:
    """A field of the contact, or a property of an event. `of` is "contact", or names the setting that says what it is of:
    "contact", "event" for the one that the run stands on, else an event's name."""
    draw_label(field)
    of = field.about["of"]

    def options() -> list[Option]:
        match of if of == "contact" else str(field.beside(of) or ""):
            case "contact":
                return field_options(field.around, "contact", (), standing)
            case "event":
                return field_options(field.around, "event", field.around.run_events(), standing)
            case name:
                return field_options(field.around, "event", (name,), standing)

    # What stands there and not what is being typed, which would come up among the suggestions.
    standing = str(field.value or "")
    show_name = _name_box(field, options, length=200)

    def show() -> None:
        nonlocal standing
        standing = str(field.value or "")
        show_name()

    return show


def _name_box(field: Field, options: Callable[[], list[Option]], length: int) -> Show:
    """A name out of those that fit the settings beside it, which may change, or another."""
    box = Box(
        str(field.value or ""),
        field.put,
        options=options(),
        own_words=field.w("Use “{text}”", text="{text}"),
        placeholder=field.w("Type a name"),
        length=length,
    )
    field.entered_by(box)

    def show() -> None:
        box.offer(options())
        box.show(str(field.value or ""))

    field.form.when_settled(lambda: box.offer(options()))
    return show


def _plain(names: Iterable[str]) -> list[Option]:
    return [{"value": name, "label": name} for name in names]
