"""Start when something happens."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from blocks.contract import Card, Context, Known, Preset, Problem, Trigger
from blocks.phrase import Phrase, Quoted, say
from blocks.rule_problems import rule_problems
from blocks.rule_words import say_rule
from blocks.rules import Counted, Rule, counted


class EventTrigger(Trigger):
    """Starts a run for the contact of each event with this name that meets the filter."""

    kind: Literal["event_trigger"] = "event_trigger"
    card: ClassVar = Card(
        title="Event happens",
        icon="bolt",
        family="trigger",
        describe="Starts when something happens: a checkout, an order, or any event you send",
        rank=10,
        presets=(
            Preset(
                "abandoned_cart",
                "Abandoned cart",
                "shopping_cart",
                {"event": "Checkout started"},
                "cart abandonment checkout basket left",
            ),
            Preset(
                "order_placed",
                "Places an order",
                "shopping_bag",
                {"event": "Order placed"},
                "purchase bought order confirmation",
            ),
            Preset(
                "form_submitted",
                "Form submitted",
                "assignment",
                {
                    "event": "Form submitted",
                    "where": {"kind": "field", "of": "event", "field": "form", "op": "is", "value": "newsletter"},
                },
                "form signup newsletter contact lead site",
            ),
            Preset("event", "Event happens", "bolt", {"event": ""}, "custom metric api behaviour"),
        ),
    )

    event: Annotated[
        str,
        Field(
            min_length=1,
            max_length=200,
            title="When this happens",
            json_schema_extra={"widget": "event"},
        ),
    ]
    where: Annotated[
        Rule | None,
        Field(title="Only if", json_schema_extra={"widget": "rule", "window": "past"}),
    ] = None

    def listens_to(self) -> tuple[str, ...]:
        return (self.event,)

    def filter(self) -> Rule | None:
        return self.where

    def admits(self, ctx: Context) -> bool:
        return self.where is None or self.where.meets(ctx)

    def reads(self) -> tuple[Counted, ...]:
        return counted(self.where)

    def say(self, known: Known) -> Phrase:
        if self.where is not None:
            if self.event == "Form submitted":
                return say("When someone sends a form and {rule}", rule=say_rule(self.where, known))
            return say("When {event} happens and {rule}", event=Quoted(self.event), rule=say_rule(self.where, known))
        match self.event:
            case "Checkout started":
                return say("When someone leaves a cart without paying")
            case "Checkout updated":
                return say("When someone changes a cart without paying")
            case "Order placed":
                return say("When someone places an order")
            case "Form submitted":
                return say("When someone sends a form")
            case _:
                return say("When {event} happens", event=Quoted(self.event))

    def problems(self, known: Known) -> list[Problem]:
        return rule_problems(self.where, known, event=self.event, field="where")
