"""Lists of pairs: what another app is sent (a name and the field it comes from), and the headers of the call."""

from collections.abc import Callable, Mapping
from functools import partial
from itertools import count
from typing import Any

from blocks.actions.webhook import MOST, app_of
from blocks.phrase import Quoted
from builder.forms.box import Box, Option
from builder.forms.field import Field, Show
from builder.forms.naming import field_options
from builder.parts.controls import button, icon_button
from builder.parts.dialog import dialog
from builder.parts.fields import text_field
from builder.parts.tag import tag
from builder.parts.toast import toast

Item = dict[str, Any]
_ROOTS = ("contact", "event", "run")


class Pairs:
    """The lines of a setting. `second(pairs, place, item)` draws what stands beside the name."""

    def __init__(
        self, field: Field, fresh: Item, second: "Callable[[Pairs, int, Item], Any]", *, add_words: str, name_words: str
    ) -> None:
        self.field = field
        self._fresh, self._second, self._name_words = fresh, second, name_words
        self._steps = count(1)
        self._drawn: list[Item] | None = None
        self._box = tag("div", "cw-pairs")
        self._add = button(add_words, self._add_one, small=True, symbol="add", each=True)
        self.show()

    @property
    def items(self) -> list[Item]:
        """The pairs as they are, with what cannot be drawn left out."""
        return [dict(one) for one in self.field.value or () if isinstance(one, Mapping)]

    def show(self) -> None:
        """Show the pairs as they are by now."""
        items = self.items
        if items == self._drawn:
            return
        self._drawn = items
        self._box.clear()
        with self._box:
            for place, item in enumerate(items):
                with tag("div", "cw-pair"):
                    Box(
                        str(item.get("name", "")),
                        lambda text, place=place: self.change(place, name=text.strip()),  # type: ignore[misc]
                        label=self._name_words,
                        placeholder=self._name_words,
                        look="cw-input cw-input-s",
                        length=100,
                    )
                    self._second(self, place, item)
                    off = icon_button("close", self.field.w("Remove"), partial(self._remove, place))
                    off.classes("cw-item-off")
        full = len(items) >= MOST
        self._add.set(disabled=full or None, title=self.field.w("{n} are the most.", n=MOST) if full else None)

    def change(self, place: int, **changes: Any) -> None:
        """Change a pair while somebody types in it; what stands on the screen stays as it is."""
        items = [{**one, **changes} if at == place else one for at, one in enumerate(self.items)]
        self._drawn = items
        self.field.put(items, step=f":{place}:{'-'.join(changes)}")

    def become(self, items: list[Item]) -> None:
        """Take other pairs, as one step of undo."""
        self.field.put(items, step=f"#{next(self._steps)}")
        self.show()

    def _add_one(self) -> None:
        if len(self.items) < MOST:
            self.become([*self.items, dict(self._fresh)])

    def _remove(self, place: int) -> None:
        self.become([one for at, one in enumerate(self.items) if at != place])


def draw_given(field: Field) -> Show:
    """The widget "given": what the app is sent."""
    w, around = field.w, field.around
    tag("h4", "", field.title)

    def options() -> list[Option]:
        found: list[Option] = []
        words = {"contact": w("Contact"), "event": w("What happened"), "run": w("Kept with the Run")}
        found.append({"value": "contact.email", "label": w("E-mail address"), "group": words["contact"]})
        for root in _ROOTS:
            for one in field_options(around, root, around.run_events()):
                path = f"{root}.{one['value']}"
                if path != "contact.email":
                    found.append({"value": path, "label": one["label"], "hint": path, "group": words[root]})
        return found

    def second(pairs: Pairs, place: int, item: Item) -> None:
        Box(
            str(item.get("field", "")),
            lambda text: pairs.change(place, field=text.strip()),
            label=w("Field"),
            placeholder=w("Choose a field"),
            options=options(),
            own_words=w("Use “{text}”", text="{text}"),
            look="cw-input cw-input-s",
            length=300,
        )

    return Pairs(field, {"name": "", "field": ""}, second, add_words=w("Add a field"), name_words=w("Name there")).show


def draw_headers(field: Field) -> Show:
    """The widget "headers". The value of a secret one never becomes part of the flow: only the shop keeps it."""
    w = field.w
    tag("h4", "", field.title)

    def second(pairs: Pairs, place: int, item: Item) -> None:
        if item.get("secret"):
            tag("span", "cw-pair-secret cw-cap", w("Kept secret"))
            icon_button("lock", w("Type another secret"), partial(_ask_secret, pairs, place)).classes("cw-item-off")
            return
        Box(
            str(item.get("value", "")),
            lambda text: pairs.change(place, value=text),
            label=w("Value"),
            placeholder=w("Value"),
            look="cw-input cw-input-s",
            length=2000,
        )
        if field.around.keep_secret is not None:
            made = icon_button("lock_open", w("Keep the value secret"), partial(_ask_secret, pairs, place))
            made.classes("cw-item-off")

    fresh = {"name": "", "value": ""}
    return Pairs(field, fresh, second, add_words=w("Add a header"), name_words=w("Name")).show


def _ask_secret(pairs: Pairs, place: int) -> None:
    w, keep = pairs.field.w, pairs.field.around.keep_secret
    item, host = pairs.items[place], app_of(str(pairs.field.beside("url") or ""))
    if not host:
        toast(w("Type the address of the other app first: a secret is only ever sent to the app it was typed for."))
        return

    async def save() -> None:
        value = str(typed.value or "")
        if not value or not value.isprintable():
            typed.complain(w("Type the value, in one line."))
            return
        if keep is None:
            return
        name = await keep(host, value)
        box.close()
        items = pairs.items
        if place < len(items):
            items[place] = {"name": items[place].get("name", ""), "value": "", "secret": name, "host": host}
            pairs.become(items)

    title = w("The secret of {name}", name=Quoted(str(item.get("name") or "…")))
    text = w("It is kept encrypted, not in the Flow, and is only ever sent to this app. Nobody can read it here again.")
    with dialog(title, text, close=w("Close")) as box:
        typed = text_field(w("Value"), kind="password", autocomplete="new-password")
        with box.footer:
            tag("span", "cw-grow")
            button(w("Cancel"), box.close)
            button(w("Keep it"), save, kind="primary")
