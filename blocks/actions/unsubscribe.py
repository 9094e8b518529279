"""Take the contact off the marketing list."""

from typing import ClassVar, Literal

from blocks.contract import Block, Card, Context, Decision, Go, Known, Preset
from blocks.phrase import Phrase, say


class Unsubscribe(Block):
    """Notes that the contact wants no more marketing e-mails, as if they had unsubscribed, then goes on at once.

    What this flow and others still have waiting for them is not sent. Transactional mail goes on. They can agree again.
    """

    kind: Literal["unsubscribe"] = "unsubscribe"
    card: ClassVar = Card(
        title="Unsubscribe",
        icon="unsubscribe",
        family="action",
        describe="Takes the Contact off the list for marketing e-mails",
        presets=(
            Preset(
                "unsubscribe", "Unsubscribe", "unsubscribe", {}, "sunset suppress opt out stop marketing list clean"
            ),
        ),
    )

    def say(self, known: Known) -> Phrase:
        return say("No more marketing e-mails for them")

    def run(self, ctx: Context) -> Decision:
        ctx.unsubscribe("email")
        return Go()
