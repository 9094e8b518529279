"""Where those go on who leave: a thank-you, out of a list."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from blocks.contract import Card, Farewell, Known, Preset
from blocks.phrase import Phrase, Quoted, say


class OnLeaving(Farewell):
    """Those who leave the flow go on here: what is drawn from this block runs once for them, then the run ends.

    They leave as the flow's settings say, at once and from any block, and what still waited to be sent to them is cancelled.
    On this way nothing makes them leave again.
    """

    kind: Literal["on_leaving"] = "on_leaving"
    card: ClassVar = Card(
        title="When somebody leaves",
        icon="logout",
        family="trigger",
        describe="What is drawn from here runs once for those who leave the Flow, for example because they ordered",
        rank=90,
        presets=(
            Preset(
                "on_leaving", "When somebody leaves", "logout", {"event": ""}, "exit goal thank you ordered leave after"
            ),
        ),
    )

    event: Annotated[
        str, Field(max_length=200, title="Because of (empty: whatever it is)", json_schema_extra={"widget": "exit"})
    ] = ""

    def say(self, known: Known) -> Phrase:
        if self.event == "Order placed":
            return say("When someone leaves because they ordered")
        if self.event:
            return say("When someone leaves because of {event}", event=Quoted(self.event))
        return say("When someone leaves")
