"""Triggers that the shop's shelf starts: a price or a stock changes, and those hear of it who want the product."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from blocks.contract import Brought, Known, Problem
from blocks.phrase import say
from blocks.rule_problems import rule_problems
from blocks.rules import Rule
from blocks.values import Typed

REQUESTED = "Back in stock requested"
VIEWED = "Product viewed"
CARTS = ("Checkout started", "Checkout updated", "Cart updated", "Added to cart")
BOUGHT = "Order placed"
_VARIANTS = ("variant_id", "items[].variant_id")
_PRODUCTS = ("product_id", "items[].product_id")


@dataclass(frozen=True, slots=True)
class Change:
    """How a price or a stock went. `before` is what it was, of a price what it was an hour earlier; `lowest` is the lowest
    that it was within that hour."""

    what: Literal["price", "stock"]
    before: float
    after: float
    lowest: float


@dataclass(frozen=True, slots=True)
class Line:
    """People in line for a product: those to whom `event` happened with it, within the last `days` days (None: ever)."""

    event: str
    days: int | None = None


class Offered(Brought):
    """A trigger that a change of a product starts, for the contacts who wait for that product.

    The engine lets the event `happening` happen to each of them with the product in it, one line after the other and in
    each the one first who came first, as long as the change holds. Nobody is told who has bought it meanwhile.
    """

    what: ClassVar[Literal["price", "stock"]]

    @abstractmethod
    def heeds(self, change: Change) -> bool:
        """Whether this change is one to tell of."""

    @abstractmethod
    def holds(self, now: float, before: float) -> bool:
        """Whether it is still worth telling when the price or the stock is `now` and was `before` the change."""

    @abstractmethod
    def lines(self) -> Sequence[Line]:
        """Who hears of it, in this order."""

    def pace(self) -> int | None:
        """How many people an hour are told for each piece in stock; None for all at once."""
        return None

    def rest(self) -> int | None:
        """Days for which who was told is not told again of the same product; None: until they ask or look again."""
        return None

    def filter(self) -> Rule | None:
        return None

    def tells(self) -> dict[str, Any]:
        return {}

    def problems(self, known: Known) -> list[Problem]:
        found = rule_problems(self.filter(), known, event=self.happening, field="where")
        if not self.lines():
            found.append(Problem("nobody_waits", say("Choose who hears of it."), field="asked"))
        return found


def variants_or_products(typed: Typed) -> set[str]:
    """The products that an event is about, by the ids of their variants where it names any."""
    return _texts(typed, _VARIANTS) or _texts(typed, _PRODUCTS)


def all_ids(typed: Typed) -> set[str]:
    """Every id of a product or a variant in an event."""
    return _texts(typed, _VARIANTS) | _texts(typed, _PRODUCTS)


def _texts(typed: Typed, paths: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for path in paths:
        for leaves in (typed["t"], typed["n"]):
            value = leaves.get(path)
            for one in value if isinstance(value, list) else () if value is None else (value,):
                # An id is no amount: 1001 and "1001" are the same, "007" stays what it is.
                found.add(one if isinstance(one, str) else str(int(one)) if one == int(one) else str(one))
    return found
