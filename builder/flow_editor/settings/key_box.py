"""The box that says which property of an event tells runs apart."""

from collections.abc import Callable, Sequence
from typing import Any

from builder.forms import Around, Box, Option
from builder.forms.naming import field_options


def key_box(
    around: Around,
    value: str,
    nobody: str,
    put: Callable[[str], Any],
    *,
    events: Callable[[], Sequence[str]] | None = None,
) -> Box:
    """Draw it; `nobody` is what it means to choose none, `events` those whose fields are offered (else the starting ones)."""
    found = field_options(around, "event", (events or around.run_events)(), value)
    found.sort(key=lambda one: not _names_one(one["value"]))
    options: list[Option] = [{"value": "", "label": nobody, "icon": "person"}, *found]
    return Box(
        value,
        put,
        label=around.w("One Run for each"),
        options=options,
        own_words=around.w("Use “{text}”", text="{text}"),
        placeholder=nobody,
        length=200,
    )


def _names_one(path: str) -> bool:
    """Whether a property sounds as if it named one cart or order; such are suggested first."""
    last = path.replace(".", "_").rsplit("_", 1)[-1].lower()
    return last in ("id", "token", "number", "key", "cart", "order", "checkout")
