"""Start when somebody enters a segment, or leaves it; if you like, with those who are in it already."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from blocks.beginning import BEGIN_CHOICES, INCLUDED, Beginning, BeginWith
from blocks.contract import Card, Context, Known, Preset, Problem
from blocks.phrase import Phrase, Quoted, say
from blocks.rule_problems import rule_problems
from blocks.rule_words import say_rule
from blocks.rules import Counted, OnlyIf, Rule, counted
from blocks.values import Typed, fold, text_of

EVENTS = {"enters": "Entered segment", "leaves": "Left segment"}


class SegmentTrigger(Beginning):
    """Starts a run for each contact who enters the segment (or leaves it) and meets the filter. Who is in it when the flow is
    published enters only where `begin_with` says so; who is in it when the segment is published does not enter it."""

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

    begin_with: Annotated[
        BeginWith,
        Field(
            title="When it is published",
            json_schema_extra={"widget": "select", "choices": BEGIN_CHOICES, "only": {"move": "enters"}},
        ),
    ] = "later"

    def begins_with(self) -> BeginWith:
        return self.begin_with if self.could_include() else "later"

    def could_include(self) -> bool:
        # Who has left a segment is nowhere to be found.
        return self.move == "enters" and bool(self.segment)

    def members_of(self) -> str:
        return self.segment

    def listens_to(self) -> tuple[str, ...]:
        coming = (EVENTS[self.move],) if self.goes_on() else ()
        return (*coming, INCLUDED) if self.includes() else coming

    def filter(self) -> Rule | None:
        return self.where

    def means(self, event: Typed, flow: str) -> bool:
        return text_of(event, "segment") == fold(self.segment) and super().means(event, flow)

    def admits(self, ctx: Context) -> bool:
        return self.means(ctx.event, ctx.flow) and (self.where is None or self.where.meets(ctx))

    def tells(self) -> Mapping[str, Any]:
        return {"segment": self.segment}

    def reads(self) -> tuple[Counted, ...]:
        return counted(self.where)

    def say(self, known: Known) -> Phrase:
        name = Quoted(known.segments.get(self.segment, self.segment or "…"))
        if self.begins_with() == "only_now":
            if self.where is not None:
                rule = say_rule(self.where, known)
                return say("Only who is in {segment} at publishing and {rule}", segment=name, rule=rule)
            return say("Only who is in {segment} at publishing", segment=name)
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
