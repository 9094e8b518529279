"""Values that a shop sent, as a person reads them."""

import re
from datetime import datetime
from typing import Any

from blocks.values import micros
from runtime.words import Words

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
_LONGEST = 300


def field_value(value: Any, zone: str, w: Words) -> str:
    """A field's value in words: yes and no, dates in `zone`, lists with commas."""
    if value is None or value in ("", [], {}):
        return "–"
    match value:
        case bool():
            return w("Yes") if value else w("No")
        case int() | float():
            return w.number(value)
        case list():
            return ", ".join(field_value(part, zone, w) for part in value[:20])
        case dict():
            return ", ".join(f"{name}: {field_value(part, zone, w)}" for name, part in list(value.items())[:20])
    return _text(str(value), zone, w)


def _text(text: str, zone: str, w: Words) -> str:
    try:
        if _DAY.match(text):
            return w.date(micros(datetime.fromisoformat(text + "T12:00:00+00:00")), "UTC", "long")
        if _MOMENT.match(text) and (at := datetime.fromisoformat(text.replace("Z", "+00:00"))).tzinfo is not None:
            return w.date(micros(at), zone, "moment")
    except ValueError:
        pass
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
