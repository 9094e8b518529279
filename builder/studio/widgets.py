"""How the settings of sections, of the e-mail's head and of the brand kit are drawn. They take the place of the widgets of
the same name in the forms of blocks, because texts in e-mails may hold fields."""

from collections.abc import Callable, Mapping
from typing import Any

from annotated_types import MaxLen

from builder.drafting.kept_texts import place
from builder.forms.box import Box, Option
from builder.forms.field import Draw, Field, Show
from builder.forms.widgets import WIDGETS
from builder.forms.widgets.text import draw_label, limit
from builder.parts.tag import Tag, icon, tag
from builder.studio.images import draw_image
from builder.studio.kit import kit_of
from builder.studio.words_box import Kind, WordsBox
from runtime.words.names import currencies, language_name, languages

_ALIGN = {"left": "format_align_left", "center": "format_align_center", "right": "format_align_right"}


def _words(field: Field, kind: Kind) -> Show:
    kit = kit_of(field)
    box = WordsBox(
        str(field.value or ""),
        field.put,
        heading=field.title,
        kind=kind,
        fields=kit.fields(),
        words=kit.words,
        placeholder="https://" if kind == "link" else "",
        place=place(str(field.form.settings.get("id", "")), field.name),
    )
    field.entered_by(box)
    return lambda: box.show(str(field.value or ""))


def draw_words(field: Field) -> Show:
    """One line in which fields may stand."""
    return _words(field, "text")


def draw_area(field: Field) -> Show:
    """Several lines in which fields may stand."""
    return _words(field, "area")


def draw_rich(field: Field) -> Show:
    """Paragraphs with marks, lists, links and fields."""
    return _words(field, "rich")


def draw_link(field: Field) -> Show:
    """An address, or a field that is one."""
    return _words(field, "link")


def draw_usual(field: Field) -> Show:
    """One line of plain text; what holds where it is empty is shown in grey."""
    draw_label(field)
    usual = kit_of(field).usual.get(field.name, "")
    box = Box(str(field.value or ""), field.put, length=limit(field, MaxLen), placeholder=usual)
    field.entered_by(box)
    return lambda: box.show(str(field.value or ""))


def draw_align(field: Field) -> Show:
    """Left, centre or right."""
    return _side_by_side(field, {value: (words, _ALIGN.get(value, "")) for value, words in field.choices()})


def draw_brand_colour(field: Field) -> Show:
    """One of the brand's colours."""
    kit = kit_of(field)
    swatches: dict[str, Tag] = {}

    def choose(value: str) -> None:
        field.put(value)
        show()

    def show() -> None:
        for value, made in swatches.items():
            made.set(aria_checked="true" if value == field.value else "false")

    with tag("div", "cw-row"):
        tag("span", "cw-grow cw-13", field.title, id=f"{field.id}-title")
        with tag("div", "cw-row", role="radiogroup", aria_labelledby=f"{field.id}-title"):
            for value, words in field.choices():
                made = tag("button", "sw", type="button", role="radio", aria_label=words, title=words)
                # A colour of the brand is six hexadecimal digits: its model takes nothing else.
                made.style(f"background: {kit.colour(value)}")
                made.on_click(lambda value=value: choose(value))
                swatches[value] = made
    show()
    return show


def draw_colour(field: Field) -> Show:
    """Any colour, picked or typed."""
    draw_label(field)

    def put(text: str) -> None:
        typed = text.strip()
        field.put(typed if typed.startswith("#") else f"#{typed}")
        picker.set(value=_hex(field.value))

    def picked(text: str) -> None:
        put(text)
        box.show(str(field.value))

    with tag("div", "cw-row"):
        # For the eye and the mouse; who cannot use it has the field beside it.
        picker = tag("input", "st-colour", type="color", value=_hex(field.value), tabindex="-1", aria_hidden="true")
        picker.on(
            "input",
            lambda event: picked(str(event.args)),
            js_handler="(event) => emit(event.target.value)",
            throttle=0.1,
        )
        box = Box(str(field.value or ""), put, length=7, look="cw-input st-hex")
        field.entered_by(box)

    def show() -> None:
        box.show(str(field.value or ""))
        picker.set(value=_hex(field.value))

    return show


def draw_code(field: Field) -> Show:
    """CSS."""
    draw_label(field)
    box = Box(str(field.value or ""), field.put, kind="area", look="cw-input cw-area st-code")
    field.entered_by(box)
    return lambda: box.show(str(field.value or ""))


def draw_language(field: Field) -> Show:
    """A language by its name."""
    reader = field.w.language
    return _named(field, languages(reader), lambda value: language_name(value, reader))


def draw_currency(field: Field) -> Show:
    """A currency by its code and name."""
    return _named(field, currencies(field.w.language), str)


def _named(field: Field, names: Mapping[str, str], otherwise: Callable[[str], str]) -> Show:
    """One of many by its name; a value that is not among them stays to be chosen."""
    draw_label(field)

    def options() -> list[Option]:
        value = str(field.value or "")
        more = {value: otherwise(value)} if value and value not in names else {}
        return [{"value": one, "label": name} for one, name in {**names, **more}.items()]

    def put(text: str) -> None:
        if text in names:
            field.put(text)

    box = Box(str(field.value or ""), put, options=options(), look="cw-input cw-select")
    field.entered_by(box)

    def show() -> None:
        box.offer(options())
        box.show(str(field.value or ""))

    return show


def _side_by_side(field: Field, options: Mapping[str, tuple[str, str]]) -> Show:
    buttons: dict[str, Tag] = {}

    def choose(value: str) -> None:
        field.put(value)
        show()

    def show() -> None:
        for value, made in buttons.items():
            chosen = value == field.value
            made.classes(add="is-on") if chosen else made.classes(remove="is-on")
            made.set(aria_checked="true" if chosen else "false")

    with tag("div", "cw-row"):
        tag("span", "cw-grow cw-13", field.title, id=f"{field.id}-title")
        with tag("div", "cw-seg", role="radiogroup", aria_labelledby=f"{field.id}-title"):
            for value, (words, symbol) in options.items():
                made = tag("button", "", type="button", role="radio", aria_label=words, title=words)
                with made:
                    icon(symbol, "s")
                made.on_click(lambda value=value: choose(value))
                buttons[value] = made
    show()
    return show


def _hex(value: Any) -> str:
    """A colour as the browser's picker takes it; black for what is none."""
    text = str(value or "")
    digits = text[1:]
    is_colour = len(text) == 7 and text[0] == "#" and all(digit in "0123456789abcdefABCDEF" for digit in digits)
    return text.lower() if is_colour else "#000000"


_SHARED: Mapping[str, Draw] = {
    **WIDGETS,
    "align": draw_align,
    "brand_colour": draw_brand_colour,
    "colour": draw_colour,
    "code": draw_code,
    "language": draw_language,
    "currency": draw_currency,
    "image": draw_image,
}
BRAND_WIDGETS: Mapping[str, Draw] = _SHARED
"""For the brand kit: its texts are the same for everybody."""
MAIL_WIDGETS: Mapping[str, Draw] = {
    **_SHARED,
    "text": draw_words,
    "textarea": draw_area,
    "rich": draw_rich,
    "url": draw_link,
}
"""For sections: their texts may hold fields."""
