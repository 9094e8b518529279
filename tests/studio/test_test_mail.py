"""A test to oneself goes the way that all mail goes."""

import pytest

from runtime.delivery import deliver, outbox
from tests.pages.conftest import Web
from tests.pages.doi_leaf import NOK
from tests.studio.conftest import OpenStudio

pytestmark = pytest.mark.browser


def test_a_test_arrives_in_the_outbox_as_dewi_would_get_it(studio: OpenStudio, web: Web) -> None:
    mail = studio()
    mail.choose("Heading")
    mail.box("Headline").fill("Try it yourself")
    mail.mail.get_by_text("Try it yourself").wait_for()

    mail.page.get_by_role("button", name="Send me a test").click()
    dialog = mail.page.get_by_role("dialog", name="Send me a test")
    assert dialog.get_by_label("To").input_value() == NOK
    dialog.get_by_text("goes into the local outbox").wait_for()
    dialog.get_by_role("button", name="Send the test").click()
    mail.page.get_by_text(f"The test is on its way to {NOK}.").wait_for()

    while deliver(web.house):
        pass
    with web.house.ledger.read(web.workspace) as tx:
        (entry,) = [one for one in outbox.mailbox(tx) if one.test]
        said = outbox.said(web.house, tx, entry.id)
    assert said is not None
    assert entry.to == NOK
    assert said.rendered.subject == "[Test] Dewi, your tea is waiting"
    assert "Try it yourself" in said.rendered.html
    assert "Gayo Aceh beans" in said.rendered.html
    mail.page.get_by_role("button", name="See it").click()
    mail.page.wait_for_url(f"**/messages/{entry.id}")


def test_an_address_that_is_none_is_not_written_to(studio: OpenStudio) -> None:
    mail = studio()

    mail.page.get_by_role("button", name="Send me a test").click()
    dialog = mail.page.get_by_role("dialog", name="Send me a test")
    dialog.get_by_label("To").fill("nok at home")
    dialog.get_by_role("button", name="Send the test").click()

    dialog.get_by_text("Type an e-mail address, like hello@example.com.").wait_for()
