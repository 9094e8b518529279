"""Start for those who wait for a product when there is some of it again."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from blocks.contract import Card, Known, Preset
from blocks.offered import Change, Line, Offered
from blocks.phrase import Phrase, say
from blocks.rules import OnlyIf, Rule
from blocks.wanted import AskedSetting, ViewedSetting, lines_of


class BackInStock(Offered):
    """Starts a run for each contact in line when a product's stock goes from 0 to more: those who asked for it, in the
    order in which they did, then those who viewed it if they are to hear of it.

    While the stock is small, `per_piece` people an hour are told for each piece that is left; the others next, as long as
    there is some. Stock that is gone again ends it, and who has bought it meanwhile is not told.
    """

    happening: ClassVar = "Back in stock"
    what: ClassVar = "stock"
    kind: Literal["back_in_stock"] = "back_in_stock"
    card: ClassVar = Card(
        title="Back in stock",
        icon="inventory",
        family="trigger",
        rank=60,
        describe="Starts for those who asked for a product when there is some of it again",
        presets=(
            Preset(
                "back_in_stock",
                "Back in stock",
                "inventory",
                {"asked": True, "paced": True, "per_piece": 3},
                "restock waitlist waiting list available again notify me sold out",
            ),
        ),
    )

    asked: AskedSetting = True
    viewed: ViewedSetting = False
    days: Annotated[
        int,
        Field(
            ge=1,
            le=365,
            title="Viewed within the last",
            json_schema_extra={"widget": "number", "unit": "days", "only": {"viewed": True}},
        ),
    ] = 30
    paced: Annotated[bool, Field(title="Slowly while the stock is small", json_schema_extra={"widget": "switch"})] = (
        True
    )
    per_piece: Annotated[
        int,
        Field(
            ge=1,
            le=1000,
            title="People told an hour, for each piece in stock",
            json_schema_extra={"widget": "number", "only": {"paced": True}},
        ),
    ] = 3
    where: OnlyIf = None

    def heeds(self, change: Change) -> bool:
        return change.before <= 0 < change.after

    def holds(self, now: float, before: float) -> bool:
        return now > 0

    def lines(self) -> Sequence[Line]:
        return lines_of(asked=self.asked, cart=False, viewed=self.viewed, days=self.days)

    def pace(self) -> int | None:
        return self.per_piece if self.paced else None

    def filter(self) -> Rule | None:
        return self.where

    def say(self, known: Known) -> Phrase:
        if self.asked and self.viewed:
            return say("When a product is back in stock, for who asked for it or viewed it")
        if self.viewed:
            return say("When a product is back in stock, for who viewed it")
        return say("When a product is back in stock, for who asked for it")
