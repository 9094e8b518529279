"""Start when somebody enters a segment, or leaves it."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from blocks.contract import Card, Context, Known, Preset, Problem, Trigger
from blocks.phrase import Phrase, Quoted, say
from blocks.rule_problems import rule_problems
from blocks.rule_words import say_rule
from blocks.rules import Counted, OnlyIf, Rule, counted
from blocks.values import fold, text_of

EVENTS = {"enters": "Entered segment", "leaves": "Left segment"}


class SegmentTrigger(Trigger):
    """Starts a run for each contact who enters the segment (or leaves it) and meets the filter. Who is in it when it is
    published does not enter it."""

    kind: Literal["segment_trigger"] = "segment_trigger"
    card: ClassVar = Card(
        title="Enters or leaves a Segment",
        icon="group_add",
        family="trigger",
        describe="Starts when a Contact begins or ceases to belong to a Segment, or is put on a list or taken off",
        rank=20,
        presets=(
            Preset(
                "enters_segment",
                "Enters a Segment",
                "group_add",
                {"move": "enters"},
                "list audience group joins added subscribed",
            ),
            Preset(
                "leaves_segment",
                "Leaves a Segment",
                "group_remove",
                {"move": "leaves"},
                "list audience group removed exits",
            ),
        ),
    )

    segment: Annotated[str, Field(max_length=200, title="Segment", json_schema_extra={"widget": "segment"})] = ""
    move: Annotated[
        Literal["enters", "leaves"],
        Field(
            title="When they",
            json_schema_extra={"widget": "select", "choices": {"enters": "Enter it", "leaves": "Leave it"}},
        ),
    ] = "enters"
    where: OnlyIf = None

    def listens_to(self) -> tuple[str, ...]:
        return (EVENTS[self.move],)

    def filter(self) -> Rule | None:
        return self.where

    def admits(self, ctx: Context) -> bool:
        mine = text_of(ctx.event, "segment") == fold(self.segment)
        return mine and (self.where is None or self.where.meets(ctx))

    def tells(self) -> Mapping[str, Any]:
        return {"segment": self.segment}

    def reads(self) -> tuple[Counted, ...]:
        return counted(self.where)

    def say(self, known: Known) -> Phrase:
        name = Quoted(known.segments.get(self.segment, self.segment or "…"))
        if self.where is not None:
            rule = say_rule(self.where, known)
            if self.move == "enters":
                return say("When someone enters {segment} and {rule}", segment=name, rule=rule)
            return say("When someone leaves {segment} and {rule}", segment=name, rule=rule)
        if self.move == "enters":
            return say("When someone enters {segment}", segment=name)
        return say("When someone leaves {segment}", segment=name)

    def problems(self, known: Known) -> list[Problem]:
        if not self.segment:
            return [Problem("segment_missing", say("Choose the Segment"), field="segment")]
        found = rule_problems(self.where, known, event=EVENTS[self.move], field="where")
        if self.segment not in known.segments:
            text = say(
                "There is no published Segment {name}. Publish it, or choose another.", name=Quoted(self.segment)
            )
            found.append(Problem("unknown_segment", text, field="segment"))
        return found
