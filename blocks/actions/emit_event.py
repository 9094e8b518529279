"""Let something happen, so that other flows can start at it."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from blocks.contract import Block, Card, Context, Decision, Go, Known, Preset
from blocks.phrase import Phrase, Quoted, say


class EmitEvent(Block):
    """Lets an event happen to the contact, with the properties of the event that the run stands on.

    It is kept in the contact's history and starts and ends runs like one from the shop, in this flow and in others. Five
    flows may start one another in a row, each within a day of the one before; what comes after them is recorded and starts
    nothing.
    """

    kind: Literal["emit_event"] = "emit_event"
    card: ClassVar = Card(
        title="Let an event happen",
        icon="sensors",
        family="action",
        describe="Lets an event happen to the Contact, so that other Flows can start at it",
        presets=(
            Preset("emit_event", "Let an event happen", "sensors", {"event": ""}, "emit trigger event custom metric"),
        ),
    )

    event: Annotated[
        str, Field(min_length=1, max_length=200, title="Event that happens", json_schema_extra={"widget": "event"})
    ]

    def lets_happen(self) -> tuple[str, ...]:
        return (self.event,)

    def say(self, known: Known) -> Phrase:
        return say("Let {event} happen", event=Quoted(self.event))

    def run(self, ctx: Context) -> Decision:
        ctx.emit(self.event)
        return Go()
