"""When a server takes nothing from anybody: no message is blamed, the shop is told, and it goes on by itself."""

import datetime
import ipaddress
import ssl
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from runtime import delivery
from runtime.accounts import preferences
from runtime.clock import SetClock
from runtime.delivery.carriers import connect
from runtime.delivery.preferred import Server
from runtime.delivery.sending import office
from runtime.house import House
from runtime.insight.standing import standing
from runtime.pulse import heard
from tests.delivery.conftest import Email, at_server
from tests.delivery.post import Post
from tests.delivery.smtp_server import HANG_UP, SmtpServer, Stage


def test_a_server_that_is_down_holds_everything_and_lets_it_go_when_it_is_back(
    post: Post, smtp: SmtpServer, clock: SetClock, reminder: Email
) -> None:
    smtp.stop()
    flow = post.flow(reminder)
    messages = [post.message(flow, post.contact(name)) for name in ("Dewi", "Hannah", "Ploy")]
    post.deliver()

    on_hold = delivery.held(post.house, post.shop)
    assert on_hold is not None
    assert (on_hold.code, on_hold.waiting, on_hold.since) == ("server_unreachable", 3, clock.now())
    assert on_hold.args["host"] == "127.0.0.1"
    later = replace(post.one(messages[0]), due_at=clock.now() + 1)
    named = delivery.told([*map(post.one, messages), later], on_hold, clock.now())
    assert [one.code for one in named] == ["server_unreachable"] * 3 + [None]
    for message in messages:
        entry = post.one(message)
        assert (entry.state, entry.tries, entry.code) == ("queued", 0, None)
        assert post.attempts(message) == []
    assert post.leases() == 0

    since = clock.now()
    for _ in range(5):  # tried again now and then, with one message, and nothing changes
        clock.advance(minutes=2)
        post.deliver()
    on_hold = delivery.held(post.house, post.shop)
    assert on_hold is not None
    assert on_hold.since == since

    smtp.start()
    clock.advance(minutes=2)
    post.deliver()
    assert delivery.held(post.house, post.shop) is None
    assert post.states() == {"sent": 3}
    assert [post.one(message).tries for message in messages] == [1, 1, 1]
    said = heard(post.house, "mail")
    assert said is not None
    assert said.state == {"ok": True}


def test_while_it_is_on_hold_the_server_is_left_alone(
    post: Post, smtp: SmtpServer, clock: SetClock, reminder: Email
) -> None:
    smtp.answer("greeting", "554 5.3.2 No service today")
    post.message(post.flow(reminder), post.contact("Dewi"))
    post.deliver()
    asked = smtp.connections
    for _ in range(20):
        assert delivery.deliver(post.house) is False
    assert smtp.connections == asked
    due = delivery.next_due(post.house)
    assert due is not None
    assert due > clock.now()
    clock.advance(seconds=3)
    post.deliver()
    assert smtp.connections == asked + 1
    on_hold = delivery.held(post.house, post.shop)
    assert on_hold is not None
    assert on_hold.code == "server_refuses"
    assert on_hold.args["answer"] == "554 5.3.2 No service today"


@pytest.mark.usefixtures("patience")
def test_a_frozen_server_burns_no_tries(post: Post, smtp: SmtpServer, clock: SetClock, reminder: Email) -> None:
    flow = post.flow(reminder)
    for number in range(10):
        post.message(flow, post.contact(f"C{number}"))
        post.deliver()
    smtp.freeze()
    frozen = [post.message(flow, post.contact(f"F{number}")) for number in range(10)]
    post.deliver()
    on_hold = delivery.held(post.house, post.shop)
    assert on_hold is not None
    assert on_hold.code == "server_silent"
    assert [post.state(message) for message in frozen] == [("queued", None)] * 10
    assert {post.one(message).tries for message in frozen} == {0}

    smtp.hang_up()
    smtp.thaw()
    clock.advance(minutes=2)
    post.deliver()
    assert post.states() == {"sent": 20}
    assert {post.one(message).tries for message in frozen} == {1}


def test_a_clock_that_goes_back_keeps_no_mail_from_a_server_that_works_again(
    post: Post, smtp: SmtpServer, clock: SetClock, reminder: Email
) -> None:
    smtp.stop()
    flow = post.flow(reminder)
    post.message(flow, post.contact("Dewi"))
    post.deliver()
    smtp.start()

    clock.advance(hours=-3)
    message = post.message(flow, post.contact("Hannah"))
    assert delivery.next_due(post.house) == clock.now()
    post.deliver()
    assert post.state(message) == ("sent", "sent")
    assert delivery.held(post.house, post.shop) is None
    clock.advance(hours=3)
    post.deliver()
    assert post.states() == {"sent": 2}


def test_a_server_that_hangs_up_on_every_mail_is_to_blame_itself(
    post: Post, smtp: SmtpServer, clock: SetClock, reminder: Email
) -> None:
    smtp.answer("mail", HANG_UP)
    flow = post.flow(reminder)
    for number in range(50):
        post.message(flow, post.contact(f"C{number}"))
    post.deliver()
    on_hold = delivery.held(post.house, post.shop)
    assert on_hold is not None
    assert on_hold.code == "server_hangs_up"
    assert post.states() == {"queued": 50}
    smtp.behave()
    clock.advance(hours=1)
    post.deliver()
    assert post.states() == {"sent": 50}


def test_a_server_that_allows_few_connections_is_served_by_few(post: Post, smtp: SmtpServer, reminder: Email) -> None:
    smtp.most_connections = 2
    flow = post.flow(reminder)
    for number in range(60):
        post.message(flow, post.contact(f"C{number}"))
    post.deliver()
    assert post.states() == {"sent": 60}
    assert delivery.held(post.house, post.shop) is None
    assert smtp.connections < 20


def test_a_refused_password_is_said_and_works_once_it_is_put_right(
    post: Post, smtp: SmtpServer, house: House, shop: int, clock: SetClock, reminder: Email
) -> None:
    smtp.login = ("doileaf", "first flush")
    wrong = preferences.MailServer(host="127.0.0.1", port=smtp.port, security="none", user="doileaf")
    preferences.save_mail_server(house, shop, wrong, "second flush")
    message = post.message(post.flow(reminder), post.contact("Dewi"))
    post.deliver()
    on_hold = delivery.held(house, shop)
    assert on_hold is not None
    assert on_hold.code == "login_refused"
    assert "flush" not in str(on_hold)
    assert post.state(message) == ("queued", None)

    preferences.save_mail_server(house, shop, wrong, "first flush")
    delivery.leave(house)  # a second passes, or another worker takes over
    post.deliver()
    assert post.state(message) == ("sent", "sent")
    assert smtp.logins[-1] == ("doileaf", "first flush")
    assert delivery.held(house, shop) is None


def test_an_address_that_cannot_be_read_is_said(house: House, shop: int, clock: SetClock, reminder: Email) -> None:
    post = Post(at_server(house, "mail.example.com:25"), shop, clock)
    message = post.message(post.flow(reminder), post.contact("Dewi"))
    post.deliver()
    on_hold = delivery.held(house, shop)
    assert on_hold is not None
    assert on_hold.code == "address_wrong"
    assert post.state(message) == ("queued", None)
    delivery.leave(house)


def test_one_shops_broken_server_holds_up_no_other_shop(
    post: Post, smtp: SmtpServer, house: House, reminder: Email, clock: SetClock
) -> None:
    from runtime.ledger import tables

    with house.ledger.write() as tx:
        row = {"id": 8, "slug": "kopi", "name": "Kopi Gayo", "zone": "Asia/Jakarta", "language": "id"}
        tx.execute(tables.workspace.insert(), row | {"currency": "IDR", "created_at": 0})
    other = Post(house, 8, clock)
    broken = preferences.MailServer(host="127.0.0.1", port=1, security="none")
    preferences.save_mail_server(house, 8, broken)
    theirs = other.message(other.flow(reminder), other.contact("Rahmat"))
    ours = post.message(post.flow(reminder), post.contact("Dewi"))
    post.deliver()
    assert post.state(ours) == ("sent", "sent")
    assert other.state(theirs) == ("queued", None)
    assert delivery.held(house, post.shop) is None
    assert delivery.held(house, 8) is not None


# ---- TLS


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that only those believe who were told to."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "mail.pem"
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(key.private_bytes(*form) + made.public_bytes(serialization.Encoding.PEM))
    return file


def offer_tls(smtp: SmtpServer, certificate: Path) -> None:
    smtp.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    smtp.tls.load_cert_chain(certificate)


def believe(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect, "_verified", lambda: ssl.create_default_context(cafile=str(certificate)))


def test_mail_goes_over_tls_and_the_password_too(
    house: House,
    shop: int,
    clock: SetClock,
    smtp: SmtpServer,
    reminder: Email,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    offer_tls(smtp, certificate)
    believe(certificate, monkeypatch)
    smtp.login = ("dewi@doileaf.example", "p@ss:word")
    url = f"smtp+starttls://dewi%40doileaf.example:p%40ss%3Aword@127.0.0.1:{smtp.port}"
    post = Post(at_server(house, url), shop, clock)
    flow = post.flow(reminder)
    for number in range(30):
        post.message(flow, post.contact(f"C{number}"))
    post.deliver()
    delivery.leave(house)
    assert post.states() == {"sent": 30}
    assert smtp.logins[0] == ("dewi@doileaf.example", "p@ss:word")
    assert smtp.commands.index("STARTTLS") < next(i for i, said in enumerate(smtp.commands) if said.startswith("AUTH"))


def test_a_certificate_that_nobody_vouches_for_is_refused_where_a_password_is_at_stake(
    house: House, shop: int, clock: SetClock, smtp: SmtpServer, reminder: Email, certificate: Path
) -> None:
    offer_tls(smtp, certificate)
    smtp.login = ("doileaf", "first flush")
    post = Post(at_server(house, f"smtp://doileaf:first%20flush@127.0.0.1:{smtp.port}"), shop, clock)
    post.message(post.flow(reminder), post.contact("Dewi"))
    post.deliver()
    on_hold = delivery.held(house, shop)
    delivery.leave(house)
    assert on_hold is not None
    assert on_hold.code == "tls_failed"
    assert smtp.logins == []


def test_without_a_password_a_homemade_certificate_is_better_than_none(
    post: Post, smtp: SmtpServer, reminder: Email, certificate: Path
) -> None:
    offer_tls(smtp, certificate)
    message = post.message(post.flow(reminder), post.contact("Dewi"))
    post.deliver()
    assert post.state(message) == ("sent", "sent")
    assert "STARTTLS" in smtp.commands


def test_where_tls_is_asked_for_and_not_offered_nothing_is_sent(
    house: House, shop: int, clock: SetClock, smtp: SmtpServer, reminder: Email
) -> None:
    post = Post(at_server(house, f"smtp+starttls://127.0.0.1:{smtp.port}"), shop, clock)
    post.message(post.flow(reminder), post.contact("Dewi"))
    post.deliver()
    on_hold = delivery.held(house, shop)
    delivery.leave(house)
    assert on_hold is not None
    assert on_hold.code == "tls_missing"
    assert smtp.mails == []


# ---- a server that refuses one message after the other


@pytest.mark.parametrize(("stage", "answer"), [("mail", "550 5.7.1 Sender rejected"), ("body", "451 4.3.0 Disk full")])
def test_a_server_that_refuses_everything_is_said_until_it_takes_one(
    post: Post, smtp: SmtpServer, clock: SetClock, reminder: Email, stage: Stage, answer: str
) -> None:
    flow = post.flow(reminder)
    smtp.answer(stage, answer)
    since = clock.now()
    for number in range(4):
        post.message(flow, post.contact(f"C{number}"))
        post.deliver()
        clock.advance(seconds=1)
    assert delivery.held(post.house, post.shop) is None  # a few may be to blame themselves

    for _ in range(3):  # nor is it another message if one is tried again
        clock.advance(minutes=7)
        post.deliver()
    assert delivery.held(post.house, post.shop) is None

    post.message(flow, post.contact("Dewi"))
    post.deliver()
    on_hold = delivery.held(post.house, post.shop)
    assert on_hold is not None
    assert (on_hold.code, on_hold.since, on_hold.args["answer"]) == ("server_takes_none", since, answer)
    assert standing(post.house, post.shop).waiting == 5

    delivery.leave(post.house)  # another process goes on
    clock.advance(hours=2)
    post.deliver()
    on_hold = delivery.held(post.house, post.shop)
    assert on_hold is not None
    assert on_hold.since == since

    smtp.behave()
    clock.advance(days=1)
    post.deliver()
    assert post.states() == {"sent": 5}
    assert delivery.held(post.house, post.shop) is None


def test_five_addresses_that_do_not_exist_are_no_fault_of_the_server(
    post: Post, smtp: SmtpServer, reminder: Email
) -> None:
    smtp.answer("rcpt", "550 5.1.1 No such user")
    flow = post.flow(reminder)
    for number in range(6):
        post.message(flow, post.contact(f"C{number}"))
    post.deliver()
    assert post.states() == {"failed": 6}
    assert delivery.held(post.house, post.shop) is None


def test_a_server_that_nobody_uses_any_more_is_forgotten_with_its_password(
    house: House, shop: int, clock: SetClock, smtp: SmtpServer, confirmation: Email, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office, "FRESH", 0.0)
    post = Post(house, shop, clock)
    flow = post.flow(confirmation)
    ours = office.office_of(house)

    def sends(password: str) -> Server:
        smtp.login = ("doileaf", password)
        at = preferences.MailServer(host="127.0.0.1", port=smtp.port, security="none", user="doileaf")
        preferences.save_mail_server(house, shop, at, password)
        message = post.message(flow, post.contact("Dewi", f"{password}@example.com".replace(" ", "")))
        post.deliver()
        assert post.state(message) == ("sent", "sent")
        (server,) = ours._carriers
        assert ours._gates.keys() == {server}
        assert ours._refusals.keys() == {(shop, server)}
        return server

    first, second = sends("first flush"), sends("second flush")
    assert first.address is not None
    assert second.address is not None
    assert (first.address.password, second.address.password) == ("first flush", "second flush")
    delivery.leave(house)
