"""A shop with contacts, e-mails and messages in its outbox, written as the engine leaves them."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from blocks.flow import Flow
from blocks.values import type_document
from runtime import delivery
from runtime.clock import SetClock
from runtime.house import House
from runtime.ledger.tables import attempt, contact, event, flow, message, run, tally, version, version_mail
from runtime.mail import Brand, EmailDocument, compile_email
from runtime.people import consent
from tests.patience import PATIENCE


class Post:
    """One shop and its outgoing mail."""

    def __init__(self, house: House, shop: int, clock: SetClock) -> None:
        self.house, self.shop, self.clock = house, shop, clock

    # ---- what there is before anything is sent

    def flow(
        self,
        *emails: tuple[EmailDocument, Brand],
        state: str = "live",
        name: str = "Abandoned cart",
        priority: int = 3,
        alone: bool = False,
        limits_of_flow: Mapping[str, Any] | None = None,
        pauses: Sequence[Mapping[str, Any]] = (),
        **settings: Any,
    ) -> int:
        """A flow with a send block for each e-mail: "mail1", "mail2" …, all with the same other `settings`."""
        said = {"priority": priority, "speaks_alone": alone, "limits": limits_of_flow or {}, "pauses": pauses}
        with self.house.ledger.write(self.shop) as tx:
            flow_id, version_id = tx.reserve(2)
            row = {"id": flow_id, "slug": f"flow-{flow_id}", "name": name, "state": state}
            tx.insert(flow, [row | {"version": version_id, "since_at": self.clock.now()}])
            blocks = [
                {"id": f"mail{number}", "kind": "send_email", "settings": {"email": "tea", **settings}}
                for number in range(1, len(emails) + 1)
            ]
            row = {
                "id": version_id,
                "flow": flow_id,
                "number": 1,
                "document": Flow.model_validate({"name": name, "blocks": blocks, **said}).to_json(),
            }
            tx.insert(version, [row | {"published_at": self.clock.now(), "published_by": "nok@doileaf.example"}])
            for number, (document, brand) in enumerate(emails, 1):
                mail = {"email": document.model_dump(mode="json"), "brand": brand.model_dump(mode="json")}
                compiled = compile_email(document, brand)
                row = {"version": version_id, "block": f"mail{number}", "marketing": compiled.marketing}
                tx.insert(version_mail, [row | {"document": mail, "compiled": compiled.model_dump(mode="json")}])
        return flow_id

    def contact(self, name: str, address: str | None = None, *, consent_: str | None = "yes", **fields: Any) -> int:
        """Dewi, who has an address and agreed to get mail (or answered something else, or was never asked)."""
        address = f"{name.lower()}@example.com" if address is None else address or None
        now = self.clock.now()
        fields = {"first_name": name, **fields}
        with self.house.ledger.write(self.shop) as tx:
            (id_,) = tx.reserve(1)
            row = {"id": id_, "email": address, "name": name, "zone": fields.pop("zone", None), "fields": fields}
            row |= {"typed": type_document(fields), "tags": [], "created_at": now, "seen_at": now}
            tx.insert(contact, [row])
            if consent_ is not None:
                consent.record(tx, id_, "email", consent_, now, "sign-up form")  # type: ignore[arg-type]
        return id_

    def message(
        self, flow_id: int, contact_id: int, properties: dict[str, Any] | None = None, *, block: str = "mail1"
    ) -> int:
        """A message that the engine has queued for a contact, whose run has ended normally."""
        now = self.clock.now()
        with self.house.ledger.write(self.shop) as tx:
            version_id = tx.scalar(select(flow.c.version).where(flow.c.id == flow_id))
            marketing = tx.scalar(
                select(version_mail.c.marketing).where(
                    version_mail.c.version == version_id, version_mail.c.block == block
                )
            )
            event_id, run_id, id_ = tx.reserve(3)
            happened = {"name": "Checkout started", "source": "test", "at": now, "received_at": now, "who": {}}
            happened |= {"properties": properties or {}, "typed": type_document(properties or {}), "state": "done"}
            tx.insert(event, [{"id": event_id, "contact": contact_id, **happened}])
            where = {"flow": flow_id, "version": version_id, "contact": contact_id, "event": event_id, "block": block}
            walked = {"key": "", "state": "ended", "hops": 2, "messages": 1, "entered_at": now, "arrived_at": now}
            tx.insert(run, [{"id": run_id, "entry_event": event_id, **where, **walked}])
            waits = {"channel": "email", "marketing": marketing, "test": False, "state": "queued", "tries": 0}
            tx.insert(
                message, [{"id": id_, "run": run_id, "hop": 1, "queued_at": now, "due_at": now, **where, **waits}]
            )
        return id_

    # ---- what happens

    def deliver(self) -> None:
        """Send until there is nothing to do."""
        until = time.monotonic() + PATIENCE
        while delivery.deliver(self.house):
            assert time.monotonic() < until, f"delivery does not come to rest: {self.states()}"

    def set_run(self, message_id: int, state: str) -> None:
        """The run of a message goes on without us."""
        with self.house.ledger.write(self.shop) as tx:
            of = select(message.c.run).where(message.c.id == message_id).scalar_subquery()
            tx.execute(run.update().where(run.c.id == of).values(state=state))

    def set_flow(self, flow_id: int, state: str) -> None:
        """Somebody pauses, resumes or archives a flow."""
        with self.house.ledger.write(self.shop) as tx:
            tx.execute(flow.update().where(flow.c.id == flow_id).values(state=state))

    def answer(self, contact_id: int, answer: str) -> None:
        """A contact says yes or no to mail, now."""
        with self.house.ledger.write(self.shop) as tx:
            consent.record(tx, contact_id, "email", answer, self.clock.now(), "one-click")  # type: ignore[arg-type]

    # ---- what came of it

    def one(self, message_id: int) -> delivery.outbox.Entry:
        """A message as screens see it."""
        with self.house.ledger.read(self.shop) as tx:
            return delivery.outbox.one(tx, message_id)[0]

    def attempts(self, message_id: int) -> list[delivery.outbox.Attempt]:
        """The attempts to send a message."""
        with self.house.ledger.read(self.shop) as tx:
            return delivery.outbox.one(tx, message_id)[1]

    def states(self) -> dict[str, int]:
        """How many messages are in each state."""
        with self.house.ledger.read(self.shop) as tx:
            query = select(message.c.state, func.count()).where(tx.mine(message)).group_by(message.c.state)
            found: Sequence[Any] = tx.all(query)
        return {row[0]: row[1] for row in found}

    def state(self, message_id: int) -> tuple[str, str | None]:
        """State and reason code of a message."""
        entry = self.one(message_id)
        return entry.state, entry.code

    def unanswered(self) -> int:
        """Attempts that were committed to and have no answer."""
        with self.house.ledger.read(self.shop) as tx:
            query = select(func.count()).select_from(attempt).where(tx.mine(attempt), attempt.c.answered_at.is_(None))
            return int(tx.scalar(query))

    def leases(self) -> int:
        """Messages that somebody holds."""
        with self.house.ledger.read(self.shop) as tx:
            query = select(func.count()).select_from(message).where(tx.mine(message), message.c.lease_by.is_not(None))
            return int(tx.scalar(query))

    def tallies(self, flow_id: int) -> dict[str, int]:
        """What the canvas counts, by what."""
        with self.house.ledger.read(self.shop) as tx:
            query = select(tally.c.what, func.sum(tally.c.count)).where(tx.mine(tally), tally.c.flow == flow_id)
            found: Sequence[Any] = tx.all(query.group_by(tally.c.what))
        return {what: int(count) for what, count in found if count}
