"""What the doctor says of the mail server: whether it takes us in, and who named it."""

import pytest

from runtime.accounts import preferences, workspaces
from runtime.accounts.preferences import MailServer, Sender
from runtime.checkup.installation import mail, public
from runtime.house import House
from tests.delivery.smtp_server import SmtpServer


def own_server(house: House, server: SmtpServer, user: str = "", password: str = "") -> None:
    """Type a server into the settings page."""
    host, port = server.url.removeprefix("smtp://").split(":")
    wanted = MailServer(host=host, port=int(port), security="none", user=user)
    preferences.save_mail_server(house, workspaces.first(house), wanted, password)
    sender(house)


def sender(house: House) -> None:
    """Type a sender into the settings page."""
    preferences.save_sender(house, workspaces.first(house), Sender(address="nok@doileaf.example"))


def test_the_server_of_the_installation(house: House, smtp: SmtpServer) -> None:
    sender(house)
    assert mail(house.settings).said.endswith("takes us in (CARTWHEEL_SMTP_URL)")


def test_the_server_of_the_settings_page_counts_before_it(house: House, smtp: SmtpServer) -> None:
    own_server(house, smtp)
    finding = mail(house.settings)
    assert finding.state == "good"
    assert finding.said.endswith("(the mail server on the settings page; CARTWHEEL_SMTP_URL counts only without it)")


def test_a_password_that_cannot_be_read_any_more_is_told_in_words(house: House, smtp: SmtpServer) -> None:
    own_server(house, smtp, "nok", "lapsang")
    changed = house.settings.model_copy(update={"secret_key": "another key, so the old secrets are lost"})
    finding = mail(changed)
    assert finding.state == "bad"
    assert finding.said == "the mail server on the settings page: the password cannot be read any more. Type it again."
    assert finding.cure.startswith("Correct the mail server on the settings page.")


def test_a_server_without_a_sender_is_told_and_what_to_do(house: House, smtp: SmtpServer) -> None:
    workspaces.first(house)
    finding = mail(house.settings)
    assert finding.state == "bad"
    assert finding.said.endswith("but no sender’s address is set")
    assert finding.cure.startswith("Type the sender’s address on the settings page.")


def test_a_server_that_is_busy_says_nothing_against_the_settings(house: House, smtp: SmtpServer) -> None:
    sender(house)
    smtp.answer("greeting", "421 4.3.2 busy")
    finding = mail(house.settings)
    assert finding.said == "The mail server 127.0.0.1 takes nothing at present: 421 4.3.2 busy"
    assert "try again later" in finding.cure
    smtp.answer("greeting", "554 5.7.1 no")
    assert mail(house.settings).cure.startswith("Correct CARTWHEEL_SMTP_URL.")


@pytest.mark.parametrize("address", ["", "http://127.0.0.1:8080", "http://192.168.1.20"])
def test_an_address_that_customers_cannot_open_keeps_marketing_back(
    house: House, smtp: SmtpServer, address: str
) -> None:
    workspaces.first(house)
    finding = public(house.settings.model_copy(update={"base_url": address}))
    assert finding.state == "bad"
    assert finding.said.endswith("on this machine or its network only, so marketing e-mails wait")
    assert "CARTWHEEL_BASE_URL" in finding.cure
    outbox = public(house.settings.model_copy(update={"base_url": address, "smtp_url": ""}))
    assert outbox.state == "note"
