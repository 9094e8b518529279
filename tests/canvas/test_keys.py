"""The keyboard on the canvas."""

import pytest

from tests.browser import becomes
from tests.canvas.conftest import Open, Shop
from tests.canvas.hands import card, places
from tests.canvas.test_two_tabs import two_steps

pytestmark = pytest.mark.browser


def test_a_pasted_block_covers_nothing(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    slug = shop.new_flow("Pasted", two_steps())
    page = open_flow(shop, slug)
    card(page, "Wait 1 hour").click()
    page.keyboard.press("Control+c")
    page.keyboard.press("Control+v")
    page.keyboard.press("Control+v")
    becomes(lambda: places(shop.draft(slug).document), [(0, 0), (0, 140), (280, 140), (-280, 140)])
