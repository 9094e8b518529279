"""Made-up shops: a few flows of random blocks, rules, exits and entries, and what a few people who share carts do there.

Left out is what is told apart by batches on purpose: a flow that hears of segments or of other flows hears of them after
what has come in already.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.engine.stage import block, link

PEOPLE = ("dewi@example.com", "budi@example.com", "hannah@example.com")
HAPPENS = ("Checkout started", "Order placed", "Page viewed", "Signed up")
BIG = {"kind": "field", "of": "event", "field": "total", "op": "over", "value": 50}
SPANS = (7, 13, 29, 61, 97, 143, 331, 719, 1511)
"""Minutes that seldom end together."""


@dataclass(frozen=True)
class Moment:
    """What happens at once, so many minutes after the moment before; and perhaps a flow that is in another state then."""

    minutes: int
    events: Sequence[dict[str, Any]]
    flow: str = ""
    state: str = ""


@dataclass
class Shop:
    """A shop and its story, always the same for a number."""

    number: int
    flows: dict[str, dict[str, Any]] = field(default_factory=dict)
    story: list[Moment] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._dice = Random(self.number)
        self._people = PEOPLE[: self._dice.choice([1, 2, 2, 3])]
        for place in range(self._dice.choice([1, 2, 3])):
            self.flows[f"flow-{place}"] = self._flow()
        self.story = [self._moment() for _ in range(self._dice.choice([3, 4, 5]))]

    def _often(self, share: float) -> bool:
        return self._dice.random() < share

    # ---- flows

    def _flow(self) -> dict[str, Any]:
        dice = self._dice
        self._blocks: list[dict[str, Any]] = []
        self._links: list[dict[str, Any]] = []
        first = self._way(dice.choice([1, 2, 3, 4]))
        for _ in range(dice.choice([1, 1, 2])):
            only = {"where": self._rule(run=False)} if self._often(0.35) else {}
            self._lead(self._add("event_trigger", event=dice.choice(HAPPENS), **only), first)
        exits = [self._exit(number) for number in range(dice.choice([0, 1, 1, 2]))]
        if exits and self._often(0.5):
            self._lead(self._add("on_leaving"), self._way(dice.choice([0, 1, 2])))
        entry = {"key": "token" if self._often(0.6) else "", "newest_wins": self._often(0.3), "again_days": 1}
        entry["again"] = dice.choice(["always", "always", "once_each", "after_days", "never"])
        held_out = 40 if self._often(0.1) else 0
        return {"blocks": self._blocks, "links": self._links, "exits": exits, "entry": entry, "hold_out": held_out}

    def _exit(self, number: int) -> dict[str, Any]:
        if self._often(0.4):
            return {"rule": self._rule(), "name": f"rule-{number}"}
        only = {"where": BIG} if self._often(0.25) else {}
        key = "token" if self._often(0.5) else ""
        return {"event": self._dice.choice(HAPPENS), "key": key, "name": f"exit-{number}", **only}

    def _add(self, kind: str, **settings: Any) -> str:
        name = f"{kind}-{len(self._blocks)}"
        self._blocks.append(block(name, kind, **settings))
        return name

    def _lead(self, from_: str, to: str, outlet: str = "next") -> None:
        if to:
            self._links.append(link(from_, to, outlet))

    def _way(self, length: int) -> str:
        """So many blocks in a row, and what leaves them by the other outlet. The first one; "" if there is none."""
        if length <= 0:
            return ""
        name, outlets = self._block()
        onward = self._dice.choice(outlets)
        for outlet in outlets:
            self._lead(name, self._way(length - 1 if outlet == onward else self._dice.choice([0, 0, 1])), outlet)
        return name

    def _block(self) -> tuple[str, tuple[str, ...]]:
        dice, span = self._dice, {"amount": self._dice.choice(SPANS), "unit": "minutes"}
        match dice.choice(["wait", "wait", "until", "until", "send", "send", "branch", "change", "change", "list"]):
            case "wait":
                since = "entering" if self._often(0.2) else "arriving"
                return self._add("wait", since=since, **span), ("next",)
            case "until":
                key, only = "token" if self._often(0.5) else "", {"where": BIG} if self._often(0.3) else {}
                name = self._add("wait_for_event", event=dice.choice(HAPPENS), key=key, **only, **span)
                return name, ("happened", "in_vain")
            case "send":
                return self._add("send_email", email="tea"), ("next",)
            case "branch":
                return self._add("branch", rule=self._rule()), ("yes", "no")
            case "change":
                change, name, value = dice.choice([
                    ("add_tag", "x", ""), ("remove_tag", "x", ""), ("increase", "visits", "1"), ("set_field", "city", "A"),
                ])  # fmt: skip
                return self._add("update_contact", change=change, name=name, value=value), ("next",)
        return self._add("list_member", segment="club", change=dice.choice(["put_on", "take_off"])), ("next",)

    def _rule(self, *, run: bool = True) -> dict[str, Any]:
        if self._often(0.3):
            return {"kind": self._dice.choice(["all", "any"]), "rules": [self._leaf(run), self._leaf(run)]}
        return self._leaf(run)

    def _leaf(self, run: bool) -> dict[str, Any]:
        dice, of_contact = self._dice, {"kind": "field", "of": "contact"}
        match dice.choice(["did", "did", "did", "big", "city", "tag", "visits", "club"]):
            case "big":
                return BIG
            case "city":
                return {**of_contact, "field": "city", "op": "is", "value": dice.choice("AB")}
            case "tag":
                return {**of_contact, "field": "tags[]", "op": dice.choice(["is", "is_not"]), "value": "x"}
            case "visits":
                return {**of_contact, "field": "visits", "op": "over", "value": 1}
            case "club":
                return {"kind": "in_segment", "segment": "club", "negate": self._often(0.4)}
        windows = [{"kind": "ever"}, {"kind": "last_days", "days": 1}, *([{"kind": "since_entering"}] * 2 * run)]
        key = "token" if run and self._often(0.3) else ""
        did = {"kind": "did", "event": dice.choice(HAPPENS), "window": dice.choice(windows), "key": key}
        return {**did, "negate": self._often(0.3), "times": dice.choice([1, 1, 2])}

    # ---- what happens

    def _moment(self) -> Moment:
        dice = self._dice
        events = [self._event() for _ in range(dice.choice([2, 3, 4, 6]))]
        flow = dice.choice(list(self.flows)) if self._often(0.2) else ""
        return Moment(dice.choice([1, 17, 181, 1451]), events, flow, dice.choice(["finishing", "live"]) if flow else "")

    def _event(self) -> dict[str, Any]:
        dice = self._dice
        told: list[dict[str, Any]] = [{"city": "A"}, {"city": "B"}, {"city": None}, {"tags": ["x"]}, {"visits": 2}]
        token = dice.choice(["c1", "c2", None])
        return {
            "name": dice.choice(HAPPENS),
            "who": dice.choice(self._people),
            "fields": dice.choice(told) if self._often(0.4) else {},
            "ago": dice.choice([3, 30]) if self._often(0.1) else 0,
            "total": dice.choice([10, 100]),
            **({"token": token} if token else {}),
        }
