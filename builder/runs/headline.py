"""The line under the title of the list of runs: how many are inside, and whether anybody still comes in."""

from builder.parts.tag import Tag, tag
from builder.runs.read import Counts, Drawn


class Headline:
    """The line, which is brought up to date with the list."""

    def __init__(self, of: Drawn) -> None:
        self._of = of
        self._line: Tag | None = None

    def draw(self, counts: Counts) -> None:
        """Put it here."""
        self._line = tag("p", "", headline(self._of, counts))

    def show(self, counts: Counts) -> None:
        """Say it with these numbers from now on."""
        if self._line is not None:
            self._line.text = headline(self._of, counts)


def headline(of: Drawn, counts: Counts) -> str:
    """What the line says."""
    w = of.w
    parts = [w("{n} person is inside this Flow | {n} people are inside this Flow", n=counts.inside)]
    if of.flow.state == "finishing":
        parts.append(w("Finishing: nobody enters any more"))
    elif of.flow.state == "paused":
        parts.append(w("Paused: their Messages are kept"))
    elif (came := counts.begun) is not None and came.more:
        parts.append(w("Those who matched when it was published are coming in: {n} so far", n=came.told))
    elif came is not None and came.last:
        parts.append(w("It was for those who matched when it was published: nobody enters any more"))
    return " · ".join(parts)
