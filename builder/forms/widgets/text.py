"""Text, long text, numbers."""

from annotated_types import Ge, Gt, Le, Lt, MaxLen

from blocks.values import number
from builder.forms.box import Box, Kind
from builder.forms.field import Field, Show
from builder.parts.tag import tag


def draw_text(field: Field) -> Show:
    """One line of text."""
    return _draw(field, "text")


def draw_area(field: Field) -> Show:
    """Several lines of text."""
    return _draw(field, "area")


def _draw(field: Field, kind: Kind) -> Show:
    draw_label(field)
    box = Box(
        str(field.value or ""),
        field.put,
        kind=kind,
        length=limit(field, MaxLen),
        placeholder=field.w(field.about["hint"]) if field.about.get("hint") else "",
        look="cw-input cw-area" if kind == "area" else "cw-input",
    )
    field.entered_by(box)
    return lambda: box.show(str(field.value or ""))


def draw_number(field: Field) -> Show:
    """A number, with its unit behind it if the model names one."""
    draw_label(field)
    with tag("div", "cw-row"):
        box = number_box(field, field.name)
        if unit := field.about.get("unit"):
            tag("span", "cw-cap", field.w(unit))
    return lambda: box.show(as_text(field.value))


def number_box(field: Field, name: str, *, label: str = "") -> Box:
    """A narrow box for a number within the limits of the model."""

    def put(text: str) -> None:
        typed = number(text.strip().replace(",", "."))
        if typed is None and not text.strip() and field.form.default_of(field.name) is None:
            # A number that may be left out.
            field.put(text if field.info.is_required() else None)
            return
        field.put(text if typed is None else typed)

    box = Box(
        as_text(field.value),
        put,
        kind="number",
        label=label,
        look="cw-input cw-num-box",
        least=limit(field, Ge, Gt),
        most=limit(field, Le, Lt),
    )
    field.entered_by(box)
    return box


def draw_label(field: Field) -> None:
    """The title above the widget, tied to it."""
    tag("label", "cw-label", field.title, for_=field.id)


def limit(field: Field, *kinds: type) -> int | None:
    """A limit that the model sets, such as the greatest number."""
    names = {Ge: "ge", Gt: "gt", Le: "le", Lt: "lt", MaxLen: "max_length"}
    for data in field.info.metadata:
        if isinstance(data, kinds):
            return int(getattr(data, names[type(data)]))
    return None


def as_text(value: object) -> str:
    """A number as it is typed."""
    return "" if value is None else str(value)
