"""The names under which a run keeps what blocks found out."""

from typing import Any

from pydantic import Field


def name_field(hint: str) -> Any:
    """The setting of a name as rules and merge tags write it, "" where nothing is kept; `hint` is a name that would do."""
    return Field(
        max_length=40,
        pattern=r"^(?:[a-z][a-z0-9_]*)?$",
        title="Keep it under the name",
        json_schema_extra={"widget": "text", "hint": hint},
    )


EXAMPLE = "EXAMPLE"
"""Stands where the drawn part of a code would, wherever nobody is to use it."""
