"""Segments that shops ask for most, to begin with."""

from dataclasses import dataclass

from blocks.phrase import Phrase, say
from blocks.rules import All, Did, Ever, LastDays, Rule

ORDER, CHECKOUT = "Order placed", "Checkout started"


@dataclass(frozen=True, slots=True)
class Ready:
    """What it is called, whom it is for, and its rule (None for a list)."""

    name: Phrase
    text: Phrase
    rule: Rule | None


READY: tuple[Ready, ...] = (
    Ready(
        say("Quiet for 3 months"),
        say("They have bought before, and not in the last 90 days."),
        All(
            rules=(
                Did(event=ORDER, window=Ever()),
                Did(event=ORDER, negate=True, window=LastDays(days=90)),
            )
        ),
    ),
    Ready(
        say("One-time buyers"),
        say("They have bought once and have not come back yet."),
        All(
            rules=(
                Did(event=ORDER, window=Ever()),
                Did(event=ORDER, negate=True, times=2, window=Ever()),
            )
        ),
    ),
    Ready(
        say("Carts left at least twice"),
        say("Two checkouts or more in the last 30 days, and no order."),
        All(
            rules=(
                Did(event=CHECKOUT, times=2, window=LastDays(days=30)),
                Did(event=ORDER, negate=True, window=LastDays(days=30)),
            )
        ),
    ),
    Ready(
        say("Repeat buyers"),
        say("They have bought at least twice."),
        All(rules=(Did(event=ORDER, times=2, window=Ever()),)),
    ),
)
BY_RULE = Ready(say("New Segment"), say("Who is in it follows from what they do and what is known of them."), All())
A_LIST = Ready(say("New list"), say("You put people on it and take them off, by hand or by a Flow."), None)
