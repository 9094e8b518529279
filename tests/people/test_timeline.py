"""What the contact page tells about Dewi."""

from collections.abc import Callable
from typing import Any

import pytest

from blocks.contract import Reason
from blocks.phrase import Moment, Quoted, dump_arg
from blocks.values import moment
from runtime.clock import DAY, HOUR, SetClock
from runtime.ledger import Ledger, tables
from runtime.people import consent
from runtime.people.timeline import Entry, timeline
from runtime.words import words

Person = Callable[..., int]
CART = {
    "name": "Abandoned cart",
    "blocks": [
        {"id": "cart", "kind": "event_trigger", "settings": {"event": "Checkout started"}},
        {"id": "tag", "kind": "update_contact", "settings": {"change": "add_tag", "name": "oolong lover"}},
        {"id": "hour", "kind": "wait", "settings": {"amount": 1, "unit": "hours"}},
        {"id": "mail", "kind": "send_email", "settings": {"email": "reminder"}},
    ],
}


class Story:
    """Writes rows as the engine and delivery leave them."""

    def __init__(self, ledger: Ledger, shop: int, contact: int, now: int) -> None:
        self.ledger, self.shop, self.contact, self.now = ledger, shop, contact, now
        with ledger.write(shop) as tx:
            self.flow, self.version = tx.reserve(2)
            tx.insert(
                tables.flow,
                [{"id": self.flow, "slug": "cart", "name": "Abandoned cart", "state": "live", "since_at": now}],
            )
            mail = {"version": self.version, "block": "mail", "marketing": True, "compiled": {}, "email": "reminder"}
            tx.insert(
                tables.version_mail, [mail | {"document": {"slug": "reminder", "email": {"name": "Second reminder"}}}]
            )
            row = {"id": self.version, "flow": self.flow, "number": 1, "document": CART, "published_at": now}
            tx.insert(tables.version, [row | {"published_by": "Nok"}])

    def event(self, name: str, at: int, **properties: Any) -> int:
        row = {"name": name, "at": at, "received_at": at, "properties": properties, "contact": self.contact}
        return self._insert(tables.event, **row, source="api", who={}, typed={}, state="done")

    def run(self, at: int, state: str = "open", **columns: Any) -> int:
        row = {"flow": self.flow, "version": self.version, "contact": self.contact, "key": "", "state": state}
        row |= {"block": "hour", "hops": 3, "messages": 0, "entered_at": at, "arrived_at": at}
        return self._insert(tables.run, **row, **columns)

    def step(self, run: int, hop: int, block: str, at: int, outlet: str, reason: Reason | None = None) -> None:
        row: dict[str, Any] = {"run": run, "hop": hop, "block": block, "at": at, "outlet": outlet}
        if reason is not None:
            row |= {"code": reason.code, "args": {name: dump_arg(arg) for name, arg in reason.args.items()}}
        with self.ledger.write(self.shop) as tx:
            tx.insert(tables.step, [row])

    def message(self, at: int, state: str, *, test: bool = False, **columns: Any) -> int:
        row = {"flow": self.flow, "version": self.version, "block": "mail", "contact": self.contact}
        row |= {"channel": "email", "marketing": True, "test": test, "state": state}
        row |= {"queued_at": at, "due_at": at, "tries": 0}
        return self._insert(tables.message, **row, **columns)

    def _insert(self, table: Any, **row: Any) -> int:
        with self.ledger.write(self.shop) as tx:
            (id_,) = tx.reserve(1)
            tx.insert(table, [{"id": id_, **row}])
        return int(id_)


@pytest.fixture
def story(ledger: Ledger, shop: int, person: Person, clock: SetClock) -> Story:
    return Story(ledger, shop, person("dewi@example.com", first_name="Dewi"), clock.now())


def told(story: Story, **page: Any) -> list[str]:
    w = words("en")
    return [_sentence(w, entry) for entry in entries(story, **page)]


def _sentence(w: Any, entry: Entry) -> str:
    return str(w.text(entry.what)) + (f" / {w.text(entry.why)}" if entry.why is not None else "")


def entries(story: Story, **page: Any) -> list[Entry]:
    with story.ledger.read(story.shop) as tx:
        return timeline(tx, story.contact, **page)


def test_a_cart_is_told_from_the_checkout_to_the_email(story: Story) -> None:
    then, now = story.now - DAY, story.now
    items = [{"title": "Mae Salong oolong 100 g"}, {"title": "Gayo Aceh beans 250 g"}]
    story.event("Checkout started", then, total=1180, currency="THB", items=items)
    run = story.run(then, "left", ended_at=now, code="exit_event", args={"event": dump_arg(Quoted("Order placed"))})
    story.step(run, 0, "cart", then, "next")
    story.step(run, 1, "tag", then, "next")
    story.step(run, 2, "hour", then, "", Reason("waits", {"until": Moment(moment(then + HOUR))}))
    story.message(then + HOUR, "sent", subject="Your tea is still in the cart")
    story.event("Order placed", now - 1, total="1920.00", currency="THB", order_number=4821)

    assert told(story) == [
        "Left the Flow “Abandoned cart” / Because “Order placed” happened",
        "Placed order 4821 of ฿1,920",
        "Got the e-mail “Your tea is still in the cart” / From the Flow “Abandoned cart”",
        "Add the tag “oolong lover” / In the Flow “Abandoned cart”",
        "Entered the Flow “Abandoned cart”",
        "Started a checkout of ฿1,180 / Mae Salong oolong 100 g, Gayo Aceh beans 250 g",
    ]


def test_where_the_contact_waits_now_is_told_once(story: Story) -> None:
    run = story.run(story.now)
    story.step(run, 1, "hour", story.now, "next", Reason("waits", {"until": Moment(moment(story.now), "Asia/Bangkok")}))
    until = Moment(moment(story.now + HOUR), "Asia/Bangkok")
    story.step(run, 2, "hour", story.now, "", Reason("waits", {"until": until}))

    assert told(story)[0] == "Waits in the Flow “Abandoned cart” / Waits until 21 Nov 2026, 17:00"
    assert len(told(story)) == 2


def test_who_goes_the_last_way_has_left_and_that_is_told_before_it_ends(story: Story) -> None:
    ordered = {"event": Quoted("Order placed")}
    run = story.run(story.now - HOUR, code="exit_event", args={"event": dump_arg(ordered["event"])})
    story.step(run, 1, "hour", story.now, "", Reason("exit_event", ordered))
    story.step(run, 2, "hour", story.now, "", Reason("waits", {"until": Moment(moment(story.now), "Asia/Bangkok")}))
    assert [line.split(" / ")[0] for line in told(story)] == [
        "Waits in the Flow “Abandoned cart”",
        "Left the Flow “Abandoned cart”",
        "Entered the Flow “Abandoned cart”",
    ]
    assert told(story)[1].endswith("Because “Order placed” happened")


def test_what_was_not_sent_says_why(story: Story) -> None:
    story.message(story.now, "skipped", code="no_consent")
    story.message(story.now + 1, "cancelled", subject="Last chance", code="run_ended")
    story.message(story.now + 2, "uncertain", subject="Hello", code="uncertain")
    story.message(story.now + 3, "queued")
    story.message(story.now + 4, "sent", subject="A test", test=True)

    queued, uncertain, *not_sent = told(story)
    assert not_sent == [
        "Not sent: the e-mail “Last chance” / Because the Contact left the Flow before it was sent",
        "Not sent: the e-mail “Second reminder” / Because they have not agreed to marketing e-mails",
    ]
    assert queued == "Will get the e-mail “Second reminder” / From the Flow “Abandoned cart”"
    assert uncertain.startswith("May have got the e-mail “Hello” / The connection broke")


def test_what_lies_in_the_local_outbox_is_not_told_as_got(story: Story) -> None:
    story.message(story.now, "sent", subject="Your tea", code="kept_here")
    story.message(story.now + 1, "sent", subject="Your coffee", code="sent")

    assert told(story) == [
        "Got the e-mail “Your coffee” / From the Flow “Abandoned cart”",
        "The e-mail “Your tea” was put into the local outbox / From the Flow “Abandoned cart”",
    ]


def test_answers_and_blocked_addresses_are_told(story: Story, ledger: Ledger, shop: int) -> None:
    with ledger.write(shop) as tx:
        consent.record(tx, story.contact, "email", "yes", story.now, "Checkout")
        consent.record(tx, story.contact, "email", "no", story.now + 1, consent.UNSUBSCRIBE_LINK)
        consent.record(tx, story.contact, "email", "yes", story.now + 2, consent.UNDONE)
        consent.suppress(tx, "email", "dewi@example.com", "complaint", story.now + 3)

    assert told(story) == [
        "No more Messages go to dewi@example.com / Because they reported an earlier e-mail as spam",
        "Said yes to e-mails / Took the unsubscribing back on the same page",
        "Said no to e-mails / By the link in an e-mail",
        "Said yes to e-mails / Checkout",
    ]


def test_any_other_event_goes_by_its_own_name(story: Story) -> None:
    story.event("Quiz {finished}", story.now, items="none")
    story.event("Order placed", story.now + 1, total=True, items=[{}, 7, {"name": "A"}, *[{"title": "B"}] * 4])
    assert told(story) == ["Placed an order / A, B, B and 2 more", "Quiz {finished}"]


@pytest.mark.parametrize(
    ("properties", "about"),
    [
        ({"title": "Mae Salong oolong", "price": 640, "currency": "THB"}, "Mae Salong oolong · ฿640"),
        ({"product": {"name": "Gayo Aceh beans", "price": 540}}, "Gayo Aceh beans"),
        ({"order_number": "#4821", "total": "1180.00", "currency": "THB"}, "Order #4821 · ฿1,180"),
        ({"items": [{"title": "Lemongrass"}], "title": "Cart"}, "Lemongrass"),
        ({"total": 1180, "currency": "THB"}, "฿1,180"),
        ({"title": "Tea " * 40}, "Tea " * 19 + "Tea…"),
        ({"source": "footer form", "title": 7}, None),
    ],
)
def test_an_event_says_what_it_was_about(story: Story, properties: dict[str, Any], about: str | None) -> None:
    story.event("Product viewed", story.now, **properties)
    assert told(story) == ["Product viewed" + (f" / {about}" if about is not None else "")]


def test_a_flow_that_failed_or_ran_through_says_so(story: Story) -> None:
    story.run(story.now, "failed", ended_at=story.now + 1, code="block_failed", args={"error": "KeyError: 'x'"})
    story.run(story.now + 2, "ended", ended_at=story.now + 3)
    assert [line for line in told(story) if not line.startswith("Entered")] == [
        "Reached the end of the Flow “Abandoned cart”",
        "Stopped in the Flow “Abandoned cart” / Because this Block failed: KeyError: 'x'",
    ]


def test_pages_lose_nothing_even_where_everything_happened_at_once(story: Story) -> None:
    run = story.run(story.now, "ended", ended_at=story.now)
    for n in range(9):
        story.event(f"Event {n}", story.now)
        story.step(run, n, "tag", story.now, "next")
        story.message(story.now, "sent", subject=f"Mail {n}")
    story.event("Earlier", story.now - 1)
    everything = entries(story)

    paged: list[Entry] = []
    while page := entries(story, limit=4, before=paged[-1].cursor if paged else None):
        paged += page

    assert paged == everything
    assert len(everything) == len({entry.cursor for entry in everything}) == 30
    assert everything[0].kind == "left"


def test_another_shop_sees_none_of_it(story: Story) -> None:
    story.event("Order placed", story.now)
    story.run(story.now)
    with story.ledger.read(story.shop + 1) as tx:
        assert timeline(tx, story.contact) == []
