"""The mouse on the canvas."""

import pytest

from tests.browser import until
from tests.canvas.conftest import Open, Shop
from tests.canvas.hands import view
from tests.canvas.test_two_tabs import two_steps

pytestmark = pytest.mark.browser


def test_one_notch_of_the_wheel_moves_the_view_and_lets_it_rest(shop_with_web: Shop, open_flow: Open) -> None:
    """A canvas that goes on moving is a blurred picture of itself."""
    page = open_flow(shop_with_web, shop_with_web.new_flow("Wheel", two_steps()))
    moving = page.locator(".fc-root.is-moving")
    for _ in range(2):
        before = view(page)
        page.mouse.move(600, 700)
        page.mouse.wheel(0, 40)
        until(lambda before=before: view(page) != before)
        moving.wait_for(state="detached")
