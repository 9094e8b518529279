"""Let the contact enter another flow as well."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from blocks.contract import Block, Card, Context, Decision, Go, Known, Preset, Problem
from blocks.phrase import Phrase, Quoted, say
from blocks.triggers.added_trigger import ADDED, told


class StartFlow(Block):
    """Adds the contact to another flow, with the properties of the event that the run stands on, and goes on at once.

    The other flow has the trigger "Added by hand"; its own entry rules say whether they come in. Five flows may start one
    another in a row, each within a day of the one before; what comes after them is recorded and starts nothing.
    """

    kind: Literal["start_flow"] = "start_flow"
    card: ClassVar = Card(
        title="Start another Flow",
        icon="account_tree",
        family="action",
        describe="Adds the Contact to another Flow; this one goes on",
        rank=40,
        presets=(
            Preset("start_flow", "Start another Flow", "account_tree", {}, "add enrol enroll chain next trigger"),
        ),
    )

    flow: Annotated[str, Field(max_length=200, title="Which Flow", json_schema_extra={"widget": "flow"})] = ""

    def say(self, known: Known) -> Phrase:
        if not self.flow:
            return say("Choose a Flow")
        found = known.flows.get(self.flow)
        return say("Start the Flow {flow}", flow=Quoted(found.name if found is not None else self.flow))

    def run(self, ctx: Context) -> Decision:
        ctx.emit(ADDED, told(self.flow, "flow", ctx.flow))
        return Go()

    def problems(self, known: Known) -> list[Problem]:
        if not self.flow:
            return [Problem("flow_missing", say("Choose a Flow"), field="flow")]
        found = known.flows.get(self.flow)
        if found is None:
            text = say("The Flow {flow} is not there any more. Choose another one.", flow=Quoted(self.flow))
            return [Problem("flow_gone", text, field="flow")]
        if not found.takes:
            text = say(
                "Nobody can be added to the Flow {flow}. Give it the trigger “Added by hand”, or choose another one.",
                flow=Quoted(found.name),
            )
            return [Problem("flow_takes_nobody", text, field="flow")]
        if not found.live:
            text = say("The Flow {flow} is not live: until it is, nobody enters it.", flow=Quoted(found.name))
            return [Problem("flow_not_live", text, "warn", field="flow")]
        return []
