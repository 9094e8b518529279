"""Rows "field = value": what somebody tries instead of what is known."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from blocks.rule_words import readable
from blocks.values import number, safe_key
from builder.forms.box import Box, Option
from builder.parts.controls import button, icon_button
from builder.parts.tag import Tag, icon, tag
from builder.rehearsal.asked import Asked
from runtime.rehearsal import value_at
from runtime.words import Words

LONGEST_NAME = 200
LONGEST_VALUE = 500


class FieldRows:
    """Draws itself where it is made. `given` has the values by their paths, None for one that is taken away; `put` gets them
    whenever they change. `before` is the document that they are laid over, shown where nothing was typed."""

    def __init__(
        self,
        w: Words,
        asked: Sequence[Asked],
        options: Sequence[Option],
        given: Mapping[str, Any],
        put: Callable[[dict[str, Any]], None],
        before: Callable[[], Mapping[str, Any]] = dict,
    ) -> None:
        self._w, self._before, self._put = w, before, put
        self._asked = {one.path: one for one in asked}
        self._options = [one for one in options if one["value"] not in self._asked]
        self._given = dict(given)
        self._boxes: dict[str, Box] = {}
        self._rows = tag("div", "re-fields")
        with self._rows:
            for path in self._asked:
                with tag("div", "re-field"):
                    tag("span", "re-field-name cw-trunc", readable(path), title=path)
                    self._value(path)
            for path in given:
                if path not in self._asked:
                    self._free_row(path)
        button(w("Add a field"), self._add, kind="quiet", small=True, symbol="add", each=True)

    def show(self) -> None:
        """Show what is known by now where nothing was typed."""
        for path, box in self._boxes.items():
            if path not in self._given:
                box.show(_text(value_at(self._before(), path)))

    # ---- rows of which the field is chosen, too

    def _add(self) -> None:
        with self._rows:
            self._free_row("").focus()

    def _free_row(self, path: str) -> Box:
        """`path` is "" where none is chosen yet. The box in which it is."""
        w = self._w
        about = {"path": path}
        with tag("div", "re-field") as row:
            name = Box(
                path,
                lambda text: self._rename(about, place, text.strip()),
                label=w("Field"),
                placeholder=w("Field"),
                options=self._options,
                own_words=w("Use “{text}”", text="{text}"),
                look="cw-input cw-input-s",
                length=LONGEST_NAME,
            )
            place = tag("span", "re-field-value")
            icon_button("close", w("Remove"), lambda: self._remove(about, row))
        name.classes("re-field-name")
        if path:
            with place:
                self._value(path)
        return name

    def _rename(self, about: dict[str, str], place: Tag, path: str) -> None:
        """Another field; what was typed for the one before goes along."""
        before = about["path"]
        if path in self._boxes or path == before:
            return
        about["path"] = path
        self._boxes.pop(before, None)
        given = before in self._given
        value = self._given.pop(before, None)
        place.clear()
        if path:
            if given:
                self._given[path] = value
            with place:
                self._value(path)
        if given:
            self._put(dict(self._given))

    def _remove(self, about: dict[str, str], row: Tag) -> None:
        row.delete()
        self._boxes.pop(about["path"], None)
        if about["path"] in self._given:
            del self._given[about["path"]]
            self._put(dict(self._given))

    # ---- values

    def _value(self, path: str) -> None:
        w, asked = self._w, self._asked.get(path)
        now = self._given[path] if path in self._given else value_at(self._before(), path)
        options: list[Option] = [{"value": one, "label": one} for one in (asked.values if asked is not None else ())]
        if truth := isinstance(now, bool) or (asked is not None and asked.truth):
            options = [
                {"value": "", "label": w("Not set")},
                {"value": "true", "label": w("Yes")},
                {"value": "false", "label": w("No")},
            ]
        box = Box(
            _text(now),
            partial(self._typed, path),
            label=readable(path),
            kind="select" if truth else "text",
            placeholder=w("Value"),
            options=options,
            own_words=w("Use “{text}”", text="{text}"),
            look="cw-input cw-input-s cw-select" if truth else "cw-input cw-input-s",
            length=LONGEST_VALUE,
        )
        self._boxes[path] = box.classes("re-field-value")

    def _typed(self, path: str, text: str) -> None:
        before = self._given.get(path, value_at(self._before(), path))
        self._given[path] = _read(text, before, self._asked.get(path))
        self._put(dict(self._given))


def more(text: str, label: str) -> None:
    """What unfolds the rest of a `details`; `label` says of what to who does not see where it stands."""
    with tag("summary", "cw-13", aria_label=label):
        tag("span", "", text)
        icon("expand_more", "s")


def leaves(document: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """What rows can show of a document: its values by their paths, without lists."""
    found: dict[str, Any] = {}
    for key, value in document.items():
        path = prefix + safe_key(key)
        if isinstance(value, Mapping):
            found |= leaves(value, f"{path}.")
        elif not isinstance(value, list | tuple):
            found[path] = value
    return found


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None or isinstance(value, Mapping | list | tuple) else str(value)


def _read(text: str, before: Any, asked: Asked | None) -> Any:
    """What was typed, as what it is where it is used: a rule for texts is not held against a number."""
    if not text.strip():
        return None
    if isinstance(before, bool) or (asked is not None and asked.truth):
        return text == "true"
    as_number = number(text.strip())
    plain = as_number is not None and str(as_number) == text.strip()
    numeric = asked.numeric if asked is not None else not isinstance(before, str)
    if as_number is not None and ((plain and numeric) or isinstance(before, int | float)):
        return as_number
    return text
