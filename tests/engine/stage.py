"""A stage for the engine: flows in few words, events that happen, a clock that moves, and what came of it."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import orjson
from sqlalchemy import select

from blocks.flow import Flow
from blocks.values import type_document
from runtime.clock import SetClock, length
from runtime.engine.entries import beginnings, occasions, schedules, ties
from runtime.engine.publishing import moving
from runtime.engine.publishing.moving import Move
from runtime.engine.publishing.publish import triggers_of
from runtime.engine.work import Engine
from runtime.house import House
from runtime.ledger.tables import contact, event, flow, identity, message, run, step, version, version_mail


def block(id_: str, kind: str, **settings: Any) -> dict[str, Any]:
    """One block of a flow document."""
    return {"id": id_, "kind": kind, "settings": settings}


def link(from_: str, to: str, outlet: str = "next") -> dict[str, Any]:
    """One link of a flow document."""
    return {"from": from_, "outlet": outlet, "to": to}


def in_a_row(*blocks: dict[str, Any]) -> dict[str, Any]:
    """Blocks linked one after the other."""
    links = [link(a["id"], b["id"]) for a, b in pairwise(blocks)]
    return {"blocks": list(blocks), "links": links}


def cart_flow(**changes: Any) -> dict[str, Any]:
    """Cart abandonment: one hour, a reminder, a day, and a second one for those who have not ordered."""
    return {
        "name": "Abandoned cart",
        "blocks": [
            block("cart", "event_trigger", event="Checkout started"),
            block("hour", "wait", amount=1, unit="hours"),
            block("first", "send_email", email="reminder"),
            block("day", "wait", amount=23, unit="hours"),
            block("ordered", "branch", rule={"kind": "did", "event": "Order placed"}),
            block("second", "send_email", email="concerns"),
        ],
        "links": [
            link("cart", "hour"),
            link("hour", "first"),
            link("first", "day"),
            link("day", "ordered"),
            link("ordered", "second", "no"),
        ],
        "exits": [{"event": "Order placed", "key": "checkout_token"}],
        "entry": {"key": "checkout_token", "newest_wins": True},
        **changes,
    }


class Stage:
    """One shop with its engine."""

    def __init__(self, house: House, shop: int, clock: SetClock) -> None:
        self.house, self.shop, self.clock = house, shop, clock
        self.engine = Engine(house)

    def publish(
        self,
        document: Mapping[str, Any],
        slug: str = "flow",
        *,
        marketing: bool = True,
        moves: Mapping[str, Move] | None = None,
    ) -> int:
        """Make a version of a document run, without the e-mails that `runtime.engine.publishing.publish` would compile."""
        checked = Flow.model_validate({"name": slug, **document})
        with self.house.ledger.write(self.shop) as tx:
            flow_id = tx.scalar(select(flow.c.id).where(tx.mine(flow), flow.c.slug == slug))
            flow_id, version_id, number = flow_id or tx.reserve(1)[0], tx.reserve(1)[0], tx.reserve(1)[0]
            now = self.clock.now()
            moving.promise(tx, flow_id, version_id, None, checked, moves or {})
            tx.execute(flow.delete().where(flow.c.id == flow_id))
            row = {"id": flow_id, "slug": slug, "name": slug, "state": "live", "version": version_id, "since_at": now}
            tx.insert(flow, [row])
            published = {"document": checked.to_json(), "published_at": now, "published_by": "Nok"}
            tx.insert(version, [{"id": version_id, "flow": flow_id, "number": number, **published}])
            sends = [doc.id for doc in checked.blocks if doc.kind == "send_email"]
            mail = {"version": version_id, "marketing": marketing, "document": {}, "compiled": {}}
            tx.insert(version_mail, [{"block": id_, **mail} for id_ in sends])
            occasions.expect(tx, triggers_of(checked))
            ties.expect(tx, triggers_of(checked))
            schedules.expect(tx, flow_id, triggers_of(checked), now, checked.zone)
            beginnings.expect(tx, flow_id, triggers_of(checked), now)
        return int(flow_id)

    def happens(
        self, name: str, who: str, *, ago: float = 0, fields: Mapping[str, Any] | None = None, **properties: Any
    ) -> int:
        """Something happens to the contact with this address, `ago` hours before now; the engine then does its work."""
        event_id = self.arrives(name, who, ago=ago, fields=fields, **properties)
        self.work()
        return event_id

    def arrives(
        self, name: str, who: str, *, ago: float = 0, fields: Mapping[str, Any] | None = None, **properties: Any
    ) -> int:
        """Like `happens`, but the engine does not look yet."""
        now = self.clock.now()
        with self.house.ledger.write(self.shop) as tx:
            (event_id,) = tx.reserve(1)
            row = {
                "id": event_id,
                "name": name,
                "source": "api",
                "contact": None,
                "at": now - int(ago * 3_600_000_000),
                "received_at": now,
                "who": {"email": who, **(fields or {})},
                "properties": properties,
                "typed": orjson.dumps(type_document(properties)).decode(),
                "state": "new",
            }
            tx.insert(event, [row])
        return int(event_id)

    def after(self, **span: float) -> None:
        """Time passes; what became due in it happens when it is due."""
        end = self.clock.now() + length(**span)
        while True:
            self.work()
            due = self.engine.next_due()
            if due is None or due > end:
                break
            self.clock.set(max(due, self.clock.now()))
        self.clock.set(end)
        self.work()

    def work(self) -> None:
        """The engine works until there is nothing to do."""
        while self.engine.work():
            pass

    def goes_out(self) -> None:
        """What waits to be sent is sent."""
        with self.house.ledger.write(self.shop) as tx:
            waits = (tx.mine(message), message.c.state == "queued")
            tx.execute(message.update().where(*waits).values(state="sent", done_at=self.clock.now()))

    def messages(self, who: str | None = None) -> list[tuple[str, str]]:
        """(block, state) of the messages queued so far, in order, for one address or for all."""
        query = select(message.c.block, message.c.state).order_by(message.c.id)
        return [tuple(row) for row in self._rows(query, message, who)]

    def runs(self, who: str | None = None) -> list[tuple[str, str]]:
        """(block, state) of the runs so far, in order."""
        return [tuple(row) for row in self._rows(select(run.c.block, run.c.state).order_by(run.c.id), run, who)]

    def all_runs(self) -> list[Any]:
        """Every run, whole."""
        with self.house.ledger.read(self.shop) as tx:
            return list(tx.all(run.select().where(tx.mine(run)).order_by(run.c.id)))

    def steps(self, who: str) -> list[tuple[str, str, str | None]]:
        """(block, outlet, reason code) of the steps of a contact's runs, in order."""
        query = select(step.c.block, step.c.outlet, step.c.code).join(run, run.c.id == step.c.run)
        return [tuple(row) for row in self._rows(query.order_by(step.c.run, step.c.hop), run, who)]

    def contact(self, who: str) -> Any:
        """The contact with this address."""
        with self.house.ledger.read(self.shop) as tx:
            return tx.first(contact.select().where(contact.c.id == self._id(who)))

    def _rows(self, query: Any, table: Any, who: str | None) -> list[Any]:
        with self.house.ledger.read(self.shop) as tx:
            return list(tx.all(query if who is None else query.where(table.c.contact == self._id(who))))

    def _id(self, who: str) -> int:
        with self.house.ledger.read(self.shop) as tx:
            return int(tx.scalar(select(identity.c.contact).where(tx.mine(identity), identity.c.value == who)))
