"""Who wants a product: those who asked for it, have it in the cart or looked at it; and triggers that tell them of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from blocks.offered import CARTS, REQUESTED, VIEWED, Line, Offered
from blocks.rules import Rule

AskedSetting = Annotated[bool, Field(title="Who asked for it", json_schema_extra={"widget": "switch"})]
CartSetting = Annotated[bool, Field(title="Who has it in the cart", json_schema_extra={"widget": "switch"})]
ViewedSetting = Annotated[bool, Field(title="Who viewed it", json_schema_extra={"widget": "switch"})]
DaysSetting = Annotated[
    int, Field(ge=1, le=365, title="Within the last", json_schema_extra={"widget": "number", "unit": "days"})
]
RestSetting = Annotated[
    int,
    Field(
        ge=1, le=365, title="Of the same product not again for", json_schema_extra={"widget": "number", "unit": "days"}
    ),
]


def lines_of(*, asked: bool, asked_days: int | None = None, cart: bool, viewed: bool, days: int) -> tuple[Line, ...]:
    """The lines that these settings mean: who asked comes first, who only looked comes last."""
    return (
        *((Line(REQUESTED, asked_days),) if asked else ()),
        *((Line(name, days) for name in CARTS) if cart else ()),
        *((Line(VIEWED, days),) if viewed else ()),
    )


class Wanted(Offered):
    """Tells those who asked for a product, have it in the cart or viewed it within `days` days, and who was told of it not
    again for `rest_days` days.

    The settings are a block's own to declare: a form asks for them in the order in which they stand, and what a block asks
    for besides comes before them.
    """

    if TYPE_CHECKING:
        asked: bool
        cart: bool
        viewed: bool
        days: int
        rest_days: int
        where: Rule | None

    def lines(self) -> Sequence[Line]:
        return lines_of(asked=self.asked, asked_days=self.days, cart=self.cart, viewed=self.viewed, days=self.days)

    def rest(self) -> int | None:
        return self.rest_days

    def filter(self) -> Rule | None:
        return self.where
