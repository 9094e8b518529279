"""What a shop has not set yet, and a real mail server's readers need: messages wait for it, and go by themselves then."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from runtime import delivery
from runtime.accounts import preferences
from runtime.accounts.preferences import MailServer, Sender
from runtime.clock import SetClock
from runtime.house import House
from runtime.insight.standing import standing
from runtime.intake.health import look
from runtime.reasons import reason_phrase
from runtime.words import words
from tests.delivery.conftest import Email, at_server
from tests.delivery.post import Post
from tests.delivery.smtp_server import SmtpServer

LOCAL = ("", "http://127.0.0.1:8080", "http://192.168.1.20", "http://cartwheel.local")


def at_address(house: House, base_url: str) -> House:
    """The same house at another public address."""
    return replace(house, settings=house.settings.model_copy(update={"base_url": base_url}))


def without_sender(email: Email) -> Email:
    document, brand = email
    return document.model_copy(update={"from_address": None}), brand


def why(post: Post, message: int) -> str:
    entry = post.one(message)
    return words("en").text(reason_phrase(entry.code or "", entry.args))


@pytest.fixture
def opened(house: House, shop: int, clock: SetClock) -> Callable[[House], Post]:
    """A shop's mail in a process that was started anew."""

    def start(at: House) -> Post:
        delivery.leave(house)
        return Post(at, shop, clock)

    return start


@pytest.mark.parametrize("address", LOCAL)
def test_marketing_waits_while_customers_cannot_open_its_link_to_unsubscribe(
    opened: Callable[[House], Post],
    house: House,
    smtp: SmtpServer,
    clock: SetClock,
    reminder: Email,
    confirmation: Email,
    address: str,
) -> None:
    # The usual order: it is published with the local outbox, then a mail server is typed into the settings.
    post = opened(at_server(at_address(house, address), ""))
    cart, order = post.flow(reminder), post.flow(confirmation, name="Order")
    first = post.message(cart, post.contact("Hannah"))
    post.deliver()
    assert post.state(first) == ("sent", "kept_here")

    preferences.save_mail_server(house, post.shop, MailServer(host="127.0.0.1", port=smtp.port, security="none"))
    post = opened(post.house)
    waiting = [post.message(cart, post.contact(name)) for name in ("Dewi", "Ploy")]
    receipt = post.message(order, post.contact("Budi", consent_=None))
    post.deliver()

    assert [mail.recipient for mail in smtp.mails] == ["budi@example.com"]
    assert post.state(receipt) == ("sent", "sent")
    for message in waiting:
        assert post.state(message) == ("queued", "no_public_address")
        assert why(post, message).startswith("Customers cannot open this installation’s public address")
        assert post.attempts(message) == []
    on_hold = delivery.held(post.house, post.shop)
    assert on_hold is not None
    assert (on_hold.code, on_hold.since, on_hold.waiting) == ("no_public_address", clock.now(), 2)
    assert standing(post.house, post.shop).waiting == 2
    assert look(post.house)["mail"] == {
        "ok": False, "code": "no_public_address", "since": clock.now(), "waiting": 2,
    }  # fmt: skip
    assert post.leases() == 0

    since = clock.now()
    for _ in range(3):  # nothing is tried again and again
        clock.advance(minutes=45)
        post.deliver()
        due = delivery.next_due(post.house)
        assert due is not None
        assert due > clock.now()
    on_hold = delivery.held(post.house, post.shop)
    assert on_hold is not None
    assert on_hold.since == since

    # Cartwheel is started again with an address.
    post = opened(at_address(post.house, "https://mail.doileaf.example"))
    post.deliver()
    assert [post.state(message) for message in waiting] == [("sent", "sent")] * 2
    assert "https://mail.doileaf.example/u/" in smtp.mails[-1].parsed["List-Unsubscribe"]
    assert delivery.held(post.house, post.shop) is None
    assert look(post.house)["mail"] == {"ok": True}


def test_since_when_it_waits_outlives_the_process(
    opened: Callable[[House], Post], house: House, clock: SetClock, reminder: Email
) -> None:
    post = opened(at_address(house, ""))
    post.message(post.flow(reminder), post.contact("Dewi"))
    post.deliver()
    since = clock.now()
    clock.advance(minutes=10)
    post = opened(post.house)
    post.deliver()
    on_hold = delivery.held(house, post.shop)
    assert on_hold is not None
    assert on_hold.since == since


def test_without_any_senders_address_everything_waits_until_there_is_one(
    post: Post, smtp: SmtpServer, clock: SetClock, reminder: Email, confirmation: Email
) -> None:
    nobodys = post.flow(without_sender(reminder)), post.flow(without_sender(confirmation))
    messages = [post.message(flow, post.contact(name)) for flow, name in zip(nobodys, ("Dewi", "Ploy"), strict=True)]
    messages.append(
        delivery.send_test(post.house, post.shop, *without_sender(reminder), "nok@doileaf.example"),
    )
    with_its_own = post.message(post.flow(reminder), post.contact("Hannah"))
    post.deliver()
    assert [mail.sender for mail in smtp.mails] == ["hello@doileaf.example"]
    assert post.state(with_its_own) == ("sent", "sent")
    assert [post.state(message) for message in messages] == [("queued", "no_sender")] * 3
    on_hold = delivery.held(post.house, post.shop)
    assert on_hold is not None
    assert (on_hold.code, on_hold.waiting) == ("no_sender", 3)

    preferences.save_sender(post.house, post.shop, Sender(name="Nok", address="nok@doileaf.example"))
    due = delivery.next_due(post.house)
    assert due is not None
    assert due <= clock.now() + 5_000_000  # it looks by itself
    clock.advance(seconds=5)
    post.deliver()
    assert [post.state(message) for message in messages] == [("sent", "sent")] * 3
    assert {mail.sender for mail in smtp.mails[1:]} == {"nok@doileaf.example"}
    assert delivery.held(post.house, post.shop) is None


def test_the_local_outbox_needs_neither(opened: Callable[[House], Post], house: House, reminder: Email) -> None:
    post = opened(at_server(at_address(house, ""), ""))
    message = post.message(post.flow(without_sender(reminder)), post.contact("Dewi"))
    post.deliver()
    assert post.state(message) == ("sent", "kept_here")
    assert delivery.held(house, post.shop) is None
    assert not standing(post.house, post.shop).leaves
    assert standing(house, post.shop).leaves


def test_who_goes_back_to_the_local_outbox_gets_there_what_waited(
    opened: Callable[[House], Post], house: House, clock: SetClock, smtp: SmtpServer, reminder: Email
) -> None:
    post = opened(at_server(at_address(house, ""), ""))
    preferences.save_mail_server(house, post.shop, MailServer(host="127.0.0.1", port=smtp.port, security="none"))
    message = post.message(post.flow(reminder), post.contact("Dewi"))
    post.deliver()
    assert post.state(message) == ("queued", "no_public_address")
    preferences.save_mail_server(house, post.shop, MailServer())
    post = opened(post.house)
    post.deliver()
    assert post.state(message) == ("sent", "kept_here")
    assert smtp.mails == []


def test_what_waits_in_a_paused_flow_waits_for_that(
    opened: Callable[[House], Post], house: House, clock: SetClock, reminder: Email
) -> None:
    post = opened(at_address(house, ""))
    paused, live = post.flow(reminder), post.flow(reminder)
    kept, waiting = post.message(paused, post.contact("Dewi")), post.message(live, post.contact("Budi"))
    post.deliver()
    post.set_flow(paused, "paused")
    clock.advance(minutes=1)
    post.deliver()
    on_hold = delivery.held(post.house, post.shop)
    assert on_hold is not None
    assert (on_hold.waiting, standing(post.house, post.shop).waiting) == (1, 1)
    assert (post.state(kept)[1], post.state(waiting)[1]) == ("flow_paused", "no_public_address")
    post.set_flow(live, "paused")
    clock.advance(minutes=1)
    post.deliver()
    assert delivery.held(post.house, post.shop) is None
    assert standing(post.house, post.shop).held_since is None

    # It goes on, and waits for the address again; with one it goes by itself.
    post.set_flow(live, "live")
    clock.advance(hours=1)
    post.deliver()
    clock.advance(seconds=5)
    post.deliver()
    assert delivery.held(post.house, post.shop) is not None
    post = opened(at_address(post.house, "https://mail.doileaf.example"))
    post.deliver()
    assert (post.state(kept)[1], post.state(waiting)) == ("flow_paused", ("sent", "sent"))
    post.set_flow(paused, "live")
    clock.advance(seconds=5)
    post.deliver()
    assert post.state(kept) == ("sent", "sent")
