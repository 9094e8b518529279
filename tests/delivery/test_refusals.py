"""What happens to a message that the server does not take: tried again, given up, blocked, or left uncertain."""

from dataclasses import replace

import pytest

from runtime import delivery
from runtime.clock import HOUR, MINUTE, SetClock
from runtime.delivery.sending.ladder import RUNGS
from runtime.house import House
from runtime.ledger.tables import suppression
from tests.delivery.conftest import Email
from tests.delivery.post import Post
from tests.delivery.smtp_server import HANG_UP, SAY_NOTHING, SmtpServer, Stage


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data", "body"])
def test_what_is_refused_for_now_is_sent_a_minute_later(
    post: Post, smtp: SmtpServer, clock: SetClock, reminder: Email, stage: Stage
) -> None:
    smtp.answer(stage, "451 4.7.1 Greylisted, come back", times=1)
    flow = post.flow(reminder)
    message = post.message(flow, post.contact("Dewi"))

    post.deliver()
    waiting = post.one(message)
    assert (waiting.state, waiting.code, waiting.tries) == ("queued", "smtp_retry", 1)
    assert waiting.args is not None
    assert waiting.args["answer"] == "451 4.7.1 Greylisted, come back"
    assert 0.8 * MINUTE <= waiting.due_at - clock.now() <= 1.2 * MINUTE
    assert post.leases() == 0
    post.deliver()
    assert len(smtp.taken) == 0

    clock.advance(minutes=1.2)
    post.deliver()
    assert post.state(message) == ("sent", "sent")
    assert [attempt.number for attempt in post.attempts(message)] == [1, 2]
    assert len({mail.message_id for mail in smtp.mails}) == 1
    assert post.tallies(flow) == {"sent": 1}


def test_after_three_days_a_message_is_given_up(
    post: Post, smtp: SmtpServer, clock: SetClock, confirmation: Email
) -> None:
    smtp.answer("rcpt", "450 4.2.1 Try later")
    flow = post.flow(confirmation)
    message = post.message(flow, post.contact("Dewi"))
    for _ in RUNGS:
        post.deliver()
        assert post.state(message) == ("queued", "smtp_retry")
        clock.advance(hours=14.5)
    post.deliver()
    assert post.state(message) == ("failed", "gave_up")
    assert post.one(message).args == {"answer": "450 4.2.1 Try later"}
    assert post.tallies(flow) == {"failed": 1}


def test_an_address_that_does_not_exist_is_never_mailed_again(
    post: Post, smtp: SmtpServer, clock: SetClock, reminder: Email, confirmation: Email
) -> None:
    smtp.answer("rcpt", "550 5.1.1 No such user", to="ghost")
    flow, ghost = post.flow(reminder, confirmation), post.contact("Ghost")
    first = post.message(flow, ghost)
    dewi = post.message(flow, post.contact("Dewi"))

    post.deliver()
    assert post.state(first) == ("failed", "smtp_refused")
    assert post.state(dewi) == ("sent", "sent")
    with post.house.ledger.read(post.shop) as tx:
        (blocked,) = tx.all(suppression.select())
    assert (blocked.address, blocked.reason, blocked.detail) == (
        "ghost@example.com",
        "hard_bounce",
        "550 5.1.1 No such user",
    )

    second = post.message(flow, ghost, block="mail2")
    post.deliver()
    assert post.state(second) == ("skipped", "suppressed_hard_bounce")
    assert sum("ghost" in command for command in smtp.commands) == 1


@pytest.mark.parametrize("stage", ["rcpt", "body"])
def test_a_policy_that_refuses_us_blocks_no_contact(
    post: Post, smtp: SmtpServer, reminder: Email, stage: Stage
) -> None:
    smtp.answer(stage, "550-5.7.26 This mail is\n550 5.7.26 unauthenticated")
    message = post.message(post.flow(reminder), post.contact("Dewi"))
    post.deliver()
    assert post.state(message) == ("failed", "smtp_refused")
    assert post.one(message).args == {"answer": "550 5.7.26 This mail is 5.7.26 unauthenticated"}
    with post.house.ledger.read(post.shop) as tx:
        assert tx.all(suppression.select()) == []


def test_a_server_that_refuses_the_recipient_and_asks_for_the_body_all_the_same(
    post: Post, smtp: SmtpServer, reminder: Email
) -> None:
    smtp.answer("rcpt", "550 5.7.1 Not you", times=1)
    smtp.answer("data", "354 Go ahead", times=1)
    flow = post.flow(reminder)
    refused = post.message(flow, post.contact("Somchai"))
    post.deliver()
    taken = post.message(flow, post.contact("Dewi"))
    post.deliver()
    assert post.state(refused) == ("failed", "smtp_refused")
    assert post.state(taken) == ("sent", "sent")
    assert [mail.recipient for mail in smtp.mails] == ["dewi@example.com"]


def test_a_refusal_leaves_the_connection_usable(post: Post, smtp: SmtpServer, reminder: Email) -> None:
    smtp.answer("rcpt", "550 5.7.1 Not you", to="somchai")
    flow = post.flow(reminder)
    for name in ("Somchai", "Dewi"):
        post.message(flow, post.contact(name))
        post.deliver()
    assert [mail.recipient for mail in smtp.taken] == ["dewi@example.com"]
    assert smtp.connections == 1


# ---- the answer was lost (RFC 1047)


@pytest.mark.parametrize("answer", [HANG_UP, SAY_NOTHING])
@pytest.mark.usefixtures("patience")
def test_marketing_mail_whose_answer_was_lost_is_uncertain_and_not_sent_again_by_itself(
    post: Post, smtp: SmtpServer, clock: SetClock, reminder: Email, answer: str
) -> None:
    smtp.answer("body", answer)
    flow = post.flow(reminder)
    message = post.message(flow, post.contact("Dewi"))
    post.deliver()
    assert post.state(message) == ("uncertain", "uncertain")
    assert post.tallies(flow) == {"uncertain": 1}

    smtp.behave()
    clock.advance(days=4)
    delivery.sweep(post.house)
    post.deliver()
    assert len(smtp.mails) == 1

    assert delivery.resend(post.house, post.shop, message)  # a person has decided
    post.deliver()
    assert post.state(message) == ("sent", "sent")
    assert smtp.mails[0].message_id == smtp.mails[1].message_id
    assert post.tallies(flow) == {"sent": 1}
    assert not delivery.resend(post.house, post.shop, message)


@pytest.mark.parametrize("answer", [HANG_UP, SAY_NOTHING])
@pytest.mark.usefixtures("patience")
def test_an_order_confirmation_whose_answer_was_lost_is_sent_again_under_the_same_message_id(
    post: Post, smtp: SmtpServer, clock: SetClock, confirmation: Email, answer: str
) -> None:
    smtp.answer("body", answer, times=1)
    message = post.message(post.flow(confirmation), post.contact("Dewi"))
    post.deliver()
    assert post.state(message) == ("queued", "smtp_retry")

    clock.advance(minutes=2)
    post.deliver()
    assert post.state(message) == ("sent", "sent")
    first, second = smtp.mails
    assert first.message_id == second.message_id
    assert [attempt.answer for attempt in post.attempts(message)][1] == "250 2.0.0 Queued"


def test_a_message_id_cannot_be_made_up_and_stays_when_the_sender_changes(
    post: Post, smtp: SmtpServer, house: House, shop: int, clock: SetClock, reminder: Email
) -> None:
    message = post.message(post.flow(reminder), post.contact("Dewi"))
    post.deliver()
    (mail,) = smtp.taken
    local, _, domain = mail.message_id.strip("<>").partition("@")
    number, _, proof = local.partition(".")
    assert int(number, 36) == message
    assert domain == "mail.doileaf.example"
    assert len(proof) == 16
    int(proof, 16)

    from runtime.delivery.letters.letter import Scribe
    from runtime.delivery.letters.press import Sender
    from runtime.vault import Vault

    sender = Sender("", "hello@doileaf.example")
    assert Scribe(house).message_id(message, sender) == mail.message_id
    assert Scribe(house).message_id(message, Sender("", "hello@teas.example")) == mail.message_id
    for nobody_knows in (
        "",
        "http://localhost:8080",
        "http://192.168.1.7",
        "https://203.0.113.7",
        "https://[2001:db8::1]",
    ):
        settings = house.settings.model_copy(update={"base_url": nobody_knows})
        assert Scribe(replace(house, settings=settings)).message_id(message, sender) == f"<{local}@doileaf.example>"
    assert Scribe(replace(house, vault=Vault(b"another key"))).message_id(message, sender) != mail.message_id


def test_a_connection_that_breaks_before_the_body_has_sent_nothing(
    post: Post, smtp: SmtpServer, clock: SetClock, reminder: Email
) -> None:
    """Not uncertain, for without the final dot a server throws away what it has."""
    smtp.answer("data", HANG_UP, times=1)
    flow = post.flow(reminder)
    message = post.message(flow, post.contact("Dewi"))
    post.deliver()
    clock.advance(minutes=2)
    post.deliver()
    assert post.state(message) == ("sent", "sent")
    assert len(smtp.mails) == 1


@pytest.mark.usefixtures("patience")
def test_one_mail_that_a_server_cannot_stand_does_not_hold_up_the_others(
    post: Post, smtp: SmtpServer, clock: SetClock, reminder: Email
) -> None:
    smtp.answer("rcpt", HANG_UP, to="poison")
    flow = post.flow(reminder)
    poison = post.message(flow, post.contact("Poison"))
    others = [post.message(flow, post.contact(f"C{number}")) for number in range(20)]
    for _ in range(3):
        post.deliver()
        clock.advance(hours=4)
    assert {post.state(message)[0] for message in others} == {"sent"}
    assert post.state(poison)[0] == "queued"


def test_retries_are_spread_out(post: Post, smtp: SmtpServer, clock: SetClock, reminder: Email) -> None:
    smtp.answer("rcpt", "450 4.7.0 Slow down")
    flow = post.flow(reminder)
    messages = [post.message(flow, post.contact(f"C{number}")) for number in range(20)]
    post.deliver()
    due = {post.one(message).due_at for message in messages}
    assert len(due) > 15
    assert max(due) - min(due) < HOUR


def test_a_connection_that_hangs_does_not_hold_up_the_others(post: Post, smtp: SmtpServer, reminder: Email) -> None:
    smtp.answer("body", SAY_NOTHING, to="slow")
    flow = post.flow(reminder)
    slow = post.message(flow, post.contact("Slow"))
    for number in range(40):
        post.message(flow, post.contact(f"C{number}"))
    while post.states().get("sent", 0) < 40:
        assert delivery.deliver(post.house)
    late = post.message(flow, post.contact("Late"))
    while post.state(late)[0] != "sent":
        assert delivery.deliver(post.house)
    assert post.state(slow)[0] == "sending"  # its server may still answer
    smtp.hang_up()
    post.deliver()
    assert post.state(slow)[0] == "uncertain"
