"""The end of the way."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from blocks.contract import Block, Card, Context, Decision, Known, Outlet, Preset, Reason, Stop
from blocks.phrase import Phrase, say


class StopHere(Block):
    """Ends the run here. An outlet that leads nowhere does the same; this block makes it visible, and can say why."""

    kind: Literal["stop"] = "stop"
    card: ClassVar = Card(
        title="End",
        icon="flag",
        family="action",
        describe="Ends the Run here",
        rank=90,
        presets=(Preset("stop", "End", "flag", {}, "stop exit finish leave reason"),),
        compact=True,
    )

    reason: Annotated[
        str, Field(max_length=200, title="Why (shown in the history)", json_schema_extra={"widget": "text"})
    ] = ""

    def outlets(self) -> tuple[Outlet, ...]:
        return ()

    def say(self, known: Known) -> Phrase:
        if self.reason.strip():
            return say("Ends: {reason}", reason=self.reason.strip())
        return say("The Run ends here")

    def run(self, ctx: Context) -> Decision:
        return Stop(Reason("ended_because", {"reason": self.reason.strip()}) if self.reason.strip() else None)
