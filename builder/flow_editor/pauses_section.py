"""Settings of the flow: dates over which it pauses."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from pydantic import TypeAdapter, ValidationError

from blocks.pauses import MOST_PAUSES, Pause, some_days_left
from blocks.phrase import Phrase, say
from builder.forms import Box, Option
from builder.forms.limit_lines import limit_line
from builder.forms.widgets.hours import draw_fate
from builder.parts.controls import button
from builder.parts.kept import Kept
from builder.parts.tag import Tag, icon, tag
from runtime.words import Words

_PAUSES = TypeAdapter(tuple[Pause, ...])


class PausesSection:
    """Draws itself where it is made. `put` gets the pauses whose days are chosen, whenever they fit together."""

    def __init__(self, pauses: Sequence[dict[str, Any]], w: Words, put: Callable[[list[dict[str, Any]]], Any]) -> None:
        self._w = w
        self._put = put
        self._now = [dict(pause) for pause in pauses]
        """As they stand on the screen; one without both days is not part of the document yet."""
        self._kept = Kept()
        self._body = tag("div")
        self._wrong = tag("div", "cw-messages", role="status")
        self._draw()

    def _draw(self) -> None:
        w = self._w
        with self._kept.redrawing(self._body):
            for pause in self._now:
                self._kept.put(pause, partial(self._draw_pause, pause))
            if not self._now:
                tag(
                    "p",
                    "cw-help",
                    w("Say “not over the holidays”: people still enter and wait, but no marketing goes out."),
                )
            if len(self._now) < MOST_PAUSES:
                more = button(w("Add dates"), self._add, small=True, symbol="add", each=True)
                more.classes("cw-mt4" if not self._now else "")

    def _draw_pause(self, pause: dict[str, Any]) -> Tag:
        w = self._w
        every: list[Option] = [
            {"value": "", "label": w("in this year only")},
            {"value": "yearly", "label": w("every year")},
        ]
        with limit_line(w("Remove these dates"), lambda: self._remove(pause)) as line:
            for name, words in (("from", w("From")), ("to", w("to"))):
                with tag("span", "cw-limit-pair"):
                    tag("span", "cw-13", words)
                    Box(
                        str(pause[name]),
                        partial(self._change, pause, name),
                        label=words,
                        kind="date",
                        look="cw-input cw-date-box",
                    )
            Box(
                "yearly" if pause["yearly"] else "",
                lambda chosen: self._change(pause, "yearly", bool(chosen)),
                label=w("How often it comes"),
                kind="select",
                options=every,
                look="cw-input cw-select",
            )
            draw_fate(w, w("What is due then"), pause["then"], partial(self._change, pause, "then"))
        return line

    def _add(self) -> None:
        self._now.append({"from": "", "to": "", "yearly": False, "then": "wait"})
        self._draw()

    def _remove(self, pause: dict[str, Any]) -> None:
        self._now = [one for one in self._now if one is not pause]
        self._draw()
        self._tell()

    def _change(self, pause: dict[str, Any], name: str, value: Any) -> None:
        pause[name] = value
        self._tell()

    def _tell(self) -> None:
        """Store those that are whole; say what is wrong with one that is not."""
        self._wrong.clear()
        found = self._read([one for one in self._now if one["from"] and one["to"]])
        if isinstance(found, Phrase):
            with self._wrong, tag("p", "cw-help is-bad"):
                icon("error", "xs")
                tag("span", "", self._w.text(found))
        else:
            self._put([pause.model_dump(mode="json", by_alias=True) for pause in found])

    def _read(self, pauses: list[dict[str, Any]]) -> tuple[Pause, ...] | Phrase:
        try:
            found = _PAUSES.validate_python(pauses)
        except ValidationError as wrong:
            refused = next((one["ctx"]["error"] for one in wrong.errors() if one["type"] == "value_error"), None)
            return Phrase(str(refused)) if refused is not None else say("Choose days between 1970 and 9000.")
        return found if some_days_left(found) else say("Pauses of every year must leave some days of the year.")
