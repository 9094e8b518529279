"""Start for those who want a product when its price goes down."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from blocks.contract import Card, Known, Preset, Problem
from blocks.offered import Change
from blocks.phrase import Phrase, say
from blocks.rules import OnlyIf
from blocks.wanted import AskedSetting, CartSetting, DaysSetting, RestSetting, ViewedSetting, Wanted


class PriceDrop(Wanted):
    """Starts a run for those who viewed a product, have it in the cart or asked for it within `days` days, when its price
    goes down by `drop` per cent or by that amount.

    It is held against the price of an hour earlier and must be lower than any within that hour: what goes up and down
    again is no drop. Who was told is not told again of the same product for `rest_days` days.
    """

    happening: ClassVar = "Price dropped"
    what: ClassVar = "price"
    kind: Literal["price_drop"] = "price_drop"
    card: ClassVar = Card(
        title="Price drops",
        icon="price_change",
        family="trigger",
        rank=64,
        describe="Starts for those who want a product when its price goes down",
        presets=(
            Preset(
                "price_drop",
                "Price drops",
                "price_change",
                {"by": "percent", "drop": 10},
                "price drop cheaper discount sale reduced wishlist",
            ),
        ),
    )

    by: Annotated[
        Literal["percent", "amount"],
        Field(
            title="It drops by",
            json_schema_extra={
                "widget": "select",
                "choices": {"percent": "a percentage", "amount": "an amount of money"},
            },
        ),
    ] = "percent"
    drop: Annotated[float, Field(gt=0, le=1_000_000_000, title="At least", json_schema_extra={"widget": "number"})] = 10
    viewed: ViewedSetting = True
    cart: CartSetting = True
    asked: AskedSetting = True
    days: DaysSetting = 30
    rest_days: RestSetting = 14
    where: OnlyIf = None

    def heeds(self, change: Change) -> bool:
        return change.after < change.lowest and self._is_enough(change.before, change.after)

    def holds(self, now: float, before: float) -> bool:
        return self._is_enough(before, now)

    def say(self, known: Known) -> Phrase:
        if self.by == "percent":
            return say("When a price drops by {n} % or more, for those who want it", n=f"{self.drop:g}")
        return say("When a price drops by {n} or more, for those who want it", n=f"{self.drop:g}")

    def problems(self, known: Known) -> list[Problem]:
        found = super().problems(known)
        if self.by == "percent" and self.drop > 100:
            found.append(Problem("drop_too_large", say("A price cannot drop by more than 100 %."), field="drop"))
        return found

    def _is_enough(self, before: float, now: float) -> bool:
        least = before * self.drop / 100 if self.by == "percent" else self.drop
        # Cents are no binary fractions: 10 % off 99.90 is a drop of 9.99.
        return before - now >= least - 1e-6
