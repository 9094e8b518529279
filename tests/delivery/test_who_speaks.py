"""Which of two flows speaks, lived through with the engine: the one of higher priority, even if it is still waiting."""

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select, text

from blocks.hours import Quiet
from blocks.limits import Cap, Limits
from blocks.values import micros, moment
from runtime import delivery
from runtime.clock import SetClock, length
from runtime.delivery.decision.coming import WAKING
from runtime.house import House
from runtime.ledger import tables
from runtime.ledger.lists import listed
from runtime.ledger.tables import flow, message, version_mail
from runtime.mail import compile_email
from runtime.people import consent
from runtime.reasons import reason_phrase
from runtime.words import words
from tests.blocks.facts import utc
from tests.delivery.conftest import Email
from tests.delivery.smtp_server import SmtpServer
from tests.engine.stage import Stage, block, in_a_row, link

BANGKOK = ZoneInfo("Asia/Bangkok")
DEWI = "dewi@example.com"
CART: dict[str, Any] = {"entry": {"key": "checkout_token"}, "speaks_alone": True}
BOUGHT = {"kind": "did", "event": "Order placed"}


class Street(Stage):
    """A shop with its engine and its post, on 21 November 2026 from 16:00 in Bangkok."""

    email: Email

    def opens(self, slug: str, *blocks: dict[str, Any], marketing: bool = True, **changes: Any) -> int:
        """A flow of these blocks in a row goes live."""
        return self.publish({**in_a_row(*blocks), **changes}, slug, marketing=marketing)

    def publish(self, document: Mapping[str, Any], slug: str = "flow", *, marketing: bool = True, **moves: Any) -> int:
        id_ = super().publish(document, slug, marketing=marketing, **moves)
        mail, brand = self.email
        written = {"email": mail.model_dump(mode="json"), "brand": brand.model_dump(mode="json")}
        with self.house.ledger.write(self.shop) as tx:
            live = select(flow.c.version).where(flow.c.id == id_).scalar_subquery()
            kept = {"document": written, "compiled": compile_email(mail, brand).model_dump(mode="json")}
            tx.execute(version_mail.update().where(version_mail.c.version == live).values(kept))
        return id_

    def comes(self, who: str = DEWI) -> None:
        """Somebody who wants mail."""
        self.happens("Account created", who)
        with self.house.ledger.write(self.shop) as tx:
            consent.record(tx, self._id(who), "email", "yes", self.clock.now(), "form")

    def work(self) -> None:
        super().work()
        while delivery.deliver(self.house):
            super().work()

    def after(self, **span: float) -> None:
        """Time passes, and everything happens when it is due."""
        end = self.clock.now() + length(**span)
        while True:
            self.work()
            due = min((at for at in (self.engine.next_due(), delivery.next_due(self.house)) if at), default=end + 1)
            if due > end:
                break
            self.clock.set(max(due, self.clock.now()))
        self.clock.set(end)
        self.work()

    def told(self) -> list[str]:
        """What became of each message, the first one first: "cart 17:00", or "cart skipped: spoken_for"."""
        return [self._told(row) for row in self._messages()]

    def why(self, slug: str) -> str:
        """Why the message of a flow stands as it does."""
        (row,) = [row for row in self._messages() if row.slug == slug]
        return words("en").text(reason_phrase(row.code, row.args), self.clock.now())

    def _messages(self) -> list[Any]:
        query = select(message, flow.c.slug).join(flow, flow.c.id == message.c.flow).order_by(message.c.id)
        with self.house.ledger.read(self.shop) as tx:
            return list(tx.all(query))

    def _told(self, row: Any) -> str:
        if row.state == "sent":
            return f"{row.slug} {moment(row.done_at).astimezone(BANGKOK):%H:%M}"
        return f"{row.slug} {row.state}: {row.code}"


@pytest.fixture
def street(house: House, shop: int, clock: SetClock, smtp: SmtpServer, reminder: Email) -> Iterator[Street]:
    clock.set(micros(utc("2026-11-21T09:00")))
    street = Street(house, shop, clock)
    street.email = reminder
    yield street
    delivery.leave(house)


def starts(event_name: str) -> dict[str, Any]:
    return block("start", "event_trigger", event=event_name)


def wait(minutes: int, id_: str = "wait") -> dict[str, Any]:
    return block(id_, "wait", amount=minutes, unit="minutes")


def mail(id_: str = "mail", **settings: Any) -> dict[str, Any]:
    return block(id_, "send_email", email="tea", **settings)


def two_carts(street: Street, *, low: int = 50, high: int = 60) -> int:
    """Two flows that remind of the same cart after so many minutes."""
    street.opens("low", starts("Checkout started"), wait(low), mail(), priority=2, **CART)
    return street.opens("high", starts("Checkout started"), wait(high), mail(), priority=4, **CART)


# ---- about the same cart or order


def test_of_two_reminders_of_one_cart_only_the_higher_goes_out(street: Street, smtp: SmtpServer) -> None:
    two_carts(street)
    street.comes()
    street.happens("Checkout started", DEWI, checkout_token="c1")
    street.after(minutes=55)
    assert street.told() == ["low queued: alone_waits"]
    assert street.why("low") == (
        "“high” has the higher priority and may write about the same within the hour; will try again on 21 Nov, 17:00"
    )
    street.after(hours=3)
    assert street.told() == ["low skipped: spoken_for", "high 17:00"]
    assert len(smtp.mails) == 1


def test_if_the_higher_one_has_nothing_to_say_the_lower_one_goes_out_after_it_and_once(
    street: Street, smtp: SmtpServer
) -> None:
    two_carts(street)
    asked = [starts("Checkout started"), wait(60), block("bought", "branch", rule=BOUGHT), mail()]
    links = [link("start", "wait"), link("wait", "bought"), link("bought", "mail", "yes")]
    street.publish({"blocks": asked, "links": links, "priority": 4, **CART}, "high")
    street.comes()
    street.happens("Checkout started", DEWI, checkout_token="c1")
    street.after(days=1)
    assert street.told() == ["low 17:00"]
    assert len(smtp.mails) == 1


def test_what_is_about_another_cart_waits_for_nothing(street: Street) -> None:
    two_carts(street)
    street.comes()
    street.happens("Checkout started", DEWI, checkout_token="c1")
    with street.house.ledger.write(street.shop) as tx:
        of_high = tables.run.c.flow == select(flow.c.id).where(flow.c.slug == "high").scalar_subquery()
        tx.execute(tables.run.update().where(of_high).values(key="c2", event=0))
    street.after(hours=3)
    assert street.told() == ["low 16:50", "high 17:00"]


def test_a_cart_is_known_by_its_key_whichever_event_tells_of_it(street: Street) -> None:
    street.opens("low", starts("Checkout updated"), wait(10), mail(), priority=2, **CART)
    street.opens("high", starts("Checkout started"), wait(30), mail(), priority=4, **CART)
    street.comes()
    for cart in ("c1", "c2"):
        street.happens("Checkout updated", DEWI, checkout_token=cart)
    street.happens("Checkout started", DEWI, checkout_token="c1")
    street.after(hours=1)
    assert street.told() == ["low skipped: spoken_for", "low 16:10", "high 16:30"]


def test_without_a_key_it_is_the_event_they_stand_on(street: Street) -> None:
    street.opens("low", starts("Order placed"), mail(), priority=2, speaks_alone=True)
    street.opens("high", starts("Order placed"), wait(20), mail(), priority=4)
    street.comes()
    street.happens("Order placed", DEWI)
    street.after(hours=3)
    assert street.told() == ["low skipped: spoken_for", "high 16:20"]


def test_one_who_speaks_after_two_waits_within_the_hour_is_waited_for_and_later_is_not(street: Street) -> None:
    for name, second in (("Within", 20), ("Later", 50)):
        street.opens(f"{name} low", starts(name), mail(), priority=2, speaks_alone=True)
        street.opens(f"{name} high", starts(name), wait(20), wait(second, "again"), mail(), priority=4)
    street.comes()
    street.happens("Within", DEWI)
    street.happens("Later", DEWI)
    street.after(hours=3)
    assert sorted(street.told()) == [
        "Later high 17:10",
        "Later low 16:00",
        "Within high 16:40",
        "Within low skipped: spoken_for",
    ]


def test_a_thank_you_at_once_does_not_wait_for_one_after_three_hours(street: Street) -> None:
    street.opens("at once", starts("Order placed"), mail(), priority=2, speaks_alone=True)
    street.opens("later", starts("Order placed"), wait(180), mail(), priority=4)
    street.comes()
    street.happens("Order placed", DEWI)
    street.after(hours=4)
    assert street.told() == ["at once 16:00", "later 19:00"]


def test_nobody_waits_longer_than_the_hour(street: Street, smtp: SmtpServer) -> None:
    """Flows of higher priority that never have anything to say come one after the other: after 25, 50 and 75 minutes."""
    street.opens("low", starts("Checkout started"), mail(), priority=1, **CART)
    for minutes in (25, 50, 75):
        asked = [starts("Checkout started"), wait(minutes), block("bought", "branch", rule=BOUGHT), mail()]
        links = [link("start", "wait"), link("wait", "bought"), link("bought", "mail", "yes")]
        street.publish({"blocks": asked, "links": links, "priority": 4, **CART}, f"high {minutes}")
    street.comes()
    street.happens("Checkout started", DEWI, checkout_token="c1")
    street.after(minutes=30)
    assert street.told() == ["low queued: alone_waits"]
    street.after(hours=3)
    assert street.told() == ["low 16:50"]


def test_nobody_waits_into_a_time_at_which_it_could_not_go_out(street: Street) -> None:
    until_five = {"start": "09:00", "end": "17:00", "then": "skip"}
    street.opens("low", starts("Order placed"), mail(hours=until_five), priority=2, speaks_alone=True)
    street.opens("high", starts("Order placed"), wait(40), mail(), priority=4)
    street.comes()
    street.after(minutes=30)
    street.happens("Order placed", DEWI)
    assert street.told() == ["low 16:30"]


@pytest.mark.parametrize("state", ["paused", "archived"])
def test_a_flow_that_sends_nothing_keeps_nobody_waiting(street: Street, state: str) -> None:
    high = two_carts(street)
    street.comes()
    street.happens("Checkout started", DEWI, checkout_token="c1")
    with street.house.ledger.write(street.shop) as tx:
        tx.execute(flow.update().where(flow.c.id == high).values(state=state))
    street.after(minutes=50)
    assert street.told() == ["low 16:50"]


def test_a_receipt_and_one_of_the_same_priority_wait_for_nobody(street: Street, confirmation: Email) -> None:
    street.opens("as high", starts("Order placed"), mail(), priority=4, speaks_alone=True)
    street.opens("high", starts("Order placed"), wait(20), mail(), priority=4)
    street.email = confirmation
    street.opens("receipt", starts("Order placed"), mail(), priority=1, speaks_alone=True, marketing=False)
    street.comes()
    street.happens("Order placed", DEWI)
    assert sorted(street.told()) == ["as high 16:00", "receipt 16:00"]


# ---- one place under a cap


def one_a_day(street: Street, *, over: str = "wait", **changes: Any) -> None:
    """A cap of one a day, a flow of very high priority that writes after half an hour, and a very low one that does at once."""
    limits = Limits.model_validate({"caps": [Cap(most=1)], "over": over})
    delivery.set_limits(street.house, street.shop, limits)
    street.opens("high", starts("Page seen"), wait(30), mail(), priority=5)
    street.opens("low", starts("Newsletter out"), mail(**changes), priority=1)
    street.comes()
    street.happens("Page seen", DEWI)
    street.after(minutes=10)
    street.happens("Newsletter out", DEWI)


@pytest.mark.parametrize(("over", "low"), [("wait", "low 00:00"), ("skip", "low skipped: cap_reached")])
def test_the_place_under_a_cap_is_kept_for_a_higher_flow_that_still_waits(street: Street, over: str, low: str) -> None:
    one_a_day(street, over=over)
    assert street.told() == ["low queued: place_waits"]
    assert street.why("low") == (
        "“high” has the higher priority and may take the place under the shop’s cap of 1 e-mail a day within the hour;"
        " will try again on 21 Nov, 16:30"
    )
    street.after(days=1)
    assert street.told() == [low, "high 16:30"]


def test_the_place_is_taken_by_the_lower_one_if_the_higher_leaves_it(street: Street) -> None:
    one_a_day(street)
    with street.house.ledger.write(street.shop) as tx:
        tx.execute(tables.run.update().where(tables.run.c.state == "open").values(state="left", wake_at=None))
    street.after(hours=1)
    assert street.told() == ["low 16:30"]


@pytest.mark.parametrize(
    ("archived", "told"),
    [(False, ["high 16:30", "low skipped: cap_reached"]), (True, ["high cancelled: flow_archived", "low 16:30"])],
)
def test_where_what_is_over_a_cap_is_skipped_a_place_is_lost_only_to_what_went_out(
    street: Street, archived: bool, told: list[str]
) -> None:
    """The higher one has its message already, which waits for the hours of its block."""
    limits = Limits.model_validate({"caps": [Cap(most=1)], "over": "skip"})
    delivery.set_limits(street.house, street.shop, limits)
    later = {"start": "16:30", "end": "18:00"}
    high = street.opens("high", starts("Page seen"), mail(hours=later), priority=5)
    street.opens("low", starts("Newsletter out"), mail(), priority=1)
    street.comes()
    street.happens("Page seen", DEWI)
    street.after(minutes=10)
    street.happens("Newsletter out", DEWI)
    assert street.told() == ["high queued: hours_wait", "low queued: place_waits"]
    if archived:
        with street.house.ledger.write(street.shop) as tx:
            tx.execute(flow.update().where(flow.c.id == high).values(state="archived"))
    street.after(hours=1)
    assert street.told() == told


def test_where_there_is_room_for_both_nobody_waits(street: Street) -> None:
    delivery.set_limits(street.house, street.shop, Limits(caps=(Cap(most=2),)))
    street.opens("high", starts("Page seen"), wait(30), mail(), priority=5)
    street.opens("low", starts("Page seen"), mail(), priority=1)
    street.comes()
    street.happens("Page seen", DEWI)
    assert street.told() == ["low 16:00"]


def test_what_is_sent_anyway_waits_for_no_place(street: Street) -> None:
    one_a_day(street, limits="anyway")
    assert street.told() == ["low 16:10"]


def test_a_receipt_that_will_come_takes_no_place(street: Street, confirmation: Email) -> None:
    delivery.set_limits(street.house, street.shop, Limits(caps=(Cap(most=1),)))
    street.opens("low", starts("Order placed"), mail(), priority=1)
    street.email = confirmation
    street.opens("receipt", starts("Order placed"), wait(30), mail(), priority=5, marketing=False)
    street.comes()
    street.happens("Order placed", DEWI)
    assert street.told() == ["low 16:00"]


def test_one_that_quiet_hours_will_hold_is_not_waited_for(street: Street) -> None:
    """The higher one would be due at 16:30, in quiet hours, and so takes no place before."""
    quiet = Quiet(start="16:25", end="20:00")
    delivery.set_limits(street.house, street.shop, Limits(caps=(Cap(most=1),), quiet=(quiet,)))
    street.opens("high", starts("Page seen"), wait(30), mail(), priority=5)
    street.opens("low", starts("Page seen"), mail(), priority=1)
    street.comes()
    street.happens("Page seen", DEWI)
    assert street.told() == ["low 16:00"]


# ---- what it costs


@pytest.mark.parametrize(("alone", "caps", "looks"), [(False, (), 0), (True, (), 1), (False, (Cap(most=1),), 2)])
def test_runs_are_looked_at_once_a_batch_and_not_at_all_where_nobody_asks(
    street: Street, *, alone: bool, caps: tuple[Cap, ...], looks: int
) -> None:
    """Where there is a cap, once more when the mail is about to go out."""
    delivery.set_limits(street.house, street.shop, Limits(caps=caps))
    street.opens("thanks", starts("Order placed"), mail(), speaks_alone=alone)
    people = [f"c{number}@example.com" for number in range(5)]
    for who in people:
        street.comes(who)
        street.arrives("Order placed", who)
    seen: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "run.wake_at +" in statement:
            seen.append(statement)

    event.listen(street.house.ledger.engine, "before_cursor_execute", hear)
    try:
        street.work()
    finally:
        event.remove(street.house.ledger.engine, "before_cursor_execute", hear)
    assert street.told() == ["thanks 16:00"] * 5
    assert len(seen) == looks


def test_they_are_found_by_contact_however_many_go_on_within_the_hour(street: Street) -> None:
    street.comes()
    now, dewi = street.clock.now(), street.contact(DEWI).id
    walked = {"flow": 1, "version": 1, "key": "", "state": "open", "block": "wait", "hops": 2, "messages": 0}
    walked |= {"entered_at": now, "arrived_at": now, "wake_at": now + 1}
    with street.house.ledger.write(street.shop) as tx:
        ids = tx.reserve(20_000)
        tx.insert(tables.run, [walked | {"id": id_, "contact": 10**9 + id_} for id_ in ids])
        if tx.dialect == "postgresql":
            tx.execute(text("ANALYZE run"))
    values = {"workspace": street.shop, "soon": now + 10}
    with street.house.ledger.read(street.shop) as tx:
        asked = WAKING.query.params(values | {"contacts": listed(tx, [dewi, dewi + 1])}).compile(tx.connection)
        how = "EXPLAIN " if tx.dialect == "postgresql" else "EXPLAIN QUERY PLAN "
        given = tuple(asked.params[name] for name in asked.positiontup) if asked.positiontup else asked.params
        plan = "\n".join(str(row) for row in tx.connection.exec_driver_sql(how + str(asked), given).all())
    assert "run_contact" in plan or "run_one_open" in plan, plan
    assert "Seq Scan on run" not in plan, plan
    assert "run_due" not in plan, plan
