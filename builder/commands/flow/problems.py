"""The problems of a flow on the command line: as lines, and as rows of JSON."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blocks.contract import Problem


def as_rows(problems: "Iterable[Problem]") -> list[dict[str, str]]:
    """What is wrong, with the block and field it is about."""
    from runtime.words import words

    w = words("en")
    return [
        {"level": one.level, "block": one.block, "field": one.field, "code": one.code, "text": w.text(one.phrase)}
        for one in problems
    ]


def print_problems(problems: "Iterable[Problem]") -> None:
    """A line for each."""
    for row in as_rows(problems):
        place = " ".join(filter(None, (row["block"], row["field"])))
        print(f"{row['level']:4}  {place + ': ' if place else ''}{row['text']}")
