"""The flows, segments and e-mails of the invariants' shop: between them, every way in which somebody enters, is held, and
leaves."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from blocks.flow import Flow
from runtime.mail import Brand, EmailDocument, compile_email
from runtime.segments.document import SegmentDocument
from tests.engine.stage import block, cart_flow, in_a_row, link
from tests.kill.shop import BRAND, email

VIP: dict[str, Any] = {"kind": "field", "of": "contact", "field": "tags[]", "op": "is", "value": "vip"}
OFFERS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("01:45", {"to": "everybody"}),
    ("02:15", {"segment": "recent"}),
)
"""When the nightly offers come where the shop is, and for whom."""
TRIGGERS = frozenset({"event_trigger", "date_trigger", "quiet_trigger", "schedule_trigger", "segment_trigger"})
NO_PLACE = TRIGGERS | {"on_leaving"}
"""Kinds of blocks to which nobody is moved."""
TRANSACTIONAL = frozenset({"confirm"})
"""Send blocks whose e-mail needs no consent."""


def _cart() -> list[dict[str, Any]]:
    """Two reminders; who orders leaves by way of a thank-you. Once with a newer cart that replaces the older."""
    flow = cart_flow()
    flow["blocks"] += [
        block("bye", "on_leaving"),
        block("later", "wait", amount=1, unit="hours"),
        block("thanks", "send_email", email="thanks"),
        block("tag", "update_contact", change="add_tag", name="bought"),
    ]
    flow["links"] += [link("bye", "later"), link("later", "thanks"), link("thanks", "tag")]
    plain = in_a_row(
        block("cart", "event_trigger", event="Checkout started"),
        block("pause", "wait", amount=2, unit="hours"),
        block("first", "send_email", email="reminder"),
    )
    exits = [{"event": "Order placed"}]
    return [flow, {"name": "Abandoned cart", **plain, "exits": exits, "entry": {"key": "checkout_token"}}]


def _review() -> list[dict[str, Any]]:
    """The order is confirmed; then a review is waited for, in vain for three days at most. Or after it, one a contact."""
    flow: dict[str, Any] = {
        "name": "Review",
        "blocks": [
            block("order", "event_trigger", event="Order placed"),
            block("confirm", "send_email", email="confirm"),
            block("review", "wait_for_event", event="Review written", key="order_id", amount=3, unit="days"),
            block("reviewed", "emit_event", event="Reviewed"),
            block("nudge", "send_email", email="nudge"),
        ],
        "links": [
            link("order", "confirm"),
            link("confirm", "review"),
            link("review", "reviewed", "happened"),
            link("review", "nudge", "in_vain"),
        ],
        "entry": {"key": "order_id", "again": "once_each"},
    }
    again = {"key": "order_id", "newest_wins": True}
    return [flow, {**flow, "links": [*flow["links"][1:], link("order", "review")], "entry": again}]


def _birthday() -> list[dict[str, Any]]:
    """On the day, or from the day before, by whatever day it is by then; the rest the day after, or on the day."""
    flow: dict[str, Any] = {
        "name": "Birthday",
        "blocks": [
            block("birthday", "date_trigger", field="birthday", at="09:00"),
            block("wish", "send_email", email="wish"),
            block("day", "wait_for_date", field="birthday", when="after", yearly=True),
            block("ordered", "branch", rule={"kind": "did", "event": "Order placed"}),
            block("coupon", "send_email", email="coupon"),
            block("enough", "stop"),
        ],
        "links": [
            link("birthday", "wish"),
            link("wish", "day"),
            link("day", "ordered"),
            link("day", "enough", "missed"),
            link("ordered", "enough", "yes"),
            link("ordered", "coupon", "no"),
        ],
    }
    eve = {"field": "birthday", "when": "before", "amount": 1, "if_moved": "follow"}
    before, day = block("birthday", "date_trigger", **eve), block("day", "wait_for_date", field="birthday", yearly=True)
    return [flow, {**flow, "blocks": [before, flow["blocks"][1], day, *flow["blocks"][3:]]}]


def _win_back() -> list[dict[str, Any]]:
    flow = in_a_row(
        block("quiet", "quiet_trigger", event="Order placed", amount=5, unit="days"),
        block("miss", "send_email", email="miss"),
        block("tell", "emit_event", event="Went quiet"),
        block("week", "wait", amount=1, unit="weeks"),
        block("again", "send_email", email="again"),
    )
    anything = {**flow["blocks"][0], "settings": {"amount": 4, "unit": "days"}}
    exits = [{"event": "Order placed"}]
    return [
        {"name": "Win back", **flow, "exits": exits},
        {"name": "Win back", **flow, "blocks": [anything, *flow["blocks"][1:]], "exits": exits},
    ]


def _chain() -> list[dict[str, Any]]:
    """Started by other flows, and by itself until the chain breaks. Who has bought before is left alone from now on."""
    flow: dict[str, Any] = {
        "name": "Chain",
        "blocks": [
            block("quiet", "event_trigger", event="Went quiet"),
            block("reviewed", "event_trigger", event="Reviewed"),
            block("known", "branch", rule={"kind": "did", "event": "Account created", "window": {"kind": "ever"}}),
            block("again", "emit_event", event="Reviewed"),
            block("count", "update_contact", change="increase", name="visits", value="1"),
            block("leave", "unsubscribe"),
        ],
        "links": [
            link("quiet", "known"),
            link("reviewed", "known"),
            link("known", "again", "yes"),
            link("again", "count"),
            link("known", "leave", "no"),
        ],
    }
    return [flow, {**flow, "exits": [{"event": "Went quiet"}]}]


def _welcome() -> list[dict[str, Any]]:
    flow = in_a_row(
        block("joined", "event_trigger", event="Account created"),
        block("welcome", "send_email", email="welcome"),
        block("days", "wait", amount=2, unit="days"),
        block("tips", "send_email", email="tips"),
    )
    twice = {"kind": "did", "event": "Order placed", "times": 2, "window": {"kind": "last_days", "days": 3}}
    return [
        {"name": "Welcome", **flow, "entry": {"again": "never"}, "exits": [{"rule": twice}]},
        {"name": "Welcome", **flow, "entry": {"again": "after_days", "again_days": 3}, "exits": [{"rule": VIP}]},
    ]


def _news() -> list[dict[str, Any]]:
    """A letter at once, as often as it is asked for; who orders meanwhile does not get it any more."""
    flow = in_a_row(
        block("asked", "event_trigger", event="News wanted"),
        block("news", "send_email", email="news"),
        block("hour", "wait", amount=1, unit="hours"),
    )
    exits = [{"event": "Order placed"}, {"rule": VIP}]
    return [{"name": "News", **flow, "entry": {"key": "n"}, "exits": exits}] * 2


def _offer() -> list[dict[str, Any]]:
    """At two hours of every night, which are those that daylight saving skips and doubles: to everybody, or to those who
    bought lately. Who becomes a good customer, or is put on the list, leaves, each by a way of their own."""
    listed = {"kind": "in_segment", "segment": "club"}
    nights = [
        block(f"night-{number}", "schedule_trigger", repeat="daily", at=at, **whom)
        for number, (at, whom) in enumerate(OFFERS)
    ]
    flow: dict[str, Any] = {
        "name": "Offer",
        "blocks": [
            *nights,
            block("offer", "send_email", email="offer"),
            block("morning", "wait", amount=1, unit="days", at="02:20"),
            block("last", "send_email", email="last"),
            block("bye-vip", "on_leaving", event="Good customer"),
            block("kiss", "send_email", email="kiss"),
            block("bye", "on_leaving"),
            block("hour", "wait", amount=1, unit="hours"),
        ],
        "links": [
            link("night-0", "offer"),
            link("night-1", "offer"),
            link("offer", "morning"),
            link("morning", "last"),
            link("bye-vip", "kiss"),
            link("bye", "hour"),
        ],
        "exits": [{"rule": VIP, "name": "Good customer"}, {"rule": listed}, {"event": "Order placed"}],
    }
    other = [*flow["blocks"][:3], block("morning", "wait", amount=3, unit="hours"), *flow["blocks"][4:]]
    return [
        flow,
        {**flow, "blocks": other, "exits": flow["exits"][:2], "entry": {"again": "after_days", "again_days": 2}},
    ]


def _vip() -> list[dict[str, Any]]:
    """Who writes a review, or is not among those who bought lately any more, is a good customer and put on the list."""
    flow: dict[str, Any] = {
        "name": "Good customers",
        "blocks": [
            block("review", "event_trigger", event="Review written"),
            block("lately", "segment_trigger", segment="recent", move="leaves"),
            block("tag", "update_contact", change="add_tag", name="vip"),
            block("day", "wait", amount=1, unit="days"),
            block("list", "list_member", segment="club"),
        ],
        "links": [link("review", "tag"), link("lately", "tag"), link("tag", "day"), link("day", "list")],
    }
    return [flow, {**flow, "links": [link("review", "list"), link("lately", "day"), link("day", "tag")]}]


def _regulars() -> list[dict[str, Any]]:
    """Who enters a segment gets a letter; whoever leaves it meanwhile gets no second one."""
    flow = in_a_row(
        block("in", "segment_trigger", segment="regulars", move="enters"),
        block("hello", "send_email", email="hello"),
        block("hours", "wait", amount=3, unit="hours"),
        block("more", "send_email", email="more"),
    )
    gone = {"kind": "in_segment", "segment": "recent", "negate": True}
    return [{"name": "Regulars", **flow, "exits": [{"rule": gone}]}, {"name": "Regulars", **flow}]


FLOWS: dict[str, list[Flow]] = {
    slug: [Flow.model_validate(document) for document in documents]
    for slug, documents in {
        "cart": _cart(),
        "review": _review(),
        "birthday": _birthday(),
        "win-back": _win_back(),
        "chain": _chain(),
        "welcome": _welcome(),
        "news": _news(),
        "offer": _offer(),
        "vip": _vip(),
        "regulars": _regulars(),
    }.items()
}
"""Two versions of each."""


def _bought(days: int | None) -> dict[str, Any]:
    window = {"kind": "ever"} if days is None else {"kind": "last_days", "days": days}
    return {"kind": "did", "event": "Order placed", "window": window}


_RULES: dict[str, list[dict[str, Any] | None]] = {
    "club": [None],
    "recent": [_bought(3), _bought(5)],
    "buyers": [_bought(None), {**_bought(9), "times": 2}],
    # Named before those that it is made of.
    "good": [{"kind": "any", "rules": [{"kind": "in_segment", "segment": "regulars"}, VIP]}],
    "regulars": [
        {"kind": "all", "rules": [{"kind": "in_segment", "segment": slug} for slug in ("recent", "buyers")]},
        {"kind": "all", "rules": [{"kind": "in_segment", "segment": "club"}, _bought(None)]},
    ],
}
"""One or two rules of each; the first is a list."""
SEGMENTS = {
    slug: [SegmentDocument.model_validate({"name": slug, "rule": rule}) for rule in rules]
    for slug, rules in _RULES.items()
}
"""The segments by these rules."""


@cache
def _compiled(kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    brand, document = Brand.model_validate(BRAND), EmailDocument.model_validate(email(kind))
    said = {"slug": kind, "email": document.model_dump(mode="json"), "brand": brand.model_dump(mode="json")}
    return said, compile_email(document, brand).model_dump(mode="json")


def mails(flow: Flow) -> Sequence[dict[str, object]]:
    """The e-mails of a flow's send blocks, as publishing would compile them."""
    sends = [doc.id for doc in flow.blocks if doc.kind == "send_email"]
    kinds = {id_: "transactional" if id_ in TRANSACTIONAL else "marketing" for id_ in sends}
    return [
        {
            "block": id_,
            "marketing": kind == "marketing",
            "document": _compiled(kind)[0],
            "compiled": _compiled(kind)[1],
        }
        for id_, kind in kinds.items()
    ]
