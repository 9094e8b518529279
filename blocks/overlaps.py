"""Flows that would write to the same person about the same: told before one is published, with who then speaks."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pydantic import ValidationError

from blocks.contract import Block, Farewell, Problem, Send, Timed, Trigger
from blocks.flow import Flow
from blocks.phrase import Phrase, Quoted, say
from blocks.registry import read_block
from blocks.scheduled import Scheduled
from blocks.soonest import soonest

CODE = "overlaps"
CARTS = frozenset({"Checkout started", "Checkout updated", "Cart updated", "Added to cart"})
"""Events of one cart: a flow at one of them speaks of the same cart as a flow at another."""
WELCOMES = frozenset({"Account created", "Signed up", "Subscribed", "Newsletter joined", "Customer created"})
"""Events that begin somebody's time with the shop."""
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class _Topic:
    """What a flow writes about from one of its triggers on. The same `id` in two flows is an overlap."""

    id: str
    event: str
    """Whose instance both stand on, where it is the same one; "" where each has its own."""
    said: Phrase
    seconds: int = 0
    """How long after the trigger its first message comes, at the soonest."""


def overlaps(flow: Flow, others: Iterable[Flow]) -> Iterator[Problem]:
    """A warning at a trigger of `flow` for each other flow that writes about the same."""
    mine = _topics(flow)
    for other in others:
        theirs = {topic.id: topic for topic in _topics(other).values()}
        for block, topic in mine.items():
            if topic.id in theirs:
                yield Problem(CODE, _told(flow, topic, other, theirs[topic.id]), "warn", block)
                break


def _told(flow: Flow, mine: _Topic, other: Flow, theirs: _Topic) -> Phrase:
    name = Quoted(other.name)
    one = bool(mine.event and mine.event == theirs.event) or bool(flow.entry.key and flow.entry.key == other.entry.key)
    if not one:
        return say("{flow} writes {about} too, and both speak.", flow=name, about=mine.said)
    if flow.priority == other.priority:
        return say(
            "{flow} writes {about} too. Both have the same priority, so both speak. "
            "Set the priority in the settings of the Flow.",
            flow=name,
            about=mine.said,
        )
    higher = flow.priority > other.priority
    if not (other if higher else flow).speaks_alone:
        return _both(name, mine, higher=higher)
    if abs(mine.seconds - theirs.seconds) >= _HOUR:
        return _apart(name, mine, higher=higher, first=mine.seconds < theirs.seconds)
    if higher:
        return say(
            "{flow} writes {about} too. This Flow has the higher priority, so within the hour only it speaks.",
            flow=name,
            about=mine.said,
        )
    return say(
        "{flow} writes {about} too, and has the higher priority: within the hour only that one speaks.",
        flow=name,
        about=mine.said,
    )


def _both(name: Quoted, mine: _Topic, *, higher: bool) -> Phrase:
    """What is said where the lower one does not keep quiet."""
    if higher:
        return say(
            "{flow} writes {about} too. This Flow has the higher priority, but the other one does not keep quiet: "
            "its settings say so. Both speak.",
            flow=name,
            about=mine.said,
        )
    return say(
        "{flow} writes {about} too, and has the higher priority, but this Flow does not keep quiet: "
        "its settings say so. Both speak.",
        flow=name,
        about=mine.said,
    )


def _apart(name: Quoted, mine: _Topic, *, higher: bool, first: bool) -> Phrase:
    """What is said where an hour or more lies between their first messages, as they are drawn."""
    if higher and first:
        return say(
            "{flow} writes {about} too. This Flow can speak first. It has the higher priority, yet the other one "
            "only keeps quiet where both would write within the hour. Else both speak.",
            flow=name,
            about=mine.said,
        )
    if higher:
        return say(
            "{flow} writes {about} too, and can speak first. This Flow has the higher priority, yet the other one "
            "only keeps quiet where both would write within the hour. Else both speak.",
            flow=name,
            about=mine.said,
        )
    if first:
        return say(
            "{flow} writes {about} too. This Flow can speak first. It has the lower priority, yet it "
            "only keeps quiet where both would write within the hour. Else both speak.",
            flow=name,
            about=mine.said,
        )
    return say(
        "{flow} writes {about} too, and can speak first. This Flow has the lower priority, yet it "
        "only keeps quiet where both would write within the hour. Else both speak.",
        flow=name,
        about=mine.said,
    )


def _topics(flow: Flow) -> Mapping[str, _Topic]:
    """By the trigger from which something is sent to people."""
    blocks = dict(_blocks(flow))
    sends = {id_ for id_, block in blocks.items() if isinstance(block, Send) and block.asks_consent}
    after = soonest(blocks, ((link.from_, link.to) for link in flow.links), sends)
    return {
        id_: replace(topic, seconds=after[id_].seconds)
        for id_, block in blocks.items()
        if isinstance(block, Trigger) and id_ in after and (topic := _topic(flow, block)) is not None
    }


def _topic(flow: Flow, trigger: Trigger) -> _Topic | None:
    if isinstance(trigger, Farewell):
        events = [leave.event for leave in flow.exits if leave.event and trigger.event in ("", leave.called)]
        return _of_event("Order placed") if "Order placed" in events else None
    if isinstance(trigger, Timed):
        if trigger.late_is_fine:
            return _Topic("quiet", trigger.occasion(), say("to people who have gone quiet"))
        return _Topic(trigger.occasion(), trigger.occasion(), say("on the same occasion"))
    if isinstance(trigger, Scheduled):
        return _Topic(trigger.occasion(), trigger.occasion(), say("on the same occasion"))
    return next((_of_event(name) for name in trigger.listens_to()), None)


def _of_event(name: str) -> _Topic:
    if name in CARTS:
        return _Topic("cart", name, say("about the same cart"))
    if name in WELCOMES:
        return _Topic("welcome", name, say("to welcome the same person"))
    if name == "Order placed":
        return _Topic(name, name, say("about the same order"))
    return _Topic(name, name, say("when {event} happens", event=Quoted(name)))


def _blocks(flow: Flow) -> Iterator[tuple[str, Block]]:
    for doc in flow.blocks:
        try:
            yield doc.id, read_block(doc.kind, doc.settings)
        except (KeyError, ValidationError):
            continue
