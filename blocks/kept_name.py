"""The names under which a run keeps what blocks found out."""

from typing import Annotated

from pydantic import Field

Name = Annotated[
    str,
    Field(
        max_length=40,
        pattern=r"^(?:[a-z][a-z0-9_]*)?$",
        title="Keep it under the name",
        json_schema_extra={"widget": "text", "hint": "coupon"},
    ),
]
"""A name as rules and merge tags write it; "" where nothing is kept."""

EXAMPLE = "EXAMPLE"
"""Stands where the drawn part of a code would, wherever nobody is to use it."""
