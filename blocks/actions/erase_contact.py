"""Forget the contact for good."""

from typing import ClassVar, Literal

from blocks.contract import Block, Card, Context, Decision, Known, Outlet, Preset, Reason, Stop
from blocks.phrase import Phrase, say


class EraseContact(Block):
    """Ends the run and erases the contact: who they are, what they did, what was sent to them, and their other runs.

    Within a minute, and for good. Numbers stay, as do a salted hash of each address, so that no later import can bring
    marketing back to it.
    """

    kind: Literal["erase_contact"] = "erase_contact"
    card: ClassVar = Card(
        title="Erase Contact",
        icon="person_remove",
        family="action",
        describe="Ends the Run and forgets the Contact for good; only counts stay, and it cannot be undone",
        rank=80,
        presets=(
            Preset(
                "erase_contact", "Erase Contact", "person_remove", {}, "delete gdpr privacy forget remove data right"
            ),
        ),
    )
    reasons: ClassVar = {"to_be_erased": "Ends here to be erased"}

    def outlets(self) -> tuple[Outlet, ...]:
        return ()

    def say(self, known: Known) -> Phrase:
        return say("Erase them for good")

    def run(self, ctx: Context) -> Decision:
        ctx.erase()
        return Stop(Reason("to_be_erased"))
