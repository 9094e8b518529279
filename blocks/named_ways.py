"""Ways out that a person names: kept under an id of their own, so that renaming or moving one keeps its link."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from blocks.contract import Outlet, Problem
from blocks.phrase import Phrase, Quoted, say

MOST = 10
LONGEST_NAME = 60
SAID = 3
"""How many names a card's sentence has room for."""


class NamedWay(BaseModel):
    """A way out with its name. An id has no "_", which the fixed ways out have, and is never given to another way."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")]
    name: Annotated[str, Field(max_length=LONGEST_NAME)] = ""

    @property
    def said(self) -> Phrase:
        """Its name within a sentence."""
        return say("{name}", name=Quoted(self.name.strip())) if self.name.strip() else say("one without a name")


def _told_apart(ways: tuple[NamedWay, ...]) -> tuple[NamedWay, ...]:
    if len({way.id for way in ways}) < len(ways):
        raise ValueError("Two of them have the same id")
    return ways


ToldApart = AfterValidator(_told_apart)
"""For a tuple of ways: no two may have the same id."""


def named_outlets(ways: Any) -> tuple[Outlet, ...]:
    """The ways out of a list of ways as it was typed or read, whatever else is wrong with it."""
    found: dict[str, Outlet] = {}
    for way in ways if isinstance(ways, list | tuple) else ():
        if isinstance(way, Mapping) and isinstance(id_ := way.get("id"), str) and id_:
            found.setdefault(id_, Outlet(id_, "No name yet", str(way.get("name", "")).strip()))
    return tuple(found.values())


def say_some(parts: Sequence[Phrase], last: Iterable[Phrase] = ()) -> tuple[Phrase, ...]:
    """The first few of many parts of a sentence and how many more there are, then those in `last`."""
    rest = len(parts) - SAID
    more = (say("{n} more", n=rest),) if rest > 0 else ()
    return (*parts[:SAID], *more, *last)


def name_problems(ways: Sequence[NamedWay], field: str, twice: Callable[[Quoted], Phrase]) -> list[Problem]:
    """A way that has no name, and names that two of them have, whatever their capitals."""
    found: list[Problem] = []
    seen: set[str] = set()
    for way in ways:
        name = way.name.strip()
        if not name:
            found.append(Problem("no_name", say("Give each a name."), field=field))
        elif name.casefold() in seen:
            found.append(Problem("same_name", twice(Quoted(name)), field=field))
        seen.add(name.casefold())
    return list({(problem.code, problem.phrase.msgid, str(problem.phrase.args)): problem for problem in found}.values())
