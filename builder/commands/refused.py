"""What is wrong with a document somebody wrote by hand, in one line: where, and what would be right."""

from collections.abc import Mapping
from typing import Any

from builder.forms.errors import wrong
from runtime.words import words

_OF_JSON = {
    "extra_forbidden": "there is no such setting",
    "missing": "this is missing",
    "model_type": "must be an object in braces",
    "dict_type": "must be an object in braces",
    "list_type": "must be a list in brackets",
    "tuple_type": "must be a list in brackets",
    "string_type": "must be a text in quotes",
    "string_pattern_mismatch": "takes only letters, digits, - and _, 64 at most",
    "finite_number": "must be a number",
}


def refused(error: Mapping[str, Any]) -> str:
    """One of pydantic's errors, without the place and without a full stop."""
    if (text := _OF_JSON.get(error["type"])) is not None:
        return text
    if error["type"] == "literal_error":
        return f"must be {error['ctx']['expected']}"
    text = words("en").text(wrong(error).phrase).rstrip(".")
    return text[:1].lower() + text[1:] if error["type"] != "value_error" else text
