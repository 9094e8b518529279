"""A mail that the server took comes back an hour later: the address is blocked, and everybody can read why."""

import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from builder.command import app
from runtime.delivery.returned import Returned, take_back
from runtime.house import House
from runtime.people import consent
from tests.delivery.conftest import Email
from tests.delivery.post import Post
from tests.delivery.smtp_server import Mail, SmtpServer


def notification(
    mail: Mail | None,
    status: str = "5.1.1",
    said: str = "550 5.1.1 <dewi@example.com>: Recipient address rejected: User unknown",
    *,
    action: str = "failed",
    whole: bool = False,
    message_id: str = "",
) -> bytes:
    """What Postfix sends back."""
    head = mail.source.partition(b"\r\n\r\n")[0].decode() if mail else f"Message-ID: {message_id}"
    kind = "message/rfc822" if whole else "text/rfc822-headers"
    return (
        "From: MAILER-DAEMON@mx.example.net (Mail Delivery System)\r\nTo: hello@doileaf.example\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nI'm sorry to have to inform you ...\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example.net\r\nArrival-Date: Sat, 21 Nov 2026 09:00:00 +0000\r\n\r\n"
        f"Final-Recipient: rfc822; other@example.com\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp;\r\n {said}\r\n\r\n"
        f"--b\r\nContent-Type: {kind}\r\n\r\n{head}\r\n\r\n--b--\r\n"
    ).encode()


@pytest.fixture
def message(post: Post, reminder: Email, basket: dict[str, Any]) -> int:
    """The cart reminder, which the server took."""
    id_ = post.message(post.flow(reminder), post.contact("Dewi"), basket)
    post.deliver()
    return id_


def blocked(post: Post) -> dict[str, str]:
    with post.house.ledger.read(post.shop) as tx:
        return consent.suppressed(tx, "email", ["dewi@example.com", "other@example.com"])


@pytest.mark.parametrize("whole", [False, True])
def test_an_address_that_does_not_exist_is_not_written_to_again(
    post: Post, smtp: SmtpServer, house: House, reminder: Email, message: int, *, whole: bool
) -> None:
    found = take_back(house, notification(smtp.taken[0], whole=whole))
    assert (found.outcome, found.message, found.suppressed) == ("hard", message, True)
    assert post.state(message) == ("failed", "came_back")
    assert blocked(post) == {"dewi@example.com": "hard_bounce"}, "and not whom the notification names"
    entry = post.one(message)
    assert entry.flow is not None
    assert post.tallies(entry.flow) == {"failed": 1}
    again = post.message(entry.flow, entry.contact or 0)
    post.deliver()
    assert post.state(again) == ("skipped", "suppressed_hard_bounce")
    assert take_back(house, notification(smtp.taken[0])).outcome == "known"


@pytest.mark.parametrize(
    ("status", "said", "outcome", "suppressed"),
    [
        ("5.1.1", "550 User unknown", "hard", True),
        ("5.0.0", "550 No such user here", "hard", True),
        ("5.2.2", "552 5.2.2 Mailbox full", "hard", False),
        ("5.7.1", "550 5.7.1 Message rejected as spam", "hard", False),
        ("4.4.1", "connection timed out", "soft", False),
        ("4.2.2", "452 4.2.2 Mailbox full", "soft", False),
    ],
)
def test_only_an_address_that_does_not_exist_is_blocked(
    post: Post, smtp: SmtpServer, house: House, message: int, status: str, said: str, outcome: str, *, suppressed: bool
) -> None:
    found = take_back(house, notification(smtp.taken[0], status, said))
    assert (found.outcome, found.suppressed) == (outcome, suppressed)
    code = {"hard": "came_back", "soft": "came_back_for_now"}[outcome]
    assert post.state(message) == ("failed", code)
    assert bool(blocked(post)) == suppressed


def test_what_is_late_has_not_failed(post: Post, smtp: SmtpServer, house: House, message: int) -> None:
    late = notification(smtp.taken[0], "4.4.1", "timed out", action="delayed")
    assert take_back(house, late) == Returned("delayed", message)
    assert post.state(message) == ("sent", "sent")


def test_nobody_can_make_up_that_a_mail_came_back(post: Post, smtp: SmtpServer, house: House, message: int) -> None:
    key, _, domain = smtp.taken[0].message_id.strip("<>").partition("@")
    number, _, proof = key.partition(".")
    forged = [f"<{number}.{proof[::-1]}@{domain}>", "<x@doileaf.example>", f"<{'z' * 40}.{proof}@{domain}>", "<é.1@x>"]
    for message_id in forged:
        assert take_back(house, notification(None, message_id=message_id)).outcome == "not_ours"
    assert take_back(house, b"Subject: Hello\r\n\r\nIs the oolong in stock?").outcome == "no_report"
    assert take_back(house, b"").outcome == "no_report"
    assert take_back(house, os.urandom(2000)).outcome == "no_report"
    assert post.state(message) == ("sent", "sent")


@pytest.mark.parametrize("odd", ["<", "<@>", "<[@", "a@[", "<>", "=?x?q?=", "\x00"])
@pytest.mark.parametrize("whole", [False, True])
def test_what_stands_for_a_message_id_may_be_anything(house: House, odd: str, *, whole: bool) -> None:
    odd_one = notification(None, message_id=odd, whole=whole)
    assert take_back(house, odd_one).outcome == "not_ours"
    assert take_back(house, b"In-Reply-To: <\r\n" + odd_one).outcome == "not_ours"


def test_a_mail_that_cannot_be_read_is_no_notification(house: House) -> None:
    nested = "".join(
        f'Content-Type: multipart/mixed; boundary="{n}"\r\n\r\n--{n}\r\n' for n in range(3000)
    )  # deeper than Python's parser goes
    assert take_back(house, nested.encode() + notification(None, message_id="<1.a@x>")).outcome == "no_report"


def test_what_a_mailbox_says_is_one_line(post: Post, smtp: SmtpServer, house: House, message: int) -> None:
    found = take_back(house, notification(smtp.taken[0], said="550 5.1.1 User\x00 \x1b[2Junknown"))
    assert (found.outcome, found.answer) == ("hard", "5.1.1 User [2Junknown")
    assert blocked(post) == {"dewi@example.com": "hard_bounce"}


def test_the_command_takes_a_file_or_what_a_mail_server_pipes_to_it(
    post: Post, smtp: SmtpServer, house: House, message: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARTWHEEL_DATABASE_URL", house.settings.database_url)
    monkeypatch.setenv("CARTWHEEL_SECRET_KEY", "the key of doi leaf, long enough for anybody")
    runner, data = CliRunner(), ["--data", str(tmp_path)]
    told = runner.invoke(app, [*data, "bounce", "-"], input=b"Subject: Hello\r\n\r\nIs the oolong in stock?")
    assert (told.exit_code, told.stdout) == (0, "That is no delivery status notification; nothing was changed.\n")
    file = tmp_path / "came_back.eml"
    file.write_bytes(notification(smtp.taken[0]))
    told = runner.invoke(app, [*data, "bounce", str(file)])
    assert told.stdout == "That is about no message of this installation; nothing was changed.\n", (
        "another key, so not ours"
    )
    missing = runner.invoke(app, [*data, "bounce", str(tmp_path / "nothing")])
    assert "cannot be read" in str(missing.exception)
