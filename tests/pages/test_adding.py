"""People are added to a flow with the mouse: chosen, pasted, from a file; taken out again; and a contact is erased."""

from typing import Any

import pytest
from sqlalchemy import select

from runtime.engine.publishing.publish import publish
from runtime.engine.work import Engine
from runtime.ledger import tables
from tests.browser import choose, closed, until
from tests.engine.stage import block, in_a_row
from tests.pages.conftest import Look, Web
from tests.pages.doi_leaf import HANNAH

pytestmark = pytest.mark.browser

FILE = "E-mail;Birthday\nrumi@example.com;15/04/2533\nnobody;01/02/2530\n"


@pytest.fixture(scope="module")
def tasting(web: Web) -> Web:
    """A live flow that people are added to."""
    flow = in_a_row(block("in", "added_trigger"), block("day", "wait", amount=1, unit="days"), block("end", "stop"))
    house, now = web.house, web.house.clock.now()
    house.desk.drafts(web.workspace).create("flow", "Tasting", {"format": 1, "name": "Tasting", **flow}, "Nok", now)
    publish(house, web.workspace, "tasting", "Nok")
    return web


def states(web: Web) -> list[str]:
    """What became of those who were added, after the engine has looked."""
    engine = Engine(web.house)
    while engine.work():
        pass
    with web.house.ledger.read(web.workspace) as tx:
        query = select(tables.run.c.state).join(tables.flow, tables.flow.c.id == tables.run.c.flow)
        return [row.state for row in tx.all(query.where(tables.flow.c.slug == "tasting").order_by(tables.run.c.id))]


def open_people(page: Any) -> Any:
    closed(page)
    page.get_by_role("button", name="Add people").click()
    dialog = page.locator(".cw-dialog")
    dialog.wait_for()
    return dialog


def test_many_are_chosen_taken_back_pasted_and_read_from_a_file(look: Look, tasting: Web) -> None:
    page = look("/flows/tasting/runs")
    dialog = open_people(page)
    dialog.get_by_label("Close").click()
    dialog.wait_for(state="detached")
    dialog = open_people(page)
    dialog.get_by_label("Find a Contact").fill("hannah")
    page.wait_for_function("document.querySelectorAll('.ad-row').length === 1")
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button", name="Add 1 chosen").click()
    until(lambda: states(tasting) == ["open"])
    page.get_by_text("1 person entered “Tasting”.").wait_for()
    page.get_by_role("button", name="Undo").click()
    until(lambda: states(tasting) == ["left"])

    dialog = open_people(page)
    dialog.get_by_role("button", name="Paste addresses").click()
    dialog.locator("textarea").fill("taro@example.com\nnobody")
    dialog.get_by_role("button", name="Look at them").click()
    dialog.get_by_text("1 of them is not known yet and is made").wait_for()
    dialog.get_by_text("“nobody”").wait_for()
    dialog.get_by_role("button", name="Back").click()
    assert dialog.locator("textarea").input_value() == "taro@example.com\nnobody"
    dialog.get_by_role("button", name="Look at them").click()
    dialog.get_by_role("button", name="Add the other 1").click()
    until(lambda: states(tasting) == ["left", "open"])

    dialog = open_people(page)
    dialog.get_by_role("button", name="A file (CSV)").click()
    dialog.locator("input[type=file]").set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    )
    dialog.get_by_text("15/04/2533 was read as 1990-04-15").wait_for()
    dialog.get_by_text("Line 3").wait_for()
    dialog.get_by_role("button", name="Add the other 1").click()
    until(lambda: states(tasting) == ["left", "open", "open"])


def test_a_contact_is_added_from_their_page_then_erased(look: Look, tasting: Web) -> None:
    before = states(tasting)
    page = look(f"/contacts/{HANNAH}")
    page.get_by_role("button", name="Add to a Flow…").click()
    page.locator(".cw-dialog", has_text="Tasting").get_by_role("button", name="Add", exact=True).click()
    until(lambda: states(tasting) == [*before, "open"])
    page.get_by_text("1 person entered “Tasting”.").wait_for()
    page.get_by_text("Added to the Flow “Tasting” by Nok").first.wait_for()
    choose(page.locator(".co-head").get_by_label("More"), "Erase…")
    page.get_by_text("for good?").wait_for()
    page.get_by_role("button", name="Erase for good").click()
    page.get_by_text("This Contact was erased").wait_for()
    assert states(tasting)[-1] == "left"
