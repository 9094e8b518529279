"""Settings: what is typed is kept, what is wrong is said, secrets are shown once."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from runtime import pulse
from runtime.accounts import keys, preferences, sessions, sources, users, workspaces
from runtime.delivery import leave
from runtime.doorbell import Doorbell
from runtime.worker import Worker
from tests.browser import closed, until
from tests.pages.conftest import Look, Web
from tests.pages.doi_leaf import NOK, PASSWORD

pytestmark = pytest.mark.browser

SHADOW = "at => getComputedStyle(at).boxShadow"


class Inbox:
    """Takes every e-mail."""

    def __init__(self) -> None:
        self.to: list[str] = []

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.to += envelope.rcpt_tos
        return "250 2.0.0 Thank you"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    """A mail server on this machine, and its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    handler = Inbox()
    server = Controller(handler, hostname="127.0.0.1", port=port)
    server.start()
    yield handler, port
    server.stop()


@pytest.fixture
def working(web: Web) -> Iterator[None]:
    """Deliver in the background, as the worker would."""
    ended, worker = threading.Event(), Worker(web.house, Doorbell(web.house.settings))

    def work() -> None:
        while not ended.wait(0.1):
            worker.look()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    ended.set()
    thread.join()
    leave(web.house)


def test_the_shop_is_kept(look: Look, web: Web) -> None:
    page = look("/settings")

    card = page.locator("#shop")
    card.get_by_label("Name").fill("Doi Leaf Tea")
    card.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()

    shop = workspaces.get(web.house, web.workspace)
    assert shop is not None
    assert (shop.name, shop.zone, shop.currency) == ("Doi Leaf Tea", "Asia/Bangkok", "THB")
    workspaces.update(web.house, web.workspace, name="Doi Leaf")


def test_enter_saves_and_the_shop_is_called_so_at_once(look: Look, web: Web) -> None:
    page = look("/settings")
    card = page.locator("#shop")
    card.get_by_label("Name").fill("Kopi Tua")
    card.get_by_label("Name").press("Enter")
    page.get_by_text("Saved.").wait_for()

    page.get_by_role("button", name="Your account").filter(has_text="Kopi Tua").wait_for()
    page.locator("#sender").get_by_placeholder("Kopi Tua").wait_for()

    # What was said of saving does not stay beside what is wrong.
    card.get_by_label("Name").fill("")
    card.get_by_label("Name").press("Enter")
    card.locator(".cw-help.is-bad").wait_for()
    page.get_by_text("Saved.").wait_for(state="detached", timeout=2000)
    workspaces.update(web.house, web.workspace, name="Doi Leaf")


def test_the_brand_kit_is_found_from_here(look: Look) -> None:
    page = look("/settings")

    page.locator("#brand").get_by_role("link", name="Open the brand kit").click()
    page.get_by_role("heading", name="Brand kit").wait_for()
    assert page.url.endswith("/brand")


def test_a_half_typed_address_is_refused_under_its_field(look: Look, web: Web) -> None:
    page = look("/settings")

    card = page.locator("#sender")
    card.get_by_label("E-mail address").fill("hello@doileaf")
    card.get_by_role("button", name="Save").click()
    card.get_by_text("Type an e-mail address, like hello@example.com.").wait_for()
    card.get_by_label("E-mail address").fill("hello@doileaf.example")
    card.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()

    with web.house.ledger.read(web.workspace) as tx:
        assert preferences.sender(tx).address == "hello@doileaf.example"


@pytest.fixture
def sender(web: Web) -> None:
    """The shop has said who writes, without which no mail server gets anything."""
    preferences.save_sender(web.house, web.workspace, preferences.Sender(address="hello@doileaf.example"))


def use_server(page: Any, port: int) -> Any:
    """Choose a mail server on this machine. Returns the card."""
    card = page.locator("#delivery")
    card.get_by_role("radio", name="SMTP server").click()
    card.get_by_label("Server").fill("127.0.0.1")
    card.get_by_label("Port").fill(str(port))
    card.get_by_label("Security").click()
    page.get_by_role("option", name="None").click()
    return card


def test_enter_saves_the_mail_server(look: Look, web: Web) -> None:
    card = use_server(look("/settings"), 2525)
    card.get_by_label("User name").fill("hello")
    card.get_by_label("User name").press("Enter")
    card.get_by_text("Sending…").wait_for()
    with web.house.ledger.read(web.workspace) as tx:
        assert preferences.mail_server(tx).port == 2525
    preferences.save_mail_server(web.house, web.workspace, preferences.MailServer(), None)


@pytest.mark.usefixtures("working", "sender")
def test_the_test_says_that_the_server_took_it(look: Look, web: Web, inbox: tuple[Inbox, int]) -> None:
    handler, port = inbox
    page = look("/settings")

    card = use_server(page, port)
    card.get_by_role("button", name="Save and send a test").click()

    card.get_by_text("The mail server took the test.").wait_for()
    assert "250 2.0.0 Thank you" in card.inner_text()
    assert handler.to == [NOK]


@pytest.mark.usefixtures("working", "sender")
def test_the_test_goes_to_the_address_that_is_typed(look: Look, web: Web, inbox: tuple[Inbox, int]) -> None:
    handler, port = inbox
    page = look("/settings")

    card = use_server(page, port)
    card.get_by_label("Send the test to").fill("somchai at home")
    card.get_by_role("button", name="Save and send a test").click()
    card.get_by_text("Type an e-mail address, like hello@example.com.").wait_for()
    card.get_by_label("Send the test to").fill("somchai@home.example")
    card.get_by_role("button", name="Save and send a test").click()

    card.get_by_text("It goes to somchai@home.example.").wait_for()
    assert handler.to == ["somchai@home.example"]


def test_nok_changes_her_address_and_stays_signed_in(look: Look, web: Web) -> None:
    page = look("/settings")

    card = page.locator("#account")
    card.get_by_label("E-mail address").fill("nok@tea.example")
    card.get_by_label("Current password").fill("a guess or two")
    card.get_by_role("button", name="Change the e-mail address").click()
    card.get_by_text("That is not your password.").wait_for()
    card.get_by_label("Current password").fill(PASSWORD)
    card.get_by_role("button", name="Change the e-mail address").click()
    page.get_by_text("Saved.").wait_for()

    nok = users.by_email(web.house, "nok@tea.example")
    assert nok is not None
    assert card.get_by_label("E-mail address").input_value() == "nok@tea.example"
    users.change(web.house, nok.id, email=NOK)


def test_the_first_user_is_asked_for_an_address(look: Look, web: Web) -> None:
    owner = users.create(web.house, users.OWNER)
    page = look("/settings", token=sessions.begin(web.house, owner.id))

    card = page.locator("#account")
    card.get_by_text("Your own, so that e-mails can reach you.").wait_for()
    assert card.get_by_label("E-mail address").input_value() == ""
    assert page.locator("#delivery").get_by_label("Send the test to").input_value() == ""
    card.get_by_label("E-mail address").fill("hannah@doileaf.example")
    card.get_by_role("button", name="Change the e-mail address").click()
    page.get_by_text("Saved.").wait_for()
    assert page.locator("#delivery").get_by_label("Send the test to").input_value() == "hannah@doileaf.example"


@pytest.mark.usefixtures("working")
def test_the_test_says_what_is_wrong_with_the_server(look: Look, web: Web) -> None:
    page = look("/settings")

    card = page.locator("#delivery")
    card.get_by_role("radio", name="SMTP server").click()
    card.get_by_label("Server").fill("127.0.0.1")
    card.get_by_label("Port").fill("9")
    card.get_by_role("button", name="Save and send a test").click()

    card.get_by_text("E-mails are on hold.").wait_for()
    assert "The mail server 127.0.0.1 cannot be reached" in card.inner_text()
    card.get_by_text("Not connected").wait_for()
    page.locator(".cw-held").get_by_text("E-mails have been on hold since").wait_for()
    card.get_by_role("radio", name="Local outbox").click()
    card.get_by_role("button", name="Save and send a test").click()
    card.get_by_text("It is in the local outbox.").wait_for()
    until(lambda: bool((pulse.heard(web.house, "mail") or pulse.Pulse(0, {"ok": True})).state.get("ok")))


def test_a_key_is_shown_once_and_can_be_deleted(look: Look, web: Web) -> None:
    page = look("/settings")

    page.get_by_role("button", name="New key", exact=True).click()
    page.get_by_role("textbox", name="What is it for?").fill("Tea blog")
    page.get_by_role("radio", name="Only add Contacts to Flows").click()
    page.get_by_role("button", name="Make the key").click()
    secret = page.locator(".cw-dialog .code", has_text="cw_api_").inner_text()
    found = keys.find(web.house, secret)
    assert found is not None
    assert (found.name, found.kind) == ("Tea blog", "api")
    page.get_by_role("button", name="Done").click()
    page.get_by_text("Can only add Contacts to Flows.").wait_for()
    page.get_by_text(secret).wait_for(state="detached")

    page.get_by_role("button", name="Delete the key Tea blog").click()
    page.get_by_role("heading", name="The key “Tea blog” will stop working").wait_for()
    page.get_by_role("button", name="Delete the key", exact=True).click()
    page.get_by_text("The key is deleted.").wait_for()
    assert keys.find(web.house, secret) is None


def test_who_clicks_twice_makes_one_key(look: Look, web: Web) -> None:
    before = len(keys.everything(web.house, web.workspace))
    page = look("/settings")
    page.get_by_role("button", name="New key", exact=True).dblclick()
    page.get_by_label("What is it for?").fill("Till")

    page.get_by_role("button", name="Make the key").dblclick()
    page.get_by_role("button", name="Done").click()
    closed(page)

    # Or by the keyboard.
    page.get_by_role("button", name="New key", exact=True).click()
    page.get_by_label("What is it for?").fill("Kiosk")
    page.get_by_label("What is it for?").press("Enter")
    page.get_by_role("button", name="Done").click()
    closed(page)

    assert len(keys.everything(web.house, web.workspace)) == before + 2


def test_a_shop_is_connected_with_its_own_secret(look: Look, web: Web) -> None:
    page = look("/settings")

    page.get_by_role("button", name="Connect Shopify").click()
    page.get_by_role("textbox", name="Secret").fill("too short")
    page.get_by_role("button", name="Connect", exact=True).click()
    page.get_by_text("Paste the whole secret that the shop shows.").wait_for()
    page.get_by_role("textbox", name="Secret").fill("a-secret-of-the-shop-0123456789")
    page.get_by_role("button", name="Connect", exact=True).click()
    page.get_by_role("heading", name="Now tell Shopify where to").wait_for()

    (source,) = sources.everything(web.house, web.workspace)
    assert page.locator(".cw-dialog .code", has_text="/in/shopify/").inner_text() == web.url + source.path


def test_a_field_reached_by_keyboard_has_one_halo_and_red_for_an_error(look: Look) -> None:
    page = look("/settings")
    name = page.locator("#shop").get_by_label("Name")
    field = page.locator("#shop .q-field__control").first

    name.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    assert name.evaluate("at => at.matches(':focus-visible')")
    assert name.evaluate(SHADOW) == "none"
    calm = field.evaluate(SHADOW)
    assert " 3px" in calm

    name.fill("")
    page.locator("#shop").get_by_role("button", name="Save").click()
    page.get_by_text("Type a name, in at most 120 characters.").wait_for()
    name.focus()
    assert field.evaluate(SHADOW) != calm
