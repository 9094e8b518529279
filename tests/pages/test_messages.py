"""Messages: the list, and one as in a mailbox."""

import urllib.request
from typing import Any

import pytest

from runtime.engagement.recording import Mails, Noticed, about, record
from runtime.ledger import tables
from tests.pages.conftest import Look, Web, sign_in
from tests.pages.doi_leaf import SENT, SOMCHAI, UNCERTAIN, UNSENT

pytestmark = pytest.mark.browser


def states(page: Any) -> list[str]:
    return [text.split("\n")[-1].strip() for text in page.locator(".ms-row .cw-chip").all_inner_texts()]


def test_each_message_says_what_became_of_it_and_why(look: Look) -> None:
    page = look("/messages")

    assert sorted(states(page)) == ["Not sent", "Sent", "Uncertain"]
    unsent = page.locator(".ms-row", has=page.locator(f"a[href='/messages/{UNSENT}']"))
    assert "Because they have not agreed to marketing e-mails" in unsent.inner_text()


def test_the_list_can_be_narrowed_by_state_and_by_person(look: Look) -> None:
    page = look("/messages")

    page.get_by_role("button", name="Uncertain").click()
    page.wait_for_function("document.querySelectorAll('.ms-row').length === 1")
    page.get_by_role("button", name="All").click()
    page.wait_for_function("document.querySelectorAll('.ms-row').length === 3")
    page.get_by_label("Find by person or subject").fill("dewi")
    page.wait_for_function("document.querySelectorAll('.ms-row').length === 1")


def test_a_message_is_read_as_in_a_mailbox(look: Look) -> None:
    page = look(f"/messages/{SENT}")

    assert page.locator("h1").inner_text() == "Your tea is waiting"
    page.frame_locator("iframe").get_by_text("Your tea is still in the cart").wait_for()
    page.get_by_text("250 2.0.0 Ok: queued as 4F2A1").wait_for()
    page.get_by_role("button", name="Plain text").click()
    page.locator("pre", has_text="Your tea is still in the cart").wait_for()
    page.get_by_role("button", name="Source").click()
    page.locator("pre", has_text="Message-ID: <").wait_for()


def test_nothing_in_an_email_can_run(look: Look, web: Web) -> None:
    address = f"{web.url}/messages/{SENT}/mail"
    cookie = {"Cookie": f"cartwheel_session={sign_in(web)}"}
    policy = urllib.request.urlopen(urllib.request.Request(address, headers=cookie)).headers["Content-Security-Policy"]
    frame = look(f"/messages/{SENT}").locator("iframe")

    assert "default-src 'none'" in policy
    for allowed in (policy.partition("sandbox")[2], frame.get_attribute("sandbox") or ""):
        assert "allow-scripts" not in allowed
        assert "allow-same-origin" not in allowed
        assert "allow-forms" not in allowed


def test_the_source_can_be_kept_as_a_file(look: Look) -> None:
    page = look(f"/messages/{SENT}")

    with page.expect_download() as asked:
        page.get_by_role("link", name="Save as a file").click()
    kept = asked.value.path().read_bytes()
    assert b"Message-ID: <" in kept
    assert b"\r\n\r\n" in kept


def test_an_uncertain_message_is_sent_again_only_after_a_warning(look: Look, web: Web) -> None:
    page = look(f"/messages/{UNCERTAIN}")

    page.get_by_role("button", name="Send it again").click()
    page.get_by_role("heading", name="It may have arrived already").wait_for()
    page.get_by_role("button", name="Send it again").last.click()
    page.get_by_text("It waits for its turn again.").wait_for()

    message = tables.message
    with web.house.ledger.read(web.workspace) as tx:
        row = tx.first(message.select().where(message.c.id == UNCERTAIN))
        assert row is not None
        assert row.state == "queued"
    page.get_by_role("link", name="Somchai Jaidee").click()
    page.wait_for_url(f"**/contacts/{SOMCHAI}")


def test_a_message_tells_who_opened_it_and_nobody_of_the_shop_counts(look: Look, web: Web) -> None:
    with web.house.ledger.write(web.workspace) as tx:
        now = web.house.clock.now()
        did: list[Noticed] = [
            Noticed(SENT, "open", now - 3600_000_000, "apple_privacy"),
            Noticed(SENT, "open", now - 1800_000_000),
            Noticed(SENT, "click", now, target="https://doileaf.example/cart/c1"),
        ]
        record(tx, did, about(tx, [SENT], Mails()), now)
    page = look(f"/messages/{SENT}")
    fate = page.locator(".mg-time").inner_text()
    assert [word for word in ("Opened by a machine", "Opened", "Clicked") if word in fate.split("\n")] == [
        "Opened by a machine",
        "Opened",
        "Clicked",
    ]
    assert "Apple’s mail privacy" in fate
    cookie = {"Cookie": f"cartwheel_session={sign_in(web)}"}
    asked = urllib.request.Request(f"{web.url}/messages/{SENT}/mail", headers=cookie)
    html = urllib.request.urlopen(asked).read().decode()
    assert 'href="https://doileaf.example' in html
    assert "/c/" not in html.replace("cart/c", "")
    assert "/o/" not in html
