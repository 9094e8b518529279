"""What lists of named ways have in common: lines are added, named, moved and removed, each as one step of undo."""

import secrets
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, Protocol

from blocks.named_ways import LONGEST_NAME, MOST
from blocks.phrase import Quoted
from builder.forms.box import Box
from builder.forms.field import Field
from builder.forms.listed.movable import Movable
from builder.parts.controls import button, icon_button
from builder.parts.tag import Tag, tag

Item = dict[str, Any]
LEAST = 2


class Line(Protocol):
    """The inputs of one item, in a line of the list."""

    def show(self, item: Item) -> None:
        """Show the item as it is by now."""
        ...


class Rows:
    """The list of a setting. `draw(rows, item)` draws an item's inputs into its line, which has the grip in it already."""

    def __init__(
        self,
        field: Field,
        draw: Callable[["Rows", Item], Line],
        fresh: Callable[[list[Item]], Item],
        *,
        add_words: str,
        name_words: str,
        too_few: str,
        after: Callable[[], Any] = lambda: None,
        on_shown: Callable[["Rows"], Any] = lambda rows: None,
    ) -> None:
        self.field = field
        self._draw, self._fresh, self._on_shown = draw, fresh, on_shown
        self._name_words, self._too_few = name_words, too_few
        self._steps = count(1)
        self._lines: dict[str, tuple[Tag, Line]] = {}
        self._names: dict[str, Box] = {}
        self._offs: dict[str, Tag] = {}
        self._list = Movable(self._move, field.w, label=field.title)
        self._gone = tag("div", "cw-item-gone", role="status")
        after()
        self._add = button(add_words, self._add_one, small=True, symbol="add", classes="cw-item-add", each=True)
        self.show()

    @property
    def items(self) -> list[Item]:
        """The list as it is, with what cannot be drawn left out."""
        value = self.field.value
        return [dict(one) for one in value or () if isinstance(one, Mapping) and one.get("id")]

    def change(self, id_: str, step: str, **changes: Any) -> None:
        """Change one item; quick changes of one `step` are taken back together."""
        self.field.put([{**one, **changes} if one["id"] == id_ else one for one in self.items], step=f":{id_}:{step}")
        self._gone.clear()

    def name_box(self, item: Item) -> None:
        """The item's name, renamed in place."""
        self._names[item["id"]] = Box(
            str(item.get("name", "")),
            lambda text: self.change(item["id"], "name", name=text),
            label=self._name_words,
            placeholder=self._name_words,
            look="cw-input cw-input-s",
            length=LONGEST_NAME,
        )

    def off_button(self, item: Item) -> None:
        """Takes the item out."""
        off = icon_button("close", self.field.w("Remove"), lambda: self._remove(item["id"]))
        self._offs[item["id"]] = off.classes("cw-item-off")

    def show(self) -> None:
        """Show the list as it is by now: after an undo, or when another page changed it."""
        items = {one["id"]: one for one in self.items}
        for id_ in [id_ for id_ in self._lines if id_ not in items]:
            self._lines.pop(id_)[0].delete()
            self._names.pop(id_), self._offs.pop(id_)
        for place, (id_, item) in enumerate(items.items()):
            if id_ not in self._lines:
                with self._list.line(id_) as made:
                    self._lines[id_] = made, self._draw(self, item)
            made, line = self._lines[id_]
            if self._list.default_slot.children[place] is not made:
                made.move(target_index=place)
            self._names[id_].show(str(item.get("name", "")))
            line.show(item)
        self._allow()
        self._gone.clear()
        self._on_shown(self)

    def _allow(self) -> None:
        """Ten at most, two at least."""
        few, many = len(self._lines) <= LEAST, len(self._lines) >= MOST
        self._add.set(disabled=many or None, title=self.field.w("{n} are the most.", n=MOST) if many else None)
        for off in self._offs.values():
            off.set(disabled=few or None, title=self._too_few if few else self.field.w("Remove"))

    def _put(self, items: list[Item]) -> None:
        self.field.put(items, step=f"#{next(self._steps)}")
        self.show()

    # ---- what is done to it

    def _add_one(self) -> None:
        items = self.items
        if len(items) < MOST:
            item = {"id": secrets.token_hex(4), **self._fresh(items)}
            self._put([*items, item])
            self._names[item["id"]].focus()

    def _move(self, id_: str, to: int) -> None:
        items = self.items
        moved = [one for one in items if one["id"] == id_]
        others = [one for one in items if one["id"] != id_]
        if moved and 0 <= to <= len(others):
            self._put([*others[:to], *moved, *others[to:]])

    def _remove(self, id_: str) -> None:
        items = self.items
        place = next((at for at, one in enumerate(items) if one["id"] == id_), None)
        if place is None or len(items) <= LEAST:
            return
        item = items.pop(place)
        self._put(items)
        w = self.field.w
        with self._gone:
            tag("span", "cw-grow", w("{name} is removed", name=Quoted(str(item.get("name", "")))))
            undo = button(w("Undo"), lambda: self._put_back(item, place), kind="quiet", small=True)
        undo.run_method("focus")

    def _put_back(self, item: Item, place: int) -> None:
        items = self.items
        if len(items) < MOST and all(one["id"] != item["id"] for one in items):
            self._put([*items[:place], item, *items[place:]])
            self._names[item["id"]].focus()
