"""Who may send a message when several could, and what happens to it when whoever had it is gone."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from runtime import delivery
from runtime.clock import SetClock
from runtime.delivery.sending import claims, owner
from runtime.delivery.sending.office import Office
from runtime.house import House
from runtime.ledger import Ledger, tables
from runtime.places import ROOT
from runtime.settings import Settings
from tests.delivery.conftest import Email
from tests.delivery.post import Post
from tests.delivery.smtp_server import SmtpServer
from tests.patience import PATIENCE
from tests.processes import begin

DEAD = f"{socket.gethostname()}:999999:1"
"""A process of this host that is not there any more."""
FAR = "another-host:17:1"
"""A process of which nothing can be known from here."""


def held_by(ledger: Ledger, message: int, name: str, until: int, **more: Any) -> None:
    """Leave a message as a worker has it in hand."""
    with ledger.write() as tx:
        values = {"lease_by": name, "lease_until": until, **more}
        tx.execute(update(tables.message).where(tables.message.c.id == message).values(values))


def begun(ledger: Ledger, post: Post, message: int, name: str) -> None:
    """Leave a message as a worker does that was killed after it had committed to an attempt."""
    held_by(ledger, message, name, post.clock.now() + claims.LEASE, state="sending", tries=1)
    with ledger.write(post.shop) as tx:
        row = {"message": message, "number": 1, "at": post.clock.now(), "carrier": "smtp"}
        tx.insert(tables.attempt, [row])


def test_what_a_worker_holds_is_passed_over_and_taken_up_within_a_minute(
    post: Post, smtp: SmtpServer, ledger: Ledger, clock: SetClock, reminder: Email
) -> None:
    message = post.message(post.flow(reminder), post.contact("Dewi"))
    held_by(ledger, message, FAR, clock.now() + claims.LEASE)
    post.deliver()
    assert smtp.mails == []

    clock.advance(seconds=59)
    delivery.sweep(post.house)
    post.deliver()
    assert post.state(message) == ("sent", "sent")
    assert len(smtp.mails) == 1


def test_what_a_dead_worker_of_this_host_held_is_taken_up_at_once(
    post: Post, smtp: SmtpServer, ledger: Ledger, clock: SetClock, reminder: Email
) -> None:
    flow = post.flow(reminder)
    ours, far = post.message(flow, post.contact("Dewi")), post.message(flow, post.contact("Hannah"))
    held_by(ledger, ours, DEAD, clock.now() + claims.LEASE)
    held_by(ledger, far, FAR, clock.now() + claims.LEASE)
    delivery.take_over(post.house)
    post.deliver()
    assert post.state(ours) == ("sent", "sent")
    assert post.state(far) == ("queued", None)


def test_a_begun_attempt_without_an_answer_may_have_arrived(
    post: Post, smtp: SmtpServer, ledger: Ledger, reminder: Email, confirmation: Email
) -> None:
    """Marketing is left for a person to decide; an order confirmation is sent again."""
    flow, dewi = post.flow(reminder, confirmation), post.contact("Dewi")
    marketing, transactional = post.message(flow, dewi), post.message(flow, dewi, block="mail2")
    begun(ledger, post, marketing, DEAD)
    begun(ledger, post, transactional, DEAD)

    delivery.take_over(post.house)
    assert post.state(marketing) == ("uncertain", "uncertain")
    post.deliver()
    assert post.state(transactional) == ("sent", "sent")
    assert [attempt.answer for attempt in post.attempts(transactional)] == [None, "250 2.0.0 Queued"]
    assert len(smtp.mails) == 1
    assert post.tallies(flow) == {"uncertain": 1, "sent": 1}


def test_a_living_process_is_not_taken_for_dead() -> None:
    assert not owner.is_dead(owner.me())
    assert owner.is_dead(f"{socket.gethostname()}:{os.getpid()}:1")  # the number was given to another process
    assert owner.is_dead(DEAD)
    assert not owner.is_dead(FAR)
    assert not owner.is_dead("nonsense")


def test_two_workers_send_every_message_once(
    post: Post, smtp: SmtpServer, house: House, reminder: Email, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = post.flow(reminder)
    for number in range(250):
        post.message(flow, post.contact(f"C{number}"))
    first = Office(house)
    monkeypatch.setattr("runtime.delivery.sending.office.me", lambda: FAR)
    second = Office(house)
    busy = True
    while busy:
        busy = first.work() | second.work()
    first.close()
    second.close()
    assert post.states() == {"sent": 250}
    assert len({mail.recipient for mail in smtp.mails}) == len(smtp.mails) == 250


def test_a_worker_that_was_taken_for_dead_still_brings_the_answer(
    post: Post, smtp: SmtpServer, clock: SetClock, reminder: Email
) -> None:
    flow = post.flow(reminder)
    message = post.message(flow, post.contact("Dewi"))
    smtp.answer("body", "250 2.0.0 Queued late")
    smtp.freeze()
    until = time.monotonic() + PATIENCE
    delivery.deliver(post.house)
    smtp.thaw()
    while post.state(message)[0] == "queued":
        delivery.deliver(post.house)
        assert time.monotonic() < until
    if post.state(message)[0] == "sending":
        clock.advance(seconds=60)
        delivery.sweep(post.house)
    post.deliver()
    assert post.state(message) == ("sent", "sent")
    assert len(smtp.mails) == 1
    assert post.tallies(flow) == {"sent": 1}


def test_whoever_leaves_between_claim_and_sending_gets_nothing(post: Post, smtp: SmtpServer, reminder: Email) -> None:
    flow, paused = post.flow(reminder), post.flow(reminder)
    message, kept = post.message(flow, post.contact("Dewi")), post.message(paused, post.contact("Hannah"))
    smtp.freeze()
    while not smtp.connections:
        delivery.deliver(post.house)
    assert post.leases() == 2
    post.set_run(message, "left")
    post.set_flow(paused, "paused")
    smtp.thaw()
    post.deliver()
    assert smtp.mails == []
    assert post.state(message) == ("cancelled", "run_ended")
    assert post.state(kept) == ("queued", "flow_paused")
    assert post.leases() == 0


def test_leases_are_renewed_while_a_server_takes_its_time(
    post: Post, smtp: SmtpServer, clock: SetClock, reminder: Email, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "RENEW", 0)
    message = post.message(post.flow(reminder), post.contact("Dewi"))
    smtp.freeze()
    while not smtp.connections:
        delivery.deliver(post.house)
    for _ in range(10):
        clock.advance(seconds=30)
        delivery.deliver(post.house)
        delivery.sweep(post.house)
    assert post.leases() == 1
    smtp.thaw()
    post.deliver()
    assert post.state(message) == ("sent", "sent")
    assert len(smtp.mails) == 1


def test_leaving_gives_back_what_was_not_begun(post: Post, smtp: SmtpServer, reminder: Email) -> None:
    flow = post.flow(reminder)
    for number in range(30):
        post.message(flow, post.contact(f"C{number}"))
    smtp.freeze()
    while not smtp.connections:
        delivery.deliver(post.house)
    assert post.leases() == 30
    delivery.leave(post.house)
    assert post.leases() == 0
    assert post.states() == {"queued": 30}


def test_a_request_to_stop_is_heard_within_a_moment(post: Post, smtp: SmtpServer, reminder: Email) -> None:
    flow = post.flow(reminder)
    for number in range(50):
        post.message(flow, post.contact(f"C{number}"))
    assert delivery.deliver(post.house, stopping=lambda: True)
    assert "sent" not in post.states()  # there was time for one look around, not for a connection
    delivery.leave(post.house)
    assert post.leases() == 0
    assert post.unanswered() == 0
    assert set(post.states()) <= {"sent", "queued"}
    post.deliver()
    assert post.states() == {"sent": 50}


def test_when_the_ledger_fails_nothing_is_sent_twice_and_nothing_is_lost(
    post: Post, smtp: SmtpServer, reminder: Email, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = post.flow(reminder)
    for number in range(40):
        post.message(flow, post.contact(f"C{number}"))
    from runtime.delivery.sending import book

    original, calls = book.Book.write, []

    def fails_now_and_then(self: book.Book) -> None:
        calls.append(1)
        if len(calls) % 3 == 0:
            raise OSError("disk full")
        original(self)

    monkeypatch.setattr(book.Book, "write", fails_now_and_then)
    failures, until = 0, time.monotonic() + PATIENCE
    while post.states() != {"sent": 40}:
        assert time.monotonic() < until
        try:
            delivery.deliver(post.house)
        except OSError:
            failures += 1
    assert failures > 1
    assert len({mail.recipient for mail in smtp.mails}) == len(smtp.mails) == 40
    assert post.tallies(flow) == {"sent": 40}


_WORKER = """
import sys, time
from runtime import delivery, lifeline
from runtime.clock import SetClock
from runtime.house import open_house
from runtime.settings import load_settings
lifeline.hold()
house = open_house(load_settings(), clock=SetClock(int(sys.argv[1])), ring=lambda: None)
print("ready", flush=True)
while True:
    if not delivery.deliver(house):
        time.sleep(0.01)
"""


@pytest.mark.kill
def test_a_worker_that_is_killed_with_the_server_frozen_loses_nothing(
    settings: Settings, post: Post, smtp: SmtpServer, reminder: Email, confirmation: Email, clock: SetClock
) -> None:
    """Killed while bodies are out and answers are not: transactional mail comes again, marketing is shown, nothing is lost."""
    flow = post.flow(reminder, confirmation)
    marketing = [post.message(flow, post.contact(f"M{number}")) for number in range(20)]
    transactional = [post.message(flow, post.contact(f"T{number}"), block="mail2") for number in range(20)]
    smtp.answer("body", "say nothing")
    worker = begin(
        [sys.executable, "-c", _WORKER, str(clock.now())],
        {**os.environ, **settings.environment(), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(ROOT),
    )
    try:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
        arrived = len(smtp.wait_for(8, PATIENCE))
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    smtp.behave()

    delivery.take_over(post.house)
    post.deliver()

    assert post.leases() == 0
    assert {post.state(message)[0] for message in transactional} == {"sent"}
    uncertain = [message for message in marketing if post.state(message)[0] == "uncertain"]
    assert {post.state(message)[0] for message in marketing} <= {"sent", "uncertain"}
    got = {mail.recipient for mail in smtp.mails}
    assert len(got) == 40
    twice = len(smtp.mails) - 40
    assert twice + len(uncertain) == arrived <= 8
    ids = {mail.message_id for mail in smtp.mails}
    assert len(ids) == 40
