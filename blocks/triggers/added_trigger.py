"""Start for those whom somebody adds: a person, a file, a program, or another flow."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from blocks.contract import Card, Context, Known, Preset, Problem, Trigger
from blocks.phrase import Phrase, say
from blocks.rule_problems import rule_problems
from blocks.rule_words import say_rule
from blocks.rules import Counted, OnlyIf, Rule, counted

ADDED = "Added to flow"
"""The event that being added is. It names the flow (`flow`, its slug), the way (`how`) and whoever did it (`by`)."""

How = Literal["hand", "file", "api", "flow"]


def told(flow: str, how: How, by: str) -> dict[str, str]:
    """The properties of the event: the flow's slug, the way, and whoever did it."""
    return {"flow": flow, "how": how, "by": by}


class AddedTrigger(Trigger):
    """Starts a run for each contact that is added to this flow: by a person, by a file, over the API or by another flow.

    Being added is an event that happens to the contact and is meant for this flow alone; entry rules, exits and history
    treat it like any other.
    """

    kind: Literal["added_trigger"] = "added_trigger"
    card: ClassVar = Card(
        title="Added by hand",
        icon="person_add",
        family="trigger",
        describe="Starts for those whom you add: one by one, with a file, over the API or from another Flow",
        rank=40,
        presets=(
            Preset("added", "Added by hand", "person_add", {}, "manual import csv upload list api enrol enroll person"),
        ),
    )

    where: OnlyIf = None

    def addressed(self, flow: str) -> Mapping[str, Any]:
        return {"flow": flow}

    def listens_to(self) -> tuple[str, ...]:
        return (ADDED,)

    def filter(self) -> Rule | None:
        return self.where

    def admits(self, ctx: Context) -> bool:
        return self.means(ctx.event, ctx.flow) and (self.where is None or self.where.meets(ctx))

    def reads(self) -> tuple[Counted, ...]:
        return counted(self.where)

    def say(self, known: Known) -> Phrase:
        if self.where is not None:
            return say("When someone is added and {rule}", rule=say_rule(self.where, known))
        return say("When someone is added")

    def problems(self, known: Known) -> list[Problem]:
        return rule_problems(self.where, known, event=ADDED, field="where")
