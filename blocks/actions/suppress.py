"""Never write to the contact's address again."""

from typing import ClassVar, Literal

from blocks.contract import Block, Card, Context, Decision, Go, Known, Preset
from blocks.phrase import Phrase, say


class Suppress(Block):
    """Blocks the contact's e-mail address for marketing, whatever they agree to later, then goes on at once.

    The address stays blocked until a person allows it again on the contact's page. What still waits for them is not sent;
    transactional mail goes on.
    """

    kind: Literal["suppress"] = "suppress"
    card: ClassVar = Card(
        title="Suppress",
        icon="block",
        family="action",
        describe="Blocks the Contact’s address: no marketing e-mail goes there until a person allows it again",
        rank=60,
        presets=(Preset("suppress", "Suppress", "block", {}, "block blacklist sunset never write again clean bounce"),),
    )

    def say(self, known: Known) -> Phrase:
        return say("Block their e-mail address")

    def run(self, ctx: Context) -> Decision:
        ctx.suppress("email")
        return Go()
