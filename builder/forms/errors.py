"""What is wrong with a setting, as the sentence under its field."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ValidationError

from blocks.phrase import Phrase, Quoted, say
from runtime.mail.brand import TYPED


class Wrong(NamedTuple):
    """Something to say under a field. "empty" is shown only once somebody has been there."""

    level: Literal["bad", "warn", "empty"]
    phrase: Phrase


EMPTY = frozenset({"missing", "string_too_short", "too_short", "none_required"})


def wrongs(model: type[BaseModel], settings: Mapping[str, Any]) -> dict[str, Wrong]:
    """Name of each field that `model` refuses to the first thing that is wrong with it; "" for the whole."""
    try:
        model.model_validate(settings, context=TYPED)
    except ValidationError as refused:
        found: dict[str, Wrong] = {}
        for error in refused.errors():
            name = str(error["loc"][0]) if error["loc"] else ""
            found.setdefault(name, wrong(error))
        return found
    return {}


def wrong(error: Mapping[str, Any]) -> Wrong:
    """One of pydantic's errors in words, without the name of the field: it stands above."""
    limits = error.get("ctx", {})
    given = error.get("input")
    if error["type"] in EMPTY or (given in ("", None) and error["type"] != "value_error"):
        return Wrong("empty", say("Fill this in."))
    match error["type"]:
        case "value_error":
            text = Phrase(str(limits["error"]))
            return Wrong("empty" if _has_empty(given) else "bad", text)
        case "greater_than_equal":
            return Wrong("bad", say("Must be {least} or more.", least=next(iter(limits.values()), "")))
        case "greater_than":
            return Wrong("bad", say("Must be more than {least}.", least=next(iter(limits.values()), "")))
        case "less_than_equal" | "less_than":
            return Wrong("bad", say("Must be {most} or less.", most=next(iter(limits.values()), "")))
        case "too_long":
            return Wrong("bad", say("{most} at most.", most=limits["max_length"]))
        case "string_too_long":
            return Wrong(
                "bad",
                say(
                    "{n} character is the most. | {n} characters are the most.",
                    n=limits["max_length"],
                ),
            )
        case "int_parsing" | "int_type" | "int_from_float":
            return Wrong("bad", say("Type a whole number, like 3."))
        case "float_parsing" | "float_type":
            return Wrong("bad", say("Type a number, like 3."))
        case _:
            return Wrong("bad", say("{value} does not fit here.", value=Quoted(str(given)[:80])))


def _has_empty(given: Any) -> bool:
    """Whether a compound setting was refused because a part of it is still empty."""
    return isinstance(given, Mapping) and any(value in ("", None) for value in given.values())
