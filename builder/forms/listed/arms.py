"""The variants of an experiment: each with its name, its weight, and the share of people that this comes to."""

from string import ascii_uppercase

from builder.forms.box import Box
from builder.forms.field import Field, Show
from builder.forms.listed.rows import Item, Rows
from builder.forms.widgets.times import whole
from builder.parts.tag import tag

HEAVIEST = 1000


def weight_of(item: Item) -> int:
    """The weight, 0 while it is no weight."""
    weight = item.get("weight", 1)
    return weight if isinstance(weight, int) and 0 <= weight <= HEAVIEST else 0


def shares(items: list[Item], held: int) -> list[float]:
    """Which part of all who come gets each variant, when `held` per cent are held out."""
    every = sum(map(weight_of, items))
    return [(100 - held) / 100 * weight_of(item) / every if every else 0.0 for item in items]


class ArmLine:
    """A variant."""

    def __init__(self, rows: Rows, item: Item) -> None:
        w = rows.field.w
        with tag("div", "cw-item-head"):
            self._dot = tag("i", "cw-arm-dot", aria_hidden="true")
            rows.name_box(item)
            self._weight = Box(
                str(item.get("weight", 1)),
                lambda text: rows.change(item["id"], "weight", weight=whole(text)),
                label=w("Weight"),
                kind="number",
                look="cw-input cw-input-s cw-arm-weight",
                least=0,
                most=HEAVIEST,
            )
            self._share = tag("span", "cw-arm-share cw-tab")
            rows.off_button(item)

    def show(self, item: Item) -> None:
        """Show the variant as it is by now."""
        self._weight.show(str(item.get("weight", 1)))

    def say(self, place: int, share: str) -> None:
        """Its colour in the bar, and its share."""
        self._dot.classes(replace=f"cw-arm-dot arm-{place}")
        self._share.text = share


def draw_arms(field: Field) -> Show:
    """The widget "arms", with a bar of what each gets. The hold-out stands beside it in the form."""
    w = field.w
    lines: dict[str, ArmLine] = {}
    tag("h4", "", field.title)
    bar = tag("div", "cw-bar cw-arm-bar", aria_hidden="true")
    with tag("div", "cw-arm-titles cw-cap", aria_hidden="true"):
        tag("span", "cw-grow", w("Name"))
        tag("span", "cw-arm-weight", w("Weight"))
        tag("span", "cw-arm-share", w("Share"))

    def draw(rows: Rows, item: Item) -> ArmLine:
        lines[item["id"]] = ArmLine(rows, item)
        return lines[item["id"]]

    def fresh(items: list[Item]) -> Item:
        names = {str(item.get("name", "")).strip().upper() for item in items}
        letter = next((one for one in ascii_uppercase if one not in names), str(len(items) + 1))
        return {"name": letter, "weight": max(map(weight_of, items), default=1) or 1}

    def show_shares(rows: Rows) -> None:
        held = field.beside("hold_out")
        held = held if isinstance(held, int) and 0 <= held <= 100 else 0
        items = rows.items
        parts = shares(items, held)
        for place, (item, part) in enumerate(zip(items, parts, strict=True)):
            if item["id"] in lines:  # else it is drawn in a moment
                lines[item["id"]].say(place, w.percent(part))
        bar.clear()
        with bar:
            for place, part in enumerate(parts):
                if part:
                    tag("i", f"arm-{place}", style=f"flex: {100 * part:.2f}")
            if held:
                tag("i", "is-held", style=f"flex: {held}")

    rows = Rows(
        field,
        draw,
        fresh,
        add_words=w("Add a variant"),
        name_words=w("Name of the variant"),
        too_few=w("An experiment has two variants at least."),
        on_shown=show_shares,
    )
    field.form.when_settled(lambda: show_shares(rows))
    return rows.show
