"""Several ways: each takes those who meet its rule and none of the rules above it."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from blocks.contract import Block, Card, Context, Decision, Go, Known, Outlet, Preset, Problem
from blocks.named_ways import MOST, NamedWay, ToldApart, name_problems, named_outlets, say_some
from blocks.phrase import Joined, Phrase, say
from blocks.rule_problems import RUN_EVENT, rule_problems
from blocks.rules import All, AnyOf, Counted, Rule, counted

EVERYONE_ELSE = Outlet("everyone_else", "Everyone else")


class Way(NamedWay):
    """A way and who goes it. Without a rule, which is a mistake, nobody does."""

    rule: Rule | None = None

    @property
    def is_open(self) -> bool:
        """Whether nobody has said yet who goes this way."""
        return self.rule is None or (isinstance(self.rule, All | AnyOf) and not self.rule.rules)


class ManyWays(Block):
    """Looks once, on arrival, at one rule after the other, and never waits."""

    kind: Literal["many_ways"] = "many_ways"
    card: ClassVar = Card(
        title="Split many ways",
        icon="alt_route",
        family="split",
        rank=20,
        describe="Sends Contacts the first way whose rule they meet, and everyone else the last one",
        presets=(
            Preset(
                "many_ways",
                "Split many ways",
                "alt_route",
                {
                    "ways": [
                        {
                            "id": "often",
                            "name": say("Regulars"),
                            "rule": {"kind": "did", "event": "Order placed", "times": 3, "window": {"kind": "ever"}},
                        },
                        {
                            "id": "once",
                            "name": say("Ordered before"),
                            "rule": {"kind": "did", "event": "Order placed", "window": {"kind": "ever"}},
                        },
                    ]
                },
                "multi split conditional several branches switch case segment property if else",
            ),
        ),
    )

    ways: Annotated[
        tuple[Way, ...],
        ToldApart,
        Field(min_length=2, max_length=MOST, title="The first way that fits", json_schema_extra={"widget": "ways"}),
    ]

    def outlets(self) -> tuple[Outlet, ...]:
        return self.ways_out(self.model_dump(include={"ways": {"__all__": {"id", "name"}}}))

    @classmethod
    def ways_out(cls, settings: Mapping[str, Any]) -> tuple[Outlet, ...]:
        return (*named_outlets(settings.get("ways")), EVERYONE_ELSE)

    def say(self, known: Known) -> Phrase:
        parts = say_some([way.said for way in self.ways], [say("everyone else")])
        return say("{ways}", ways=Joined(parts, "or"))

    def run(self, ctx: Context) -> Decision:
        return Go(next((way.id for way in self.ways if not way.is_open and _meets(way, ctx)), EVERYONE_ELSE.id))

    def reads(self) -> tuple[Counted, ...]:
        return tuple(rule for way in self.ways for rule in counted(way.rule))

    def problems(self, known: Known) -> list[Problem]:
        found = name_problems(
            self.ways, "ways", lambda name: say("Two ways are called {name}. Give one another name.", name=name)
        )
        for way in self.ways:
            if way.is_open:
                text = say("Say who goes the way {name}: add a condition.", name=way.said)
                found.append(Problem("rule_empty", text, field="ways"))
            found += rule_problems(way.rule, known, event=RUN_EVENT, field="ways")
        return found


def _meets(way: Way, ctx: Context) -> bool:
    return way.rule is not None and way.rule.meets(ctx)
