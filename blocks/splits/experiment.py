"""An experiment: people are spread by chance over several variants, and each keeps theirs."""

import hashlib
from collections.abc import Mapping
from math import log
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from blocks.contract import Block, Card, Context, Decision, Go, Known, Outlet, Preset, Problem
from blocks.named_ways import MOST, NamedWay, ToldApart, name_problems, named_outlets, say_some
from blocks.phrase import Joined, Phrase, say
from blocks.values import number

HELD_OUT = Outlet("held_out", "Held out")


class Arm(NamedWay):
    """A variant and its weight against the others'. With 0, nobody gets it."""

    weight: Annotated[int, Field(ge=0, le=1000)] = 1


class Experiment(Block):
    """Draws by chance, yet always the same for one contact. A change moves only as many as the shares ask for."""

    kind: Literal["experiment"] = "experiment"
    card: ClassVar = Card(
        title="A/B experiment",
        icon="experiment",
        family="split",
        rank=30,
        describe="Spreads Contacts by chance over several variants, to see which does better",
        presets=(
            Preset(
                "experiment",
                "A/B experiment",
                "experiment",
                {"arms": [{"id": "a", "name": "A", "weight": 50}, {"id": "b", "name": "B", "weight": 50}]},
                "ab test split test random sample percent variation variant arm multivariate",
            ),
            Preset(
                "hold_out",
                "Experiment with hold-out",
                "science_off",
                {
                    "arms": [{"id": "a", "name": "A", "weight": 50}, {"id": "b", "name": "B", "weight": 50}],
                    "hold_out": 10,
                },
                "control group holdout incrementality lift nothing",
            ),
        ),
    )

    arms: Annotated[
        tuple[Arm, ...],
        ToldApart,
        Field(min_length=2, max_length=MOST, title="Variants", json_schema_extra={"widget": "arms"}),
    ]
    hold_out: Annotated[
        int,
        Field(
            ge=0,
            le=50,
            title="Held out: they get none of the variants",
            json_schema_extra={"widget": "number", "unit": "%"},
        ),
    ] = 0

    def outlets(self) -> tuple[Outlet, ...]:
        return self.ways_out(self.model_dump())

    @classmethod
    def ways_out(cls, settings: Mapping[str, Any]) -> tuple[Outlet, ...]:
        held = (number(str(settings.get("hold_out", 0))) or 0) > 0
        return (*named_outlets(settings.get("arms")), *((HELD_OUT,) if held else ()))

    def say(self, known: Known) -> Phrase:
        every = sum(arm.weight for arm in self.arms)
        rest = 100 - self.hold_out
        parts = [
            say("{share}% {name}", share=round(rest * arm.weight / every, 1) if every else 0, name=arm.said)
            for arm in self.arms
        ]
        held = [say("{share}% held out", share=self.hold_out)] if self.hold_out else []
        return say("{parts}", parts=Joined(say_some(parts, held)))

    def run(self, ctx: Context) -> Decision:
        chance = ctx.chance()
        if chance < self.hold_out / 100:
            return Go(HELD_OUT.id)
        # Each arm draws a lot of its own for this contact, the longer the smaller its weight; the shortest wins. Shares
        # are exact, and no arm's lot depends on another arm: a new one only takes people over, one that goes only leaves
        # its own to the others, and nobody moves between two that stay as they are. (Weighted rendezvous hashing.)
        return Go(min(self.arms, key=lambda arm: _lot(chance, arm)).id)

    def problems(self, known: Known) -> list[Problem]:
        found = name_problems(
            self.arms, "arms", lambda name: say("Two variants are called {name}. Give one another name.", name=name)
        )
        if not any(arm.weight for arm in self.arms):
            found.append(Problem("no_weight", say("All weights are 0. Give one variant at least 1."), field="arms"))
        return found


def _lot(chance: float, arm: Arm) -> float:
    if not arm.weight:
        return float("inf")
    digest = hashlib.blake2b(f"{arm.id}:{chance!r}".encode(), digest_size=8).digest()
    even = ((int.from_bytes(digest) >> 12) + 0.5) / (1 << 52)
    return -log(even) / arm.weight
