"""A cut connection is said on every page, in the reader's language, at a place where nothing else is."""

import pytest

from runtime.accounts import users
from tests.pages.conftest import Look, Web
from tests.pages.doi_leaf import NOK

pytestmark = pytest.mark.browser


def test_a_page_without_a_connection_says_so_in_a_strip_above_it(look: Look, web: Web) -> None:
    nok = users.by_email(web.house, NOK)
    assert nok is not None
    users.set_language(web.house, nok.id, "th")
    opened = look("/contacts")
    # A page that is cut off says so in its console as well; in a tab of its own that is no mistake of the page.
    page = opened.context.new_page()
    page.goto(opened.url)
    opened.close()
    page.wait_for_function("window.did_handshake === true")
    top = page.locator("#main").bounding_box()["y"]
    page.context.set_offline(True)
    page.evaluate("window.socket.io.engine.close()")
    strip = page.locator(".cw-cut")
    strip.get_by_text("ไม่มีการเชื่อมต่อ กำลังลองใหม่…").wait_for()
    assert not page.locator("#popup").is_visible()
    assert page.locator("#main").bounding_box()["y"] == top + strip.bounding_box()["height"]
    page.context.set_offline(False)
    strip.wait_for(state="hidden")
