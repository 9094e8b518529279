"""Doi Leaf, a tea shop, with just enough of a past: two flows, three people, some messages."""

from typing import Any

from blocks.values import type_document
from runtime.accounts import users, workspaces
from runtime.clock import DAY, HOUR, MINUTE
from runtime.engine.publishing.publish import publish
from runtime.house import House
from runtime.ledger import tables, tallies
from runtime.mail import Brand, EmailDocument
from runtime.segments import publish as segments

NOK = "nok@doileaf.example"
PASSWORD = "oolong before nine"
DEWI, SOMCHAI, HANNAH = 1001, 1002, 1003
SENT, UNCERTAIN, UNSENT = 5001, 5002, 5003
INSIDE = 6001
BY_HAND = {"kind": "wait", "settings": {"amount": 1, "unit": "hours"}}

EVERYTHING_TYPED = (
    "Doi Leaf", "Dewi Anggraini", "Dewi", "Somchai Jaidee", "Hannah Whitfield", "Abandoned cart", "Welcome, new reader",
    "Your tea is waiting", "oolong lover", "Mae Salong oolong 100 g", "Favourite", "Mae Salong oolong", "dewi@example.com",
    "somchai@example.com", "hannah@example.com", NOK, "hello@doileaf.example", "Back to the cart", "Newsletter joined",
    "250 2.0.0 Ok: queued as 4F2A1", "Jakarta",
    "Your tea is still in the cart", "1 Tea Road, Chiang Rai, Thailand", "Checkout started", "Order placed", "Nok",
    "Oolong lovers", "oolong", "Regulars",
)  # fmt: skip
"""Names and texts of the shop itself, which are the same in every language of the screens."""


def fill(house: House) -> int:
    """Fill an empty installation. Returns the workspace's number."""
    workspace = workspaces.first(house)
    workspaces.update(house, workspace, name="Doi Leaf", zone="Asia/Bangkok", currency="THB")
    users.create(house, NOK, "Nok", PASSWORD)
    _draw(house, workspace)
    _people(house, workspace)
    _past(house, workspace)
    _segments(house, workspace)
    return workspace


def reminder() -> dict[str, Any]:
    """A marketing e-mail that may go out."""
    sections = [
        {"kind": "heading", "id": "s1", "text": "Your tea is still in the cart"},
        {"kind": "button", "id": "s2", "label": "Back to the cart", "link": "https://doileaf.example/cart"},
        {"kind": "footer", "id": "s3"},
    ]
    document = {"name": "Your tea is waiting", "subject": "Your tea is waiting", "sections": sections}
    return EmailDocument.model_validate(document).model_dump(mode="json")


def cart(name: str = "Abandoned cart", event: str = "Checkout started") -> dict[str, Any]:
    """When a checkout starts, wait, send, end."""
    blocks = [
        {"id": "start", "kind": "event_trigger", "settings": {"event": event}},
        {"id": "hour", **BY_HAND},
        {"id": "mail", "kind": "send_email", "settings": {"email": "tea"}},
    ]
    placed = [block | {"position": {"x": 300, "y": 140 * place}} for place, block in enumerate(blocks)]
    links = [{"from": "start", "outlet": "next", "to": "hour"}, {"from": "hour", "outlet": "next", "to": "mail"}]
    return {"format": 1, "name": name, "blocks": placed, "links": links}


def _draw(house: House, workspace: int) -> None:
    drafts, now = house.desk.drafts(workspace), house.clock.now()
    brand = Brand(name="Doi Leaf", postal_address="1 Tea Road, Chiang Rai, Thailand")
    drafts.create("brand", "Doi Leaf", brand.model_dump(mode="json"), NOK, now, "brand")
    drafts.create("email", "Your tea is waiting", reminder(), NOK, now, "tea")
    drafts.create("flow", "Abandoned cart", cart(), NOK, now, "cart")
    publish(house, workspace, "cart", NOK)
    welcome = cart("Welcome, new reader", "Newsletter joined")
    drafts.create("flow", "Welcome, new reader", welcome, NOK, now, "welcome")


def _people(house: House, workspace: int) -> None:
    now = house.clock.now()
    people: tuple[tuple[int, str, str, str, str | None, list[str]], ...] = (
        (DEWI, "Dewi Anggraini", "dewi@example.com", "id", "Asia/Jakarta", ["oolong lover"]),
        (SOMCHAI, "Somchai Jaidee", "somchai@example.com", "th", None, []),
        (HANNAH, "Hannah Whitfield", "hannah@example.com", "en", None, []),
    )
    with house.ledger.write(workspace) as tx:
        for minutes, (id_, name, email, language, zone, tags) in enumerate(people):
            fields = {"name": name, "Favourite": "Mae Salong oolong"}
            row = {"id": id_, "email": email, "phone": None, "name": name, "language": language, "zone": zone}
            seen = {"created_at": now - 90 * DAY, "seen_at": now - minutes * MINUTE}
            kept = {"fields": fields, "typed": type_document(fields), "tags": tags}
            tx.insert(tables.contact, [row | seen | kept])
            known = {"kind": "email", "value": email, "contact": id_, "since_at": now - 90 * DAY}
            tx.insert(tables.identity, [known])
        said = {"channel": "email", "answer": "yes", "at": now - 60 * DAY, "source": "api", "proof": {}}
        tx.insert(tables.consent, [{"id": 7001, "contact": DEWI} | said])


def _segments(house: House, workspace: int) -> None:
    drafts, now = house.desk.drafts(workspace), house.clock.now()
    favourite = {"kind": "field", "of": "contact", "field": "Favourite", "op": "contains", "value": "oolong"}
    oolong = {"format": 1, "name": "Oolong lovers", "rule": {"kind": "all", "rules": [favourite]}}
    drafts.create("segment", "Oolong lovers", oolong, NOK, now, "oolong")
    drafts.create("segment", "Regulars", {"format": 1, "name": "Regulars", "rule": None}, NOK, now, "regulars")
    segments.publish(house, workspace, "regulars", NOK)
    with house.ledger.write(workspace) as tx:
        regulars = tx.scalar(tables.segment.select())
        tx.insert(tables.member, [{"segment": regulars, "contact": DEWI, "since_at": now}])


def _past(house: House, workspace: int) -> None:
    now = house.clock.now()
    with house.ledger.read(workspace) as tx:
        flow = tx.first(tables.flow.select())
    assert flow is not None
    basket = {"total": 1180, "currency": "THB", "items": [{"title": "Mae Salong oolong 100 g"}]}
    event = {"id": 4001, "name": "Checkout started", "source": "shop", "contact": DEWI, "at": now - 3 * HOUR}
    run = {"id": INSIDE, "flow": flow.id, "version": flow.version, "contact": SOMCHAI, "key": "", "state": "open"}
    with house.ledger.write(workspace) as tx:
        rest = {
            "received_at": now - 3 * HOUR,
            "who": {},
            "properties": basket,
            "typed": type_document(basket),
            "state": "done",
        }
        tx.insert(tables.event, [event | rest])
        where = {"block": "hour", "hops": 2, "messages": 0, "wake_at": now + 30 * DAY}
        when = {"entered_at": now - 2 * HOUR, "arrived_at": now - 2 * HOUR}
        tx.insert(tables.run, [run | where | when])
        for id_, contact, state, code in (
            (SENT, DEWI, "sent", None),
            (UNCERTAIN, SOMCHAI, "uncertain", "uncertain"),
            (UNSENT, HANNAH, "skipped", "no_consent"),
        ):
            message = {"id": id_, "flow": flow.id, "version": flow.version, "block": "mail", "run": None, "hop": None}
            about = {"contact": contact, "event": 4001, "channel": "email", "marketing": True, "test": False}
            fate = {"state": state, "code": code, "args": None, "tries": int(state != "skipped")}
            at = {"queued_at": now - 2 * HOUR, "due_at": now - 2 * HOUR, "done_at": now - 2 * HOUR}
            tx.insert(
                tables.message, [message | about | fate | at | {"address": None, "subject": "Your tea is waiting"}]
            )
        answer = {"answered_at": now - 2 * HOUR, "answer": "250 2.0.0 Ok: queued as 4F2A1"}
        tx.insert(tables.attempt, [{"message": SENT, "number": 1, "at": now - 2 * HOUR, "carrier": "smtp"} | answer])
        counts = {(flow.id, "start", "entered"): 12, (flow.id, "mail", "sent"): 9, (flow.id, "mail", "skipped"): 2}
        tallies.add(tx, counts, now)
