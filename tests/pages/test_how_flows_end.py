"""With the mouse: an exit on a rule, resuming with what is overdue spread, and a flow that is left to finish."""

from typing import Any

import pytest

from runtime.clock import HOUR, MINUTE
from runtime.engine.publishing.publish import pause
from runtime.ledger import tables
from tests.browser import until
from tests.pages.conftest import Look, Web
from tests.pages.test_flows import do, row

pytestmark = pytest.mark.browser


def overdue(web: Web, count: int) -> None:
    """So many messages came due while the flow was paused."""
    pause(web.house, web.workspace, "cart")
    now = web.house.clock.now()
    with web.house.ledger.write(web.workspace) as tx:
        one = tx.first(tables.flow.select())
        assert one is not None
        for number, id_ in enumerate(tx.reserve(count)):
            queued = {"id": id_, "flow": one.id, "version": one.version, "block": "mail", "run": None, "hop": None}
            queued |= {"channel": "email", "marketing": True, "test": False, "state": "queued", "tries": 0}
            tx.insert(tables.message, [queued | {"queued_at": now - HOUR, "due_at": now - HOUR + number * MINUTE}])


def queued(web: Web) -> list[Any]:
    with web.house.ledger.read(web.workspace) as tx:
        query = tables.message.select().where(tx.mine(tables.message), tables.message.c.state == "queued")
        return list(tx.all(query.order_by(tables.message.c.due_at)))


def test_a_marketer_says_how_people_leave_and_how_a_flow_ends(look: Look, web: Web) -> None:
    page = look("/flows/cart")
    page.get_by_role("button", name="Add an exit rule").first.click()
    side = page.locator(".cw-panel")
    side.get_by_label("What makes them leave").select_option(label="As soon as this is true")
    side.get_by_role("button", name="Add a condition").click()
    side.get_by_role("combobox", name="Field", exact=True).fill("city")
    side.get_by_label("Value", exact=True).fill("Bangkok")
    page.get_by_text("Leaves at any point as soon as city is “Bangkok”").wait_for()

    def exits() -> list[tuple[str, bool]]:
        draft = web.house.desk.drafts(web.workspace).get("flow", "cart")
        assert draft is not None
        return [(one["name"], "Bangkok" in str(one["rule"])) for one in draft.document.get("exits", ())]

    until(lambda: exits() == [("Condition 1", True)])

    overdue(web, 12)
    page = look("/flows")
    do(page, "Abandoned cart", "Resume")
    page.get_by_text("12 Messages came due meanwhile").wait_for()
    page.get_by_text("they were not sent. What is to become of them?").wait_for()
    page.get_by_role("radio", name="Spread out").click()
    page.get_by_label("Hours").fill("0")
    page.get_by_text("Type a number of hours from 1 to").wait_for()
    assert page.get_by_role("button", name="Resume", exact=True).is_disabled()
    page.get_by_label("Hours").fill("4")
    page.get_by_role("button", name="Resume", exact=True).click()
    page.get_by_text("Abandoned cart is live again. What was due goes out over 4 hours.").wait_for()
    found = queued(web)
    assert {one.code for one in found} == {"spread_out"}
    assert found[-1].due_at - found[0].due_at == 11 * 4 * HOUR // 12

    do(page, "Abandoned cart", "Let it finish")
    until(lambda: row(page, "Abandoned cart").locator(".cw-state").inner_text().startswith("Finishing"))
    do(page, "Abandoned cart", "Take people in again")
    until(lambda: row(page, "Abandoned cart").locator(".cw-state").inner_text() == "Live")
