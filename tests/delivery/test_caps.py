"""Caps, quiet hours and priority through the real office, over days."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, text

from blocks.hours import Quiet
from blocks.limits import Cap, Limits
from blocks.values import micros, moment
from runtime import delivery
from runtime.clock import SetClock
from runtime.delivery.decision.bounds import OUT, WAITING, Bounds, Lately
from runtime.delivery.letters.letter import Scribe
from runtime.delivery.letters.press import Presses
from runtime.delivery.sending import claims
from runtime.delivery.sending.office import Office
from runtime.delivery.sending.writer import MailWriter
from runtime.house import House
from runtime.ledger import tables
from runtime.ledger.lists import listed
from runtime.ledger.prepared import Prepared
from runtime.people.timeline import timeline
from runtime.reasons import reason_phrase
from runtime.words import words
from tests.delivery.conftest import Email
from tests.delivery.post import Post
from tests.delivery.smtp_server import HANG_UP, SmtpServer

BANGKOK = ZoneInfo("Asia/Bangkok")
ONE_A_DAY, NIGHT = Cap(most=1), Quiet(start="21:00", end="08:00")


def at(text: str) -> int:
    """When clocks in Bangkok show "21 16:00": that day of November, that hour."""
    return micros(datetime.strptime(f"2026-11-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=BANGKOK))


def due(post: Post, message: int) -> str:
    """When a message is asked again, by clocks in Bangkok."""
    entry = post.one(message)
    assert entry.state == "queued", entry
    return f"{moment(entry.due_at).astimezone(BANGKOK):%d %H:%M}"


def why(post: Post, message: int, language: str = "en") -> str:
    """Why a message stands as it does, as its page says it."""
    entry = post.one(message)
    assert entry.code is not None
    return words(language).text(reason_phrase(entry.code, entry.args), post.clock.now())


def test_without_limits_everything_goes_out_at_once(post: Post, smtp: SmtpServer, reminder: Email) -> None:
    flow, dewi = post.flow(reminder), post.contact("Dewi")
    for _ in range(5):
        post.message(flow, dewi)
    post.deliver()
    assert post.states() == {"sent": 5}


def test_five_carts_of_one_night_are_spread_over_the_days(
    post: Post, smtp: SmtpServer, reminder: Email, clock: SetClock
) -> None:
    delivery.set_limits(post.house, post.shop, Limits(caps=(ONE_A_DAY,), quiet=(NIGHT,)))
    clock.set(at("21 23:30"))
    flow, dewi = post.flow(reminder), post.contact("Dewi")
    messages = [post.message(flow, dewi) for _ in range(3)]
    post.deliver()
    assert [due(post, message) for message in messages] == ["22 08:00"] * 3
    assert why(post, messages[0]) == "The shop’s quiet hours: it is 23:30 where they live. Goes out on 22 Nov, 08:00"
    went = []
    for day in (22, 23, 24):
        clock.set(at(f"{day} 08:00"))
        post.deliver()
        went.append([post.one(message).state for message in messages].count("sent"))
        if day == 22:
            assert why(post, messages[1]) == "Reached the shop’s cap of 1 e-mail a day; will try again on 23 Nov, 08:00"
            with post.house.ledger.read(post.shop) as tx:
                told = [words("en").text(entry.why, clock.now()) for entry in timeline(tx, dewi) if entry.why]
            assert "Reached the shop’s cap of 1 e-mail a day; will try again on 23 Nov, 08:00" in told
    assert went == [1, 2, 3]
    assert [post.one(message).done_at for message in messages] == [at(f"{day} 08:00") for day in (22, 23, 24)]


def test_two_messages_of_one_contact_in_one_batch_do_not_both_pass(
    post: Post, smtp: SmtpServer, reminder: Email
) -> None:
    delivery.set_limits(post.house, post.shop, Limits(caps=(ONE_A_DAY,), over="skip"))
    carts, basket = post.flow(reminder), post.flow(reminder, name="Browse abandonment")
    people = [post.contact(f"C{number}") for number in range(12)]
    for dewi in people:
        post.message(carts, dewi)
        post.message(basket, dewi)
    post.deliver()
    assert post.states() == {"sent": 12, "skipped": 12}
    assert sorted([mail.recipient for mail in smtp.mails]) == sorted(f"c{number}@example.com" for number in range(12))
    assert (post.tallies(carts), post.tallies(basket)) == ({"sent": 12}, {"skipped": 12})


def test_two_workers_at_once_keep_a_cap_of_one(
    post: Post, smtp: SmtpServer, house: House, reminder: Email, shop: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has one of Dewi's two messages in hand, and has counted before the other one is done, if it is let."""
    delivery.set_limits(house, shop, Limits(caps=(ONE_A_DAY,), over="skip"))
    flow, dewi = post.flow(reminder), post.contact("Dewi")
    messages = [post.message(flow, dewi) for _ in range(2)]
    monkeypatch.setattr(claims, "BATCH", 1)
    both_counted = threading.Barrier(2)
    count_again = Bounds.count_again

    def count_and_meet(*args: Any) -> Lately:
        lately = count_again(*args)
        with suppress(threading.BrokenBarrierError):
            both_counted.wait(1)  # in vain: the other one has to wait for us
        return lately

    monkeypatch.setattr(Bounds, "count_again", count_and_meet)
    offices = [Office(house), Office(house)]
    with ThreadPoolExecutor(2) as threads:
        for working in [threads.submit(until_idle, office) for office in offices]:
            working.result(60)
    for office in offices:
        office.close()
    assert both_counted.broken
    assert post.states() == {"sent": 1, "skipped": 1}
    assert [mail.recipient for mail in smtp.mails] == ["dewi@example.com"]
    assert {post.one(message).code for message in messages} == {"sent", "cap_reached"}


def until_idle(office: Office) -> None:
    """As a worker does."""
    while office.work():
        pass


def test_what_went_out_of_other_flows_counts_and_tests_and_receipts_do_not(
    post: Post, smtp: SmtpServer, reminder: Email, confirmation: Email, clock: SetClock
) -> None:
    delivery.set_limits(post.house, post.shop, Limits(caps=(Cap(most=2),)))
    dewi = post.contact("Dewi", "dewi@example.com")
    post.message(post.flow(confirmation), dewi)
    delivery.send_test(post.house, post.shop, *reminder, "dewi@example.com")
    post.message(post.flow(reminder), dewi)
    post.deliver()
    second = post.message(post.flow(reminder), dewi)
    post.deliver()
    third = post.message(post.flow(reminder), dewi)
    receipt = post.message(post.flow(confirmation), dewi)
    post.deliver()
    assert post.state(second) == ("sent", "sent")
    assert post.state(receipt) == ("sent", "sent")
    assert due(post, third) == "22 00:00"


def test_a_welcome_passes_the_night_and_still_counts(
    post: Post, smtp: SmtpServer, reminder: Email, clock: SetClock
) -> None:
    delivery.set_limits(post.house, post.shop, Limits(caps=(ONE_A_DAY,), quiet=(NIGHT,)))
    clock.set(at("22 01:00"))
    welcome, newsletter = post.flow(reminder, limits="anyway"), post.flow(reminder)
    dewi = post.contact("Dewi")
    first = post.message(welcome, dewi)
    post.deliver()
    assert post.state(first) == ("sent", "sent")
    clock.set(at("22 10:00"))
    second, again = post.message(newsletter, dewi), post.message(welcome, dewi)
    post.deliver()
    assert due(post, second) == "23 08:00"
    assert post.state(again) == ("sent", "sent")


def test_a_welcome_that_goes_out_in_the_same_batch_counts_too(post: Post, smtp: SmtpServer, reminder: Email) -> None:
    delivery.set_limits(post.house, post.shop, Limits(caps=(ONE_A_DAY,)))
    welcome, newsletter = post.flow(reminder, limits="anyway"), post.flow(reminder)
    letters = []
    for number in range(12):
        dewi = post.contact(f"C{number}")
        post.message(welcome, dewi)
        letters.append(post.message(newsletter, dewi))
    post.deliver()
    assert post.states() == {"sent": 12, "queued": 12}
    assert {due(post, letter) for letter in letters} == {"22 00:00"}


def test_the_more_important_flow_speaks_even_if_the_other_was_first(
    post: Post, smtp: SmtpServer, reminder: Email, clock: SetClock
) -> None:
    delivery.set_limits(post.house, post.shop, Limits(caps=(ONE_A_DAY,)))
    news = post.flow(reminder, name="Newsletter", priority=2)
    cart = post.flow(reminder, name="Abandoned cart", priority=4)
    dewi = post.contact("Dewi")
    low, high = post.message(news, dewi), post.message(cart, dewi)
    post.deliver()
    assert post.state(high) == ("sent", "sent")
    assert due(post, low) == "22 00:00"
    assert why(post, low) == (
        "Lets “Abandoned cart” go first, whose priority is higher, to keep the shop’s cap of 1 e-mail a day;"
        " will try again on 22 Nov, 00:00"
    )


@pytest.mark.parametrize("gone", ["left", "paused"])
def test_who_is_not_going_to_speak_keeps_nobody_back(post: Post, smtp: SmtpServer, reminder: Email, gone: str) -> None:
    delivery.set_limits(post.house, post.shop, Limits(caps=(ONE_A_DAY,)))
    dewi = post.contact("Dewi")
    low = post.message(post.flow(reminder, priority=1), dewi)
    flow = post.flow(reminder, priority=5)
    high = post.message(flow, dewi)
    post.set_run(high, "left") if gone == "left" else post.set_flow(flow, "paused")
    post.deliver()
    assert post.state(low) == ("sent", "sent")


def test_a_flash_sale_that_waited_too_long_is_not_sent(
    post: Post, smtp: SmtpServer, reminder: Email, clock: SetClock
) -> None:
    flow = post.flow(reminder, hurry=True, within=2, unit="hours", state="paused")
    message = post.message(flow, post.contact("Dewi"))
    clock.advance(hours=2, seconds=1)
    post.deliver()
    assert post.state(message) == ("queued", "flow_paused")
    post.set_flow(flow, "live")
    post.deliver()
    assert post.state(message) == ("skipped", "too_late")
    assert why(post, message) == "Because it was to be sent before 21 Nov, 18:00"


def test_a_contact_who_lives_elsewhere_has_another_night(
    post: Post, smtp: SmtpServer, reminder: Email, clock: SetClock
) -> None:
    delivery.set_limits(post.house, post.shop, Limits(quiet=(NIGHT,)))
    flow = post.flow(reminder)  # it is 16:00 in Bangkok, 04:00 in New York, 20:00 on Lord Howe Island
    dewi = post.message(flow, post.contact("Dewi"))
    hannah = post.message(flow, post.contact("Hannah", zone="America/New_York"))
    clive = post.message(flow, post.contact("Clive", zone="Australia/Lord_Howe"))
    post.deliver()
    assert [post.one(message).state for message in (dewi, hannah, clive)] == ["sent", "queued", "sent"]
    assert why(post, hannah) == "The shop’s quiet hours: it is 04:00 where they live. Goes out on 21 Nov, 20:00"


def test_what_a_limit_made_wait_is_asked_again_when_the_limit_changes(
    post: Post, smtp: SmtpServer, reminder: Email, clock: SetClock
) -> None:
    delivery.set_limits(post.house, post.shop, Limits(caps=(Cap(most=1, per="week"),)))
    flow, dewi = post.flow(reminder), post.contact("Dewi")
    messages = [post.message(flow, dewi) for _ in range(2)]
    post.deliver()
    assert due(post, messages[1]) == "23 00:00"
    delivery.set_limits(post.house, post.shop, Limits())
    delivery.leave(post.house)  # a second passes
    post.deliver()
    assert post.states() == {"sent": 2}


def test_a_lost_answer_counts_as_if_it_had_arrived(
    post: Post, smtp: SmtpServer, reminder: Email, clock: SetClock
) -> None:
    delivery.set_limits(post.house, post.shop, Limits(caps=(ONE_A_DAY,), over="skip"))
    flow, dewi = post.flow(reminder), post.contact("Dewi")
    smtp.answer("body", HANG_UP)
    first = post.message(flow, dewi)
    post.deliver()
    assert post.state(first)[0] == "uncertain"
    smtp.behave()
    second = post.message(flow, dewi)
    clock.advance(minutes=5)
    post.deliver()
    assert post.state(second) == ("skipped", "cap_reached")


# ---- what it costs


class Counted:
    """The statements that read messages of contacts while it is open."""

    def __init__(self, house: House) -> None:
        self._engine = house.ledger.engine
        self.all: list[str] = []

    def __enter__(self) -> "Counted":
        event.listen(self._engine, "before_cursor_execute", self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._hear)

    def _hear(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "message.done_at" in statement and statement.startswith("SELECT"):
            self.all.append(statement)


@pytest.mark.parametrize(("caps", "looks"), [((), 0), ((ONE_A_DAY, Cap(most=5, per="week")), 2)])
def test_a_batch_is_counted_in_two_statements_and_not_at_all_without_caps(
    post: Post, reminder: Email, caps: Sequence[Cap], looks: int
) -> None:
    delivery.set_limits(post.house, post.shop, Limits(caps=tuple(caps), quiet=(NIGHT,)))
    flow = post.flow(reminder)
    for number in range(50):
        post.message(flow, post.contact(f"C{number}"))
    with post.house.ledger.write(post.shop) as tx:
        found = claims.claim(tx, "somebody", post.clock.now())
    writer = MailWriter(post.house, post.shop, Presses(), Scribe(post.house), lambda *_: None)
    with Counted(post.house) as statements:
        writer.prepare(found)
    assert len(statements.all) == looks


@pytest.mark.parametrize("statement", [OUT, WAITING], ids=["what went out", "what waits"])
def test_the_counting_goes_by_an_index(post: Post, reminder: Email, statement: Prepared) -> None:
    """Among 20,000 messages it looks only at those of the contacts it asks about."""
    ledger = post.house.ledger
    flow, dewi = post.flow(reminder), post.contact("Dewi")
    old = {"flow": flow, "block": "mail1", "channel": "email", "marketing": True, "test": False, "queued_at": 0}
    old |= {"due_at": 0, "tries": 1, "state": "sent"}
    with ledger.write(post.shop) as tx:
        ids = tx.reserve(20_000)
        tx.insert(tables.message, [old | {"id": id_, "contact": 10**9 + id_ % 500, "done_at": id_} for id_ in ids])
        if tx.dialect == "postgresql":
            tx.execute(text("ANALYZE message"))
    values = {"workspace": post.shop, "channel": "email", "since": 10**7, "soon": 10**17}
    with ledger.read(post.shop) as tx:
        asked = statement.query.params(values | {"contacts": listed(tx, [dewi, dewi + 1])}).compile(tx.connection)
        how = "EXPLAIN " if tx.dialect == "postgresql" else "EXPLAIN QUERY PLAN "
        given = tuple(asked.params[name] for name in asked.positiontup) if asked.positiontup else asked.params
        plan = "\n".join(str(row) for row in tx.connection.exec_driver_sql(how + str(asked), given).all())
    assert "message_lately" in plan, plan
    if tx.dialect == "sqlite":
        assert "contact=? AND channel=? AND done_at" in plan, plan
    else:
        assert "Seq Scan on message" not in plan, plan
