"""Hold the contact until something happens, or until it has not happened for too long."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from blocks.contract import Block, Card, Context, Decision, Go, Known, Outlet, Preset, Problem, Reason, Sleep
from blocks.durations import CHOICES, Unit, moved, span, too_long
from blocks.phrase import Moment, Phrase, Quoted, say
from blocks.rule_problems import key_problems, rule_problems
from blocks.rule_words import readable, say_rule
from blocks.rules import Did, OnlyIf, SinceEntering


class WaitForEvent(Block):
    """Waits until the event comes, or for so long at most. Who did it since entering the flow already passes at once.

    With `key`, only an event counts that carries the run's own key in that property: the same cart, the same order.
    """

    kind: Literal["wait_for_event"] = "wait_for_event"
    card: ClassVar = Card(
        title="Wait until it happens",
        icon="hourglass_top",
        family="timing",
        describe="Holds the Contact until something happens, or not within a time",
        rank=20,
        presets=(
            Preset(
                "wait_for_event",
                "Wait until it happens",
                "hourglass_top",
                {"event": "Order placed", "amount": 3, "unit": "days"},
                "event order purchase timeout goal trigger happens",
            ),
        ),
    )
    reasons: ClassVar = {
        "awaits": "Waits for {event}, until {until} at most",
        "in_vain": "{event} did not come in time",
    }

    event: Annotated[
        str, Field(min_length=1, max_length=200, title="Until this happens", json_schema_extra={"widget": "event"})
    ]
    where: OnlyIf = None
    key: Annotated[
        str,
        Field(max_length=200, title="For the same", json_schema_extra={"widget": "property", "of": "event"}),
    ] = ""
    amount: Annotated[int, Field(ge=1, le=100_000, title="At most", json_schema_extra={"widget": "duration"})] = 3
    unit: Annotated[
        Unit,
        Field(title="Unit", json_schema_extra={"widget": "part_of", "field": "amount", "choices": CHOICES}),
    ] = "days"

    def outlets(self) -> tuple[Outlet, ...]:
        return (Outlet("happened", "Happened"), Outlet("in_vain", "Not in time"))

    def waited_out(self) -> str:
        return "in_vain"

    def listens_to(self) -> tuple[str, ...]:
        return (self.event,)

    def say(self, known: Known) -> Phrase:
        args: dict[str, Any] = {"event": Quoted(self.event), "time": span(self.amount, self.unit)}
        if self.key:
            args["key"] = readable(self.key)
        if self.where is not None:
            args["rule"] = say_rule(self.where, known)
        match bool(self.key), self.where is not None:
            case True, True:
                return say("Wait up to {time} until {event} happens for the same {key} where {rule}", **args)
            case True, False:
                return say("Wait up to {time} until {event} happens for the same {key}", **args)
            case False, True:
                return say("Wait up to {time} until {event} happens where {rule}", **args)
        return say("Wait up to {time} until {event} happens", **args)

    @classmethod
    def explain(cls, rule: Phrase, settings: Mapping[str, Any]) -> Phrase:
        args = {"event": Quoted(str(settings.get("event") or "…")), "rule": rule}
        if key := settings.get("key"):
            return say(
                "If {event} happens for the same {key} where {rule}, they go to “Happened” at once. Else they go on "
                "waiting, and to “Not in time” when the time is up.",
                **args,
                key=readable(str(key)),
            )
        return say(
            "If {event} happens where {rule}, they go to “Happened” at once. Else they go on waiting, and to "
            "“Not in time” when the time is up.",
            **args,
        )

    def run(self, ctx: Context) -> Decision:
        if ctx.count(self._awaited):
            return Go("happened")
        latest = moved(ctx.arrived_at, self.amount, self.unit, ctx.zone)
        if ctx.now >= latest:
            return Go("in_vain", Reason("in_vain", {"event": Quoted(self.event)}))
        return Sleep(latest, Reason("awaits", {"event": Quoted(self.event), "until": Moment(latest, ctx.zone.key)}))

    def reads(self) -> tuple[Did, ...]:
        return (self._awaited,)

    def problems(self, known: Known) -> list[Problem]:
        found = rule_problems(self.where, known, event=self.event, field="where")
        found += key_problems(self.key, known, event=self.event, field="key")
        if too_long(self.amount, self.unit):
            found.append(Problem("wait_too_long", say("A wait can last 2 years at most."), field="amount"))
        return found

    @cached_property
    def _awaited(self) -> Did:
        return Did(event=self.event, window=SinceEntering(), where=self.where, key=self.key)
