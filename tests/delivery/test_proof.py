"""Seeing an e-mail before anybody gets it: preview, and a test to oneself."""

from typing import Any

import pytest
from sqlalchemy import select

from runtime import delivery
from runtime.accounts import preferences
from runtime.clock import SetClock
from runtime.delivery.letters.bodies import KEPT_FOR
from runtime.ledger import Ledger, tables
from runtime.mail import HeaderRefused
from tests.delivery.conftest import Email
from tests.delivery.post import Post
from tests.delivery.smtp_server import SmtpServer


def event_of(ledger: Ledger, message: int) -> int:
    with ledger.read() as tx:
        return int(tx.scalar(select(tables.message.c.event).where(tables.message.c.id == message)))


def test_the_preview_is_what_will_be_sent(
    post: Post, smtp: SmtpServer, confirmation: Email, basket: dict[str, Any], ledger: Ledger
) -> None:
    dewi = post.contact("Dewi", zone="Asia/Bangkok")
    message = post.message(post.flow(confirmation), dewi, basket | {"order_number": "#1042"})
    shown = delivery.preview(post.house, post.shop, *confirmation, dewi, event_of(ledger, message))
    post.deliver()
    (mail,) = smtp.taken
    assert shown.subject == mail.parsed["Subject"]
    assert shown.html.splitlines() == mail.text("html").splitlines()
    assert shown.text.splitlines() == mail.text("plain").splitlines()


def test_before_there_is_anybody_an_example_stands_in(post: Post, reminder: Email) -> None:
    shown = delivery.preview(post.house, post.shop, *reminder)
    assert shown.subject == "Hannah, your tea is still in the basket"
    assert "Mae Salong oolong" in shown.html
    assert "https://mail.doileaf.example/u/" in shown.html

    dewi = delivery.preview(post.house, post.shop, *reminder, post.contact("Dewi"))
    assert dewi.subject == "Dewi, your tea is still in the basket"
    assert "Mae Salong oolong" in dewi.html


def test_a_test_goes_to_me_by_the_way_that_all_mail_goes(
    post: Post, smtp: SmtpServer, reminder: Email, ledger: Ledger, clock: SetClock
) -> None:
    somchai = post.contact("Somchai", consent_="no")
    message = delivery.send_test(post.house, post.shop, *reminder, "Nok@doileaf.example ", somchai)
    assert post.house.ring.rings == 1  # type: ignore[attr-defined]
    post.deliver()

    (mail,) = smtp.taken
    assert mail.recipient == "nok@doileaf.example"
    assert mail.parsed["To"] == "nok@doileaf.example"
    assert mail.parsed["Subject"] == "[Test] Somchai, your tea is still in the basket"
    entry = post.one(message)
    assert (entry.state, entry.test, entry.address) == ("sent", True, "nok@doileaf.example")

    # Its unsubscribe link shows that it works and touches nobody.
    from runtime.intake import links

    token = str(mail.parsed["List-Unsubscribe"]).strip("<>").rpartition("/")[2]
    link = links.read(post.house, token)
    assert link is not None
    assert link.test

    clock.advance(seconds=KEPT_FOR / 1e6 + 1)
    delivery.sweep(post.house)
    with ledger.read(post.shop) as tx:
        assert tx.all(tables.version_mail.select()) == []


def test_a_test_goes_to_an_address_only(post: Post, smtp: SmtpServer, reminder: Email) -> None:
    for wrong in ("", "nok", "nok@doileaf.example\r\nBcc: all@example.com"):
        with pytest.raises(HeaderRefused):
            delivery.send_test(post.house, post.shop, *reminder, wrong)
    post.deliver()
    assert smtp.commands == []


def test_the_shops_sender_is_used_where_the_email_names_none(post: Post, smtp: SmtpServer, reminder: Email) -> None:
    document, brand = reminder
    anonymous = document.model_copy(update={"from_name": "", "from_address": None, "reply_to": None})
    preferences.save_sender(
        post.house,
        post.shop,
        preferences.Sender(name="Nok at Doi Leaf", address="nok@doileaf.example", reply_to="team@doileaf.example"),
    )
    delivery.send_test(post.house, post.shop, anonymous, brand, "nok@doileaf.example")
    post.deliver()
    mail = smtp.taken[-1]
    assert mail.sender == "nok@doileaf.example"
    assert mail.parsed["From"] == "Nok at Doi Leaf <nok@doileaf.example>"
    assert mail.parsed["Reply-To"] == "team@doileaf.example"
    assert mail.message_id.endswith("@mail.doileaf.example>")
