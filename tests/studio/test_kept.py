"""What was typed into any box outlives a server that is killed in the same moment."""

import pytest

from tests.browser import until
from tests.pages.conftest import Web
from tests.studio.conftest import OpenStudio
from tests.studio.hands import Studio

pytestmark = pytest.mark.browser


def test_a_number_and_a_name_typed_while_the_server_is_away_are_back(studio: OpenStudio, web: Web) -> None:
    opened = studio({"sections": [{"kind": "products", "id": "s1", "most": 3}]})
    # A page whose server is gone says so in its console; in a tab of its own that is no mistake of the page.
    page = opened.page.context.new_page()
    page.goto(opened.page.url)
    opened.page.close()
    mail = Studio(page, opened.slug, opened.draft)
    mail.wait()
    mail.choose("Products")
    page.wait_for_function("!document.querySelector('.cw-panel fieldset').disabled")

    web.stop(kill=True)
    mail.panel.get_by_label("At most").fill("5")
    web.start()
    page.get_by_text("Changes that had not been saved are back.").wait_for()
    mail.stored("s1", "most", 5)

    mail.wait()
    mail.choose_head()
    web.stop(kill=True)
    mail.panel.get_by_label("From", exact=True).fill("Nok of Doi Leaf")
    web.start()
    page.get_by_text("Changes that had not been saved are back.").wait_for()
    until(lambda: mail.draft().document["from_name"] == "Nok of Doi Leaf")
    until(lambda: page.evaluate("Object.keys(localStorage).every((key) => !key.includes('cartwheel.email'))"))
