"""The end of the way."""

from typing import ClassVar, Literal

from blocks.contract import Block, Card, Context, Decision, Known, Outlet, Preset, Stop
from blocks.phrase import Phrase, say


class StopHere(Block):
    """Ends the run here. An outlet that leads nowhere does the same; this block makes it visible."""

    kind: Literal["stop"] = "stop"
    card: ClassVar = Card(
        title="End",
        icon="flag",
        family="action",
        describe="Ends the Run here",
        rank=90,
        presets=(Preset("stop", "End", "flag", {}, "stop exit finish leave"),),
        compact=True,
    )

    def outlets(self) -> tuple[Outlet, ...]:
        return ()

    def say(self, known: Known) -> Phrase:
        return say("The Run ends here")

    def run(self, ctx: Context) -> Decision:
        return Stop()
