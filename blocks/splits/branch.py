"""Two ways: those who meet a rule, and everyone else."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from blocks.contract import Block, Card, Context, Decision, Go, Known, Outlet, Preset, Problem
from blocks.phrase import Phrase, say
from blocks.rule_problems import RUN_EVENT, rule_problems
from blocks.rule_words import say_rule
from blocks.rules import All, Counted, Rule, counted


class Branch(Block):
    """Looks once, on arrival, and never waits."""

    kind: Literal["branch"] = "branch"
    card: ClassVar = Card(
        title="Split yes / no",
        icon="call_split",
        family="split",
        rank=10,
        describe="Sends Contacts who meet a rule one way and everyone else the other",
        presets=(
            Preset(
                "branch",
                "Split yes / no",
                "call_split",
                {"rule": {"kind": "all", "rules": [{"kind": "did", "event": "Order placed"}]}},
                "conditional split if condition true false profile property",
            ),
        ),
    )

    rule: Annotated[Rule, Field(title="Who goes to “Yes”", json_schema_extra={"widget": "rule", "window": "run"})]

    def outlets(self) -> tuple[Outlet, ...]:
        return (Outlet("yes", "Yes"), Outlet("no", "No"))

    def say(self, known: Known) -> Phrase:
        return say("If {rule}", rule=say_rule(self.rule, known))

    @classmethod
    def explain(cls, rule: Phrase, settings: Mapping[str, Any]) -> Phrase:
        return say("If {rule}, they go to “Yes”. Everyone else goes to “No”.", rule=rule)

    def run(self, ctx: Context) -> Decision:
        return Go("yes" if self.rule.meets(ctx) else "no")

    def reads(self) -> tuple[Counted, ...]:
        return counted(self.rule)

    def problems(self, known: Known) -> list[Problem]:
        if isinstance(self.rule, All) and not self.rule.rules:
            return [Problem("rule_empty", say("Say who goes to “Yes”: add a condition."), field="rule")]
        return rule_problems(self.rule, known, event=RUN_EVENT, field="rule")
