"""A message on its ordinary way: out of the outbox, over a real connection, into a record of what happened."""

import socket
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import func, select, update

from runtime import delivery
from runtime.clock import SetClock
from runtime.delivery.decision.permission import Allowed, Decision, Facts, Postponed
from runtime.delivery.sending import claims, office
from runtime.engine.publishing.publish import pause
from runtime.house import House
from runtime.ledger import Ledger, tables
from runtime.ledger.tables import message as messages
from runtime.ledger.tables import run
from runtime.people import consent
from tests.delivery.conftest import Email, at_server
from tests.delivery.post import Post
from tests.delivery.smtp_server import SmtpServer


def test_dewi_gets_the_reminder(post: Post, smtp: SmtpServer, reminder: Email, basket: dict[str, Any]) -> None:
    flow = post.flow(reminder)
    message = post.message(flow, post.contact("Dewi"), basket)

    post.deliver()

    (mail,) = smtp.taken
    assert (mail.sender, mail.recipient) == ("hello@doileaf.example", "dewi@example.com")
    assert mail.parsed["Subject"] == "Dewi, your tea is still in the basket"
    assert mail.parsed["From"] == "Doi Leaf <hello@doileaf.example>"
    assert mail.parsed["To"] == "Dewi <dewi@example.com>"
    assert mail.parsed["Date"].datetime.isoformat() == "2026-11-21T09:00:00+00:00"
    assert "Mae Salong oolong" in mail.text("html")
    assert "Back to my basket:\r\nhttps://mail.doileaf.example/c/" in mail.text("plain")
    sent = post.one(message)
    assert (sent.state, sent.code, sent.address, sent.subject) == (
        "sent",
        "sent",
        "dewi@example.com",
        "Dewi, your tea is still in the basket",
    )
    (attempt,) = post.attempts(message)
    assert (attempt.number, attempt.carrier, attempt.answer) == (1, "smtp", "250 2.0.0 Queued")
    assert post.tallies(flow) == {"sent": 1}
    assert post.leases() == 0


def test_every_marketing_mail_can_be_left_with_one_click(post: Post, smtp: SmtpServer, reminder: Email) -> None:
    post.message(post.flow(reminder), post.contact("Dewi"))
    post.deliver()
    mail = smtp.taken[0].parsed
    assert mail["List-Unsubscribe"].startswith("<https://mail.doileaf.example/u/")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Unsubscribe"].strip("<>") in smtp.taken[0].text("html")


def test_an_order_confirmation_has_no_such_link(post: Post, smtp: SmtpServer, confirmation: Email) -> None:
    post.message(post.flow(confirmation), post.contact("Dewi", consent_=None), {"order_number": "#1042"})
    post.deliver()
    mail = smtp.taken[0].parsed
    assert mail["List-Unsubscribe"] is None
    assert mail["Reply-To"] == "hello@doileaf.example"
    assert mail["Subject"] == "Thank you for your order #1042"


def test_somchai_said_no_and_hannah_was_never_asked(post: Post, smtp: SmtpServer, reminder: Email) -> None:
    flow = post.flow(reminder)
    somchai = post.message(flow, post.contact("Somchai", consent_="no"))
    hannah = post.message(flow, post.contact("Hannah", consent_=None))

    post.deliver()

    assert smtp.mails == []
    assert post.state(somchai) == ("skipped", "said_no")
    assert post.one(somchai).args == {"when": {"moment": ["2026-11-21T09:00:00+00:00", "Asia/Bangkok"]}}
    assert post.state(hannah) == ("skipped", "no_consent")
    assert post.tallies(flow) == {"skipped": 2}
    assert post.attempts(somchai) == []


def test_the_answer_given_last_counts(post: Post, smtp: SmtpServer, clock: SetClock, reminder: Email) -> None:
    flow, dewi = post.flow(reminder), post.contact("Dewi")
    message = post.message(flow, dewi)
    clock.advance(seconds=1)
    post.answer(dewi, "no")
    post.deliver()
    assert post.state(message) == ("skipped", "said_no")

    clock.advance(days=1)
    post.answer(dewi, "yes")
    again = post.message(flow, dewi)
    post.deliver()
    assert post.state(again) == ("sent", "sent")
    assert len(smtp.taken) == 1


def test_a_contact_without_an_address_or_with_a_broken_one(post: Post, smtp: SmtpServer, reminder: Email) -> None:
    flow = post.flow(reminder)
    nobody = post.message(flow, post.contact("Ploy", ""))
    injected = post.message(flow, post.contact("Eve", "eve@example.com\r\nBcc: all@example.com"))
    dewi = post.message(flow, post.contact("Dewi"))

    post.deliver()

    assert post.state(nobody) == ("skipped", "no_address")
    assert post.state(injected) == ("skipped", "bad_address")
    assert post.state(dewi) == ("sent", "sent")
    assert [mail.recipient for mail in smtp.mails] == ["dewi@example.com"]
    assert not any("Bcc" in command for command in smtp.commands)


@pytest.mark.parametrize("name", ["Dewi\tAnggraini", "Dewi\r\nBcc: all@example.com", "Dewi\x7f"])
def test_a_name_that_an_earlier_version_kept_with_a_line_break_keeps_nobodys_mail_back(
    post: Post, smtp: SmtpServer, reminder: Email, ledger: Ledger, shop: int, name: str
) -> None:
    dewi = post.contact("Dewi")
    message = post.message(post.flow(reminder), dewi)
    with ledger.write(shop) as tx:
        tx.execute(update(tables.contact).where(tables.contact.c.id == dewi).values(name=name))

    post.deliver()

    assert post.state(message) == ("sent", "sent")
    assert [mail.parsed["To"] for mail in smtp.mails] == ["dewi@example.com"]


def test_a_letter_that_cannot_be_written_keeps_no_other_from_going(
    post: Post, smtp: SmtpServer, reminder: Email, ledger: Ledger, shop: int
) -> None:
    good, bad = post.flow(reminder), post.flow(reminder)
    with ledger.write(shop) as tx:
        of_bad = tables.version_mail.c.version == post_version(ledger, shop, bad)
        broken = {"html": "{% for a in b %}"}
        row = tx.first(tables.version_mail.select().where(of_bad))
        assert row is not None
        tx.execute(update(tables.version_mail).where(of_bad).values(compiled=row.compiled | broken))
    first, second = post.message(bad, post.contact("Dewi")), post.message(good, post.contact("Hannah"))

    post.deliver()

    assert post.state(first) == ("failed", "render_failed")
    assert post.state(second) == ("sent", "sent")
    assert post.tallies(bad) == {"failed": 1}


def post_version(ledger: Ledger, shop: int, flow_id: int) -> int:
    with ledger.read(shop) as tx:
        row = tx.first(tables.flow.select().where(tables.flow.c.id == flow_id))
    assert row is not None
    return int(row.version)


def test_whoever_leaves_first_gets_nothing(post: Post, smtp: SmtpServer, reminder: Email, confirmation: Email) -> None:
    flow, dewi = post.flow(reminder, confirmation), post.contact("Dewi")
    marketing, transactional = post.message(flow, dewi), post.message(flow, dewi, block="mail2")
    post.set_run(marketing, "left")
    post.set_run(transactional, "replaced")

    post.deliver()

    assert post.state(marketing) == ("cancelled", "run_ended")
    assert post.state(transactional) == ("cancelled", "run_ended")
    assert smtp.mails == []
    assert post.tallies(flow) == {"cancelled": 2}


def test_a_paused_flow_keeps_its_messages_as_they_are(
    post: Post, smtp: SmtpServer, reminder: Email, house: House
) -> None:
    flow = post.flow(reminder, state="paused")
    message = post.message(flow, post.contact("Dewi"))
    before = post.one(message)

    post.deliver()
    assert post.one(message) == before
    assert post.leases() == 0
    assert delivery.next_due(house) is None

    post.set_flow(flow, "live")
    assert delivery.next_due(house) == before.due_at
    post.deliver()
    assert post.state(message) == ("sent", "sent")


def test_a_pause_stops_a_batch_that_is_under_way(post: Post, smtp: SmtpServer, reminder: Email, house: House) -> None:
    flow = post.flow(reminder)
    for number in range(120):
        post.message(flow, post.contact(f"C{number}"))
    while len(smtp.mails) < 5:
        assert delivery.deliver(house)
    with post.house.ledger.read(post.shop) as tx:
        going = select(func.count()).where(tables.message.c.state == "sending")
        handed = len(smtp.mails) + int(tx.scalar(going))
    assert post.leases() > 0, "a batch is under way"
    pause(house, post.shop, f"flow-{flow}")
    post.deliver()
    assert len(smtp.mails) <= handed < 120, "nothing but what the server was being handed"
    assert post.states() == {"sent": len(smtp.mails), "queued": 120 - len(smtp.mails)}
    assert post.leases() == 0


def test_an_archived_flow_drops_what_waits(post: Post, smtp: SmtpServer, reminder: Email) -> None:
    flow = post.flow(reminder)
    message = post.message(flow, post.contact("Dewi"))
    post.set_flow(flow, "archived")
    post.deliver()
    assert post.state(message) == ("cancelled", "flow_archived")
    assert smtp.mails == []


def test_a_message_goes_out_when_it_is_due_and_not_before(
    post: Post, smtp: SmtpServer, reminder: Email, clock: SetClock, ledger: Ledger, house: House
) -> None:
    message = post.message(post.flow(reminder), post.contact("Dewi"))
    later = clock.now() + 3_600_000_000
    with ledger.write(post.shop) as tx:
        tx.execute(update(tables.message).values(due_at=later))
    post.deliver()
    assert smtp.mails == []
    assert delivery.next_due(house) == later
    clock.advance(hours=1)
    post.deliver()
    assert post.state(message) == ("sent", "sent")


def test_three_hundred_go_out_once_each(post: Post, smtp: SmtpServer, reminder: Email) -> None:
    flow = post.flow(reminder)
    for number in range(300):
        post.message(flow, post.contact(f"C{number}"))

    post.deliver()

    assert post.states() == {"sent": 300}
    assert len({mail.recipient for mail in smtp.taken}) == len(smtp.taken) == 300
    assert len({mail.message_id for mail in smtp.taken}) == 300
    assert smtp.connections <= 8
    assert post.tallies(flow) == {"sent": 300}
    assert post.unanswered() == 0


def test_connections_are_kept_between_mails_and_left_politely(
    post: Post, smtp: SmtpServer, reminder: Email, house: House
) -> None:
    flow, dewi = post.flow(reminder), post.contact("Dewi")
    for _ in range(5):
        post.message(flow, dewi)
        post.deliver()
    assert smtp.connections == 1
    delivery.leave(house)
    assert smtp.commands[-1] == "QUIT"


def test_a_connection_that_the_server_has_closed_meanwhile_costs_nothing(
    post: Post, smtp: SmtpServer, reminder: Email
) -> None:
    flow, dewi = post.flow(reminder), post.contact("Dewi")
    post.message(flow, dewi)
    post.deliver()
    smtp.hang_up()
    message = post.message(flow, dewi)
    post.deliver()
    assert post.state(message) == ("sent", "sent")
    assert len(post.attempts(message)) == 1
    assert len(smtp.taken) == 2


def test_a_server_that_takes_one_command_at_a_time(post: Post, smtp: SmtpServer, reminder: Email) -> None:
    smtp.pipelining = False
    smtp.answer("rcpt", "550 5.7.1 Not you", to="somchai")
    flow = post.flow(reminder)
    messages = [post.message(flow, post.contact(name)) for name in ("Somchai", "Dewi", "Hannah", "Ploy")]
    post.deliver()
    assert [post.state(message)[0] for message in messages] == ["failed", "sent", "sent", "sent"]
    assert sorted(mail.recipient for mail in smtp.taken) == [
        "dewi@example.com",
        "hannah@example.com",
        "ploy@example.com",
    ]


def test_a_server_that_somebody_else_has_written(
    house: House, shop: int, clock: SetClock, reminder: Email, basket: dict[str, Any]
) -> None:
    received: list[Any] = []

    class Handler:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - its interface
            received.append(envelope)
            return "250 OK"

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(Handler(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        post = Post(at_server(house, f"smtp://127.0.0.1:{port}"), shop, clock)
        flow = post.flow(reminder)
        messages = [post.message(flow, post.contact(name), basket) for name in ("Dewi", "Hannah", "Ploy")]
        post.deliver()
        assert [post.state(message) for message in messages] == [("sent", "sent")] * 3
        assert {envelope.rcpt_tos[0] for envelope in received} == {
            "dewi@example.com",
            "hannah@example.com",
            "ploy@example.com",
        }
    finally:
        delivery.leave(house)
        controller.stop()


def test_a_big_mail_arrives_as_it_was_sent(post: Post, smtp: SmtpServer, confirmation: Email) -> None:
    items = [{"name": "Gayo beans " * 40, "price": 1, "description": "ชา" * 300} for _ in range(12)]
    message = post.message(post.flow(confirmation), post.contact("Dewi"), {"items": items})
    post.deliver()
    with post.house.ledger.read(post.shop) as tx:
        assert delivery.outbox.source(post.house, tx, message) == smtp.taken[0].source


def test_transactional_mail_passes_opt_outs_but_never_a_hard_bounce(
    post: Post, smtp: SmtpServer, confirmation: Email
) -> None:
    flow = post.flow(confirmation)
    said_no = post.message(flow, post.contact("Somchai", consent_="no"))
    bounced = post.message(flow, post.contact("Ghost"))
    with post.house.ledger.write(post.shop) as tx:
        consent.suppress(tx, "email", "somchai@example.com", "complaint", 1)
        consent.suppress(tx, "email", "ghost@example.com", "hard_bounce", 1)
    post.deliver()
    assert post.state(said_no) == ("sent", "sent")
    assert post.state(bounced) == ("skipped", "suppressed_hard_bounce")
    assert [mail.recipient for mail in smtp.mails] == ["somchai@example.com"]


def test_whoever_says_no_while_a_slow_server_is_busy_gets_nothing(
    post: Post, smtp: SmtpServer, reminder: Email, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.delivery.sending.writer.FRESH", 0.0)
    flow, hannah = post.flow(reminder), post.contact("Hannah")
    for number in range(8):
        post.message(flow, post.contact(f"C{number}"))
    message = post.message(flow, hannah)
    smtp.freeze()
    while not smtp.connections:
        delivery.deliver(post.house)  # claims everybody, and waits for the server
    post.clock.advance(seconds=1)
    post.answer(hannah, "no")
    smtp.thaw()
    post.deliver()
    assert post.state(message) == ("skipped", "said_no")
    assert post.states() == {"sent": 8, "skipped": 1}


def test_each_workspace_has_its_own_outbox(post: Post, smtp: SmtpServer, reminder: Email, ledger: Ledger) -> None:
    with ledger.write() as tx:
        row = {"id": 8, "slug": "kopi", "name": "Kopi Gayo", "zone": "Asia/Jakarta", "language": "id"}
        tx.execute(tables.workspace.insert(), row | {"currency": "IDR", "created_at": 0})
    other = Post(post.house, 8, post.clock)
    ours = post.message(post.flow(reminder), post.contact("Dewi"))
    theirs = other.message(other.flow(reminder), other.contact("Rahmat"))
    post.deliver()
    assert post.state(ours) == ("sent", "sent")
    assert other.state(theirs) == ("sent", "sent")
    with pytest.raises(delivery.outbox.NoSuchMessage):
        other.one(ours)


def test_only_one_thread_of_a_process_delivers(post: Post, reminder: Email) -> None:
    post.message(post.flow(reminder), post.contact("Dewi"))
    desk = office.office_of(post.house)
    with desk._alone:
        assert delivery.deliver(post.house) is False
    post.deliver()
    assert post.states() == {"sent": 1}


def test_what_must_wait_for_a_better_time_says_until_when(
    post: Post, smtp: SmtpServer, reminder: Email, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As quiet hours and caps will have it."""
    tonight = clock.now() + 3_600_000_000

    def decide(facts: Facts) -> Decision:
        return Allowed() if clock.now() >= tonight else Postponed(tonight, "quiet_hours", {"until": "18:00"})

    monkeypatch.setattr("runtime.delivery.sending.writer.decide", decide)
    message = post.message(post.flow(reminder), post.contact("Dewi"))
    post.deliver()
    waiting = post.one(message)
    assert (waiting.state, waiting.due_at, waiting.code) == ("queued", tonight, "quiet_hours")
    assert (waiting.args, waiting.tries, post.leases()) == ({"until": "18:00"}, 0, 0)
    clock.advance(hours=1)
    post.deliver()
    assert post.state(message) == ("sent", "sent")


def test_the_longest_due_goes_first_across_flows(
    post: Post, smtp: SmtpServer, reminder: Email, confirmation: Email, clock: SetClock, ledger: Ledger, shop: int
) -> None:
    flows = [post.flow(reminder), post.flow(confirmation), post.flow(reminder, state="paused")]
    messages = []
    for number in range(9):
        messages.append(post.message(flows[number % 3], post.contact(f"C{number}")))
        clock.advance(seconds=1)
    test = delivery.send_test(post.house, shop, *reminder, "nok@doileaf.example")
    with ledger.write(shop) as tx:
        claimed = [one.id for one in claims.claim(tx, "somebody", clock.now(), most=4)]
        rest = [one.id for one in claims.claim(tx, "somebody else", clock.now())]
    going = [message for number, message in enumerate(messages) if number % 3 != 2]
    assert claimed == going[:4]
    assert rest == [*going[4:], test]


def test_an_e_mail_shows_what_its_run_has_kept_in_its_own_language(
    post: Post, smtp: SmtpServer, reminder: Email, house: House
) -> None:
    document, brand = reminder
    section = {
        "kind": "coupon",
        "id": "code",
        "code": "{{ run.coupon.code }}",
        "terms": "Until {{ run.coupon.expires }}",
    }
    sections = [section, *document.model_dump(mode="json")["sections"]]
    changes = {"language": "th", "sections": sections}
    document = type(document).model_validate({**document.model_dump(mode="json"), **changes})
    message_id = post.message(post.flow((document, brand)), post.contact("Nok", zone="Asia/Bangkok"))
    kept = {"coupon": {"code": "TEA-<7K2>", "expires": "2026-11-30T17:00:00+00:00"}}
    with house.ledger.write(post.shop) as tx:
        of = select(messages.c.run).where(messages.c.id == message_id).scalar_subquery()
        tx.execute(run.update().where(run.c.id == of).values(kept=kept))
    post.deliver()
    (mail,) = smtp.taken
    # Midnight in Bangkok is the first of December there.
    assert "Until 1 ธันวาคม" in mail.text("plain")
    assert "TEA-&lt;7K2&gt;" in mail.text("html")


def test_a_test_mail_shows_a_code_that_nobody_takes_for_real(post: Post, smtp: SmtpServer, reminder: Email) -> None:
    flow = {"blocks": [{"id": "code", "kind": "issue_coupon", "settings": {"prefix": "TEA-"}}]}
    post.house.desk.drafts(post.shop).put("flow", "thanks", "Thanks", flow, "Nok", post.clock.now())
    document, brand = reminder
    document = document.model_copy(update={"subject": "Your code {{ run.coupon.code }}"})
    said = delivery.preview(post.house, post.shop, document, brand)
    assert said.subject == "Your code TEA-EXAMPLE"
    delivery.send_test(post.house, post.shop, document, brand, "nok@doileaf.example")
    post.deliver()
    assert smtp.taken[0].parsed["Subject"] == "[Test] Your code TEA-EXAMPLE"
