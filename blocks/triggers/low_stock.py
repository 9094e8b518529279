"""Start for those who want a product when few of it are left."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from blocks.contract import Card, Known, Preset
from blocks.offered import Change
from blocks.phrase import Phrase, say
from blocks.rules import OnlyIf
from blocks.wanted import AskedSetting, CartSetting, DaysSetting, RestSetting, ViewedSetting, Wanted


class LowStock(Wanted):
    """Starts a run for those who asked for a product, have it in the cart or viewed it within `days` days, when its stock
    falls below `fewer`. Who was told is not told again of the same product for `rest_days` days."""

    happening: ClassVar = "Low stock"
    what: ClassVar = "stock"
    kind: Literal["low_stock"] = "low_stock"
    card: ClassVar = Card(
        title="Few are left",
        icon="production_quantity_limits",
        family="trigger",
        rank=62,
        describe="Starts for those who want a product when its stock runs low",
        presets=(
            Preset(
                "low_stock",
                "Few are left",
                "production_quantity_limits",
                {"fewer": 5, "asked": True, "cart": True},
                "low stock almost gone sold out scarcity hurry last pieces",
            ),
        ),
    )

    fewer: Annotated[
        int, Field(ge=2, le=10_000, title="When fewer are left than", json_schema_extra={"widget": "number"})
    ] = 5
    asked: AskedSetting = True
    cart: CartSetting = True
    viewed: ViewedSetting = False
    days: DaysSetting = 30
    rest_days: RestSetting = 30
    where: OnlyIf = None

    def heeds(self, change: Change) -> bool:
        return 0 < change.after < self.fewer <= change.before

    def holds(self, now: float, before: float) -> bool:
        return 0 < now < self.fewer

    def say(self, known: Known) -> Phrase:
        return say("When fewer than {n} of a product are left, for those who want it", n=self.fewer)
