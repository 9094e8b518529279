"""What happened in the demo shop: 60 days of views, carts and orders. Made by a seeded generator, so always the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from blocks.values import moment
from runtime.clock import DAY, HOUR, MINUTE
from runtime.zones import zone_of

DAYS = 60
_SEED = 4821
_SHOPPING_HOURS = (7, 8, 9, 11, 12, 12, 13, 17, 18, 19, 20, 20, 21, 21, 22)
_JUST_NOW = ((3, 52), (9, 41), (6, 33), (18, 24), (2, 17), (25, 8))
"""(contact, minutes ago) of carts left within the last hour, so that somebody waits at the first block."""
_DOMAINS = {"en": "example.com", "id": "example.org", "th": "example.net"}


@dataclass(frozen=True, slots=True)
class Happening:
    """One event to come: its time in UTC microseconds, and the document that a shop would send."""

    at: int
    document: Mapping[str, Any]


def history(shop: Mapping[str, Any], pictures: str, end: int) -> list[Happening]:
    """Everything that happened in the `DAYS` × 24 h before `end`, in order. `pictures` is the address of their folder."""
    random = Random(_SEED)  # noqa: S311 - a story, not a secret
    products = [_product(product, pictures) for product in shop["products"]]
    story = _Story(random, products, end - DAYS * DAY, end)
    for number, contact in enumerate(shop["contacts"], 1):
        story.live(number, contact)
    for number, minutes in _JUST_NOW:
        story.leave_a_cart(end - minutes * MINUTE, number, shop["contacts"][number - 1])
    return sorted(story.happenings, key=lambda one: one.at)


class _Story:
    def __init__(self, random: Random, products: Sequence[Mapping[str, Any]], start: int, end: int) -> None:
        self._random, self._products, self._start, self._end = random, products, start, end
        self._orders = 4700
        self._carts = 0
        self.happenings: list[Happening] = []

    def live(self, number: int, contact: Mapping[str, Any]) -> None:
        """The days of one contact."""
        random = self._random
        who = _who(number, contact)
        begins = self._start + random.randrange(25 * DAY)
        joined = {"source": "footer form"}
        self._add(begins, "Account created", {**who, **_consent(contact, begins)}, joined)
        day = begins + random.randrange(2 * HOUR, 3 * DAY)
        pace = random.choice((5, 7, 9, 12, 16))
        while day < self._end:
            self._visit(self._at_a_good_hour(day, contact["zone"]), who)
            day += int(pace * random.uniform(0.5, 1.6) * DAY)

    def leave_a_cart(self, at: int, number: int, contact: Mapping[str, Any]) -> None:
        """A cart without an order."""
        token, items = self._cart(self._random.sample(self._products, 2))
        self._add(at, "Checkout started", _who(number, contact), _cart(token, items))

    def _visit(self, at: int, who: Mapping[str, Any]) -> None:
        random = self._random
        looked = random.sample(self._products, random.randint(1, 3))
        for step, product in enumerate(looked):
            self._add(at + step * 3 * MINUTE, "Product viewed", who, {**product, "url": product["url"]})
        if random.random() < 0.3:
            return
        token, items = self._cart(looked[: random.randint(1, len(looked))])
        started = at + len(looked) * 3 * MINUTE
        cart = _cart(token, items)
        self._add(started, "Checkout started", who, cart)
        chance = random.random()
        if chance < 0.34:
            self._order(started + random.randint(2, 25) * MINUTE, who, cart)
        elif chance < 0.56:
            # After the first or the second reminder.
            self._order(started + int(random.choice((1.2, 2.5, 9, 25, 30)) * HOUR), who, cart)

    def _order(self, at: int, who: Mapping[str, Any], cart: Mapping[str, Any]) -> None:
        self._orders += 1
        order = {**cart, "order_id": str(self._orders), "order_number": f"#{self._orders}"}
        self._add(at, "Order placed", who, order)

    def _cart(self, products: Sequence[Mapping[str, Any]]) -> tuple[str, list[Mapping[str, Any]]]:
        self._carts += 1
        return f"c{self._carts:04d}", [
            {**product, "quantity": self._random.choice((1, 1, 1, 2))} for product in products
        ]

    def _at_a_good_hour(self, day: int, zone: str) -> int:
        local = moment(day).astimezone(zone_of(zone))
        local = local.replace(hour=self._random.choice(_SHOPPING_HOURS), minute=self._random.randrange(60), second=11)
        return int(local.timestamp()) * 1_000_000

    def _add(self, at: int, name: str, who: Mapping[str, Any], properties: Mapping[str, Any]) -> None:
        if self._start <= at < self._end:
            time = moment(at).isoformat()
            number = len(self.happenings)
            document = {"id": f"demo-{number}", "name": name, "time": time, "contact": who, "properties": properties}
            self.happenings.append(Happening(at, document))


def _product(product: Mapping[str, Any], pictures: str) -> dict[str, Any]:
    plain = {key: value for key, value in product.items() if key != "picture"}
    url = f"https://doileaf.example/products/{product['picture']}"
    return {**plain, "image": f"{pictures}/{product['picture']}.png", "url": url}


def _who(number: int, contact: Mapping[str, Any]) -> dict[str, Any]:
    name = contact.get("latin") or f"{contact['first_name']}.{contact['last_name']}".lower()
    return {
        "email": f"{name}@{_DOMAINS[contact['language']]}",
        "customer_id": str(70200 + number),
        "first_name": contact["first_name"],
        "last_name": contact["last_name"],
        "language": contact["language"],
        "zone": contact["zone"],
        "country": contact["country"],
    }


def _consent(contact: Mapping[str, Any], at: int) -> dict[str, Any]:
    if not contact["says"]:
        return {}
    source = "Ticked the box at checkout" if contact["says"] == "yes" else "Left the box empty at checkout"
    return {"consent": {"email": contact["says"], "source": source, "time": moment(at).isoformat()}}


def _cart(token: str, items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    total = sum(item["price"] * item["quantity"] for item in items)
    url = f"https://doileaf.example/cart/{token}"
    return {"checkout_token": token, "checkout_url": url, "items": list(items), "total": total, "currency": "THB"}
