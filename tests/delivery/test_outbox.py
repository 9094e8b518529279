"""The outbox as screens read it, and what every message said."""

import email
import email.policy
from typing import Any

import pytest
from sqlalchemy import delete, update

from runtime import delivery
from runtime.clock import SetClock
from runtime.delivery import outbox
from runtime.delivery.letters.bodies import KEPT_FOR
from runtime.house import House
from runtime.ledger import Ledger, tables
from tests.delivery.conftest import Email, at_server
from tests.delivery.post import Post
from tests.delivery.smtp_server import SmtpServer


def said(post: Post, message: int) -> outbox.Said:
    with post.house.ledger.read(post.shop) as tx:
        found = outbox.said(post.house, tx, message)
    assert found is not None
    return found


def source(post: Post, message: int) -> bytes:
    with post.house.ledger.read(post.shop) as tx:
        found = outbox.source(post.house, tx, message)
    assert found is not None
    return found


def recent(post: Post, **how: Any) -> list[outbox.Entry]:
    with post.house.ledger.read(post.shop) as tx:
        return outbox.recent(tx, **how)


def test_what_was_sent_can_be_read_again_to_the_last_byte(
    post: Post, smtp: SmtpServer, reminder: Email, basket: dict[str, Any]
) -> None:
    message = post.message(post.flow(reminder), post.contact("Dewi", zone="Asia/Bangkok"), basket)
    post.deliver()
    assert source(post, message) == smtp.taken[0].source
    kept = said(post, message)
    assert not kept.made_again
    assert "Mae Salong oolong" in kept.rendered.html
    assert kept.rendered.subject == "Dewi, your tea is still in the basket"


def test_what_is_kept_is_small(post: Post, reminder: Email, basket: dict[str, Any], ledger: Ledger) -> None:
    post.message(post.flow(reminder), post.contact("Dewi"), basket)
    post.deliver()
    with ledger.read(post.shop) as tx:
        (row,) = tx.all(tables.body.select())
    assert len(bytes(row.packed)) < 1500


def test_after_a_month_it_is_made_again_from_what_is_known_then(
    post: Post, smtp: SmtpServer, reminder: Email, basket: dict[str, Any], clock: SetClock, ledger: Ledger
) -> None:
    message = post.message(post.flow(reminder), post.contact("Dewi"), basket)
    post.deliver()
    clock.advance(seconds=KEPT_FOR / 1e6 + 1)
    delivery.sweep(post.house)
    with ledger.read(post.shop) as tx:
        assert tx.all(tables.body.select()) == []

    again = said(post, message)
    assert again.made_again
    assert again.rendered.subject == "Dewi, your tea is still in the basket"
    assert "Mae Salong oolong" in again.rendered.html
    parsed = email.message_from_bytes(source(post, message), policy=email.policy.default)
    assert parsed["Message-ID"] == smtp.taken[0].message_id


def test_a_body_packed_against_another_template_is_made_again(
    post: Post, reminder: Email, confirmation: Email, ledger: Ledger
) -> None:
    """As after an update that compiles the same e-mail differently."""
    flow, dewi = post.flow(reminder, confirmation), post.contact("Dewi")
    message = post.message(flow, dewi)
    post.deliver()
    with ledger.write(post.shop) as tx:
        rows = {row.block: row for row in tx.all(tables.version_mail.select())}
        changed = rows["mail1"].compiled | {"html": rows["mail2"].compiled["html"]}
        tx.execute(update(tables.version_mail).where(tables.version_mail.c.block == "mail1").values(compiled=changed))
    assert said(post, message).made_again


def test_a_message_whose_email_is_gone_is_said_to_be_gone(post: Post, reminder: Email, ledger: Ledger) -> None:
    message = post.message(post.flow(reminder), post.contact("Dewi"))
    post.deliver()
    with ledger.write(post.shop) as tx:
        tx.execute(delete(tables.version_mail))
    with ledger.read(post.shop) as tx:
        assert outbox.said(post.house, tx, message) is None
        assert outbox.source(post.house, tx, message) is None
        with pytest.raises(outbox.NoSuchMessage):
            outbox.said(post.house, tx, message + 1000)


def test_a_message_without_a_subject_yet_is_known_by_its_email(
    post: Post, reminder: Email, confirmation: Email
) -> None:
    flow, dewi = post.flow(reminder, confirmation), post.contact("Dewi")
    for block in ("mail1", "mail2"):
        post.message(flow, dewi, block=block)
    assert {entry.email_name for entry in recent(post)} == {reminder[0].name, confirmation[0].name}

    post.deliver()
    assert [entry.email_name for entry in recent(post)] == [None, None]


def test_a_message_that_waits_can_be_read_before_it_goes(post: Post, smtp: SmtpServer, reminder: Email) -> None:
    message = post.message(post.flow(reminder, state="paused"), post.contact("Dewi"))
    assert recent(post)[0].code == "flow_paused"
    waiting = said(post, message)
    assert waiting.made_again
    assert waiting.letter.to_address == "dewi@example.com"
    assert smtp.mails == []


def test_the_newest_come_first_and_pages_follow_each_other(post: Post, reminder: Email, clock: SetClock) -> None:
    flow = post.flow(reminder)
    messages = []
    for number in range(7):
        messages.append(post.message(flow, post.contact(f"C{number}")))
        clock.advance(seconds=number // 3)  # some in the same instant
    pages: list[int] = []
    before = None
    while page := recent(post, limit=3, before=before):
        pages += [entry.id for entry in page]
        before = page[-1].cursor
    assert pages == messages[::-1]


def test_messages_are_found_by_state_flow_contact_and_words(post: Post, reminder: Email) -> None:
    flow, other = post.flow(reminder), post.flow(reminder)
    dewi, somchai = post.contact("Dewi"), post.contact("Somchai", consent_="no")
    first, second = post.message(flow, dewi), post.message(flow, somchai)
    third = post.message(other, dewi)
    post.deliver()

    def ids(**how: Any) -> list[int]:
        return sorted(entry.id for entry in recent(post, **how))

    assert ids(state="skipped") == [second]
    assert ids(flow_id=flow) == [first, second]
    assert ids(contact_id=dewi) == [first, third]
    assert ids(find="DEWI@") == [first, third]
    assert ids(find="Dewi, your tea") == [first, third]
    assert ids(find="somchai") == [second]
    assert ids(find="100%") == []
    assert ids(find="somchai\0") == [second]
    # What has no subject goes by the name of its e-mail: "Your tea is still in the basket".
    assert ids(find="YOUR tea is") == [first, second, third]
    assert ids(find="your tea is", contact_id=somchai) == [second]
    (entry,) = recent(post, state="skipped")
    assert (entry.to, entry.contact_name, entry.flow_name) == ("somchai@example.com", "Somchai", "Abandoned cart")


def test_without_a_mail_server_mail_is_kept_in_the_local_outbox(
    house: House, shop: int, clock: SetClock, smtp: SmtpServer, reminder: Email, basket: dict[str, Any]
) -> None:
    post = Post(at_server(house, ""), shop, clock)
    assert not delivery.has_mail_server(post.house, shop)
    flow = post.flow(reminder)
    message = post.message(flow, post.contact("Dewi"), basket)
    for number in range(60):
        post.message(flow, post.contact(f"C{number}"))
    refused = post.message(flow, post.contact("Somchai", consent_="no"))

    post.deliver()

    assert post.state(message) == ("sent", "kept_here")
    assert post.state(refused) == ("skipped", "said_no")
    assert post.attempts(message)[0].carrier == "local"
    with house.ledger.read(shop) as tx:
        box = outbox.mailbox(tx, limit=100)
    assert len(box) == 61
    assert message in {entry.id for entry in box}
    assert "Mae Salong oolong" in said(post, message).rendered.html
    parsed = email.message_from_bytes(source(post, message), policy=email.policy.default)
    assert parsed["To"] == "Dewi <dewi@example.com>"
    assert smtp.connections == 0
    delivery.leave(house)


def test_what_went_over_the_wire_is_not_in_the_local_outbox(post: Post, reminder: Email) -> None:
    post.message(post.flow(reminder), post.contact("Dewi"))
    post.deliver()
    assert delivery.has_mail_server(post.house, post.shop)
    with post.house.ledger.read(post.shop) as tx:
        assert outbox.mailbox(tx) == []
