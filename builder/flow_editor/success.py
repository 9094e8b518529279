"""What came of a flow, in words."""

from dataclasses import dataclass

from runtime.insight.success import FEWEST, Group, Success
from runtime.words import Words


@dataclass(frozen=True, slots=True)
class Bar:
    """One group: who that is, "12.5%", and "150 of 1,204"."""

    label: str
    share: str
    count: str
    group: Group


def bars(found: Success, w: Words) -> list[Bar]:
    """Those who were let in and, where somebody is, those held out."""
    groups = [(w("In the Flow"), found.inside)]
    if found.held is not None:
        groups.append((w("Held out"), found.held))
    return [
        Bar(
            label,
            w.percent(group.share) if group.entered else "",
            w("{n} of {all}", n=group.succeeded, all=group.entered) if group.entered else w("Nobody yet"),
            group,
        )
        for label, group in groups
    ]


def difference(found: Success, w: Words) -> str:
    """How far the two groups are apart, and whether that says anything; "" where there is nothing to compare."""
    n, verdict = abs(found.points), found.verdict
    if verdict == "too_few":
        return w("Too few to compare yet: it takes {n} in each group.", n=FEWEST) if found.inside.entered else ""
    if verdict == "same":
        return w("As many as among those held out.")
    if verdict is None:
        return ""
    apart = (
        w("{n} point more than among those held out. | {n} points more than among those held out.", n=n)
        if found.points > 0
        else w("{n} point less than among those held out. | {n} points less than among those held out.", n=n)
    )
    sure = (
        w("That may still be chance: it takes more people to tell.")
        if verdict == "unclear"
        else w("Chance alone hardly makes that much.")
    )
    return f"{apart} {sure}"


def notes(found: Success, days: int, zone: str, w: Words) -> list[str]:
    """Whom the numbers are about, and who is still open."""
    said = [_whom(found, days, zone, w)]
    if found.open or found.early:
        said.append(
            w(
                "Came in since: {open} still open, {early} with success already. They count once their time is over.",
                open=found.open,
                early=found.early,
            )
        )
    return said


def _whom(found: Success, days: int, zone: str, w: Words) -> str:
    since, until = w.date(found.since, zone), w.date(found.until, zone)
    if found.inside.entered or (found.held is not None and found.held.entered):
        return w(
            "Who came in from {since} to {until}, each counted once: their {n} day is over."
            " | Who came in from {since} to {until}, each counted once: their {n} days are over.",
            since=since,
            until=until,
            n=days,
        )
    if found.open or found.early:
        return w("Nobody’s {n} day is over yet. | Nobody’s {n} days are over yet.", n=days)
    return w("Nobody has come in since {day}.", day=since)
