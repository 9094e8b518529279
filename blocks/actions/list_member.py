"""Put the contact on a list, or take them off."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from blocks.contract import Block, Card, Context, Decision, Go, Known, Preset, Problem
from blocks.phrase import Phrase, Quoted, say


class ListMember(Block):
    """A list is a Segment without a rule. Who is on it already, or is not, stays as they are; then it goes on at once."""

    kind: Literal["list_member"] = "list_member"
    card: ClassVar = Card(
        title="Put on a list",
        icon="playlist_add",
        family="action",
        describe="Puts the Contact on a list, or takes them off",
        rank=20,
        presets=(
            Preset("put_on_list", "Put on a list", "playlist_add", {"change": "put_on"}, "segment add subscribe group"),
            Preset(
                "take_off_list",
                "Take off a list",
                "playlist_remove",
                {"change": "take_off"},
                "segment remove unsubscribe group",
            ),
        ),
    )

    change: Annotated[
        Literal["put_on", "take_off"],
        Field(
            title="What happens",
            json_schema_extra={
                "widget": "select",
                "choices": {"put_on": "Put on the list", "take_off": "Take off the list"},
            },
        ),
    ] = "put_on"
    segment: Annotated[
        str, Field(max_length=200, title="List", json_schema_extra={"widget": "segment", "lists": True})
    ] = ""

    def say(self, known: Known) -> Phrase:
        name = Quoted(known.segments.get(self.segment, self.segment or "…"))
        if self.change == "put_on":
            return say("Put on the list {name}", name=name)
        return say("Take off the list {name}", name=name)

    def run(self, ctx: Context) -> Decision:
        if self.change == "put_on":
            ctx.put_on(self.segment)
        else:
            ctx.take_off(self.segment)
        return Go()

    def problems(self, known: Known) -> list[Problem]:
        name = Quoted(known.segments.get(self.segment, self.segment))
        if not self.segment:
            return [Problem("list_missing", say("Choose the list"), field="segment")]
        if self.segment not in known.segments:
            text = say("There is no published list {name}. Publish it, or choose another.", name=name)
            return [Problem("unknown_list", text, field="segment")]
        if self.segment not in known.lists:
            text = say("Who is in {name} is said by its rule. Choose a Segment without a rule.", name=name)
            return [Problem("no_list", text, field="segment")]
        return []
