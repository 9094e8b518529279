"""Segments with the mouse: a rule that counts while it is drawn, published, asked for by a split; and a list."""

from typing import Any

import pytest

from runtime.engine.publishing.publish import publish
from runtime.engine.work import Engine
from runtime.segments import publish as segments
from runtime.segments.publish import members_of
from tests.browser import choose, closed, ready, until
from tests.engine.stage import block, in_a_row
from tests.pages.conftest import Look, Web
from tests.pages.doi_leaf import DEWI, HANNAH, NOK, SOMCHAI

pytestmark = pytest.mark.browser


def work(web: Web) -> None:
    """Let the engine do all there is to do: here no worker runs."""
    engine = Engine(web.house)
    while engine.work():
        pass


def inside(web: Web, slug: str) -> set[int]:
    """Contacts who are in a segment."""
    with web.house.ledger.read(web.workspace) as tx:
        return {contact for contact, _ in members_of(tx, slug)}


def rule_of(web: Web, slug: str) -> Any:
    """The rule as it is on the desk."""
    draft = web.house.desk.drafts(web.workspace).get("segment", slug)
    return draft and draft.document["rule"]


def new_segment(page: Any, card: str) -> None:
    page.get_by_role("button", name="New Segment").first.click()
    page.get_by_role("radio", name=card).click()
    page.get_by_role("button", name="Create").click()


def test_who_clicks_twice_is_asked_once_for_a_new_segment(look: Look) -> None:
    page = look("/segments")

    page.get_by_role("button", name="New Segment").first.dblclick()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    closed(page)


def test_a_segment_is_drawn_counted_published_and_asked_for_by_a_split(look: Look, web: Web) -> None:
    page = look("/segments")
    new_segment(page, "By a rule")
    page.wait_for_url("**/segments/new-segment")
    ready(page)
    page.get_by_text("of 3", exact=True).wait_for()
    page.get_by_label("Name of the Segment").fill("Dewi and friends")

    # Counted while it is drawn: everybody, then one.
    page.get_by_role("button", name="Add a condition").click()
    page.get_by_label("What is looked at").select_option(label="Contact field")
    page.get_by_label("Field", exact=True).fill("name")
    page.get_by_label("How they compare").select_option(label="starts with")
    page.get_by_text("Complete the condition, and it stands here in words.").wait_for()
    page.get_by_role("textbox", name="Value").fill("Dewi")
    page.get_by_text("name starts with “Dewi”").wait_for()
    page.locator(".sg-count .figure", has_text="1").wait_for()
    page.get_by_role("link", name="Dewi Anggraini").wait_for()

    # The lines about where somebody stands.
    page.get_by_role("button", name="And…").click()
    page.get_by_label("What is looked at").nth(1).select_option(label="Can be reached by")
    page.get_by_role("button", name="And…").click()
    page.get_by_label("What is looked at").nth(2).select_option(label="E-mail to them")
    page.get_by_label("E-mail", exact=True).select_option(label="Your tea is waiting")
    page.get_by_label("What became of it").select_option(label="was held back")
    said = "they can be reached by e-mail and “Your tea is waiting” was held back from them in the last 30 days"
    page.get_by_text(said).wait_for()
    page.locator(".sg-count .figure", has_text="0").wait_for()
    page.get_by_text("Nobody matches now.").wait_for()
    page.get_by_label("What became of it").select_option(label="was not held back")
    page.locator(".sg-count .figure", has_text="1").wait_for()
    page.get_by_label("What is looked at").nth(1).select_option(label="Cannot be reached by")
    page.locator(".sg-count .figure", has_text="0").wait_for()
    page.get_by_label("What is looked at").nth(1).select_option(label="Can be reached by")
    page.locator(".sg-count .figure", has_text="1").wait_for()
    wanted = [
        {"kind": "field", "of": "contact", "field": "name", "op": "starts_with", "value": "Dewi"},
        {"kind": "reachable", "channel": "email", "negate": False},
        {
            "kind": "got",
            "what": "skipped",
            "email": "tea",
            "negate": True,
            "times": 1,
            "window": {"kind": "last_days", "days": 30},
        },
    ]
    until(lambda: rule_of(web, "new-segment") == {"kind": "all", "rules": wanted})

    # Somebody who clicks twice is asked once.
    page.get_by_role("button", name="Publish").dblclick()
    dialog = page.locator(".cw-dialog")
    dialog.get_by_text("1 person comes in.").wait_for()
    dialog.get_by_text("Nobody’s Flow starts by publishing.").wait_for()
    dialog.get_by_role("button", name="Publish").click()
    page.get_by_text("Published.").wait_for()
    work(web)
    assert inside(web, "new-segment") == {DEWI}
    page.get_by_text("Live, 1 person in it").wait_for()
    page.get_by_role("button", name="Publish").wait_for(state="hidden")

    # On the contact's page, and from there back.
    page.get_by_role("link", name="Dewi Anggraini").click()
    page.wait_for_url(f"**/contacts/{DEWI}")
    page.get_by_role("link", name="Dewi and friends").click()
    page.wait_for_url("**/segments/new-segment")

    # A split asks for it.
    flow = in_a_row(block("cart", "event_trigger", event="Checkout started"), block("b", "branch"))
    flow["blocks"][1]["position"] = {"x": 0, "y": 140}
    drafts, now = web.house.desk.drafts(web.workspace), web.house.clock.now()
    drafts.create("flow", "For friends", {"format": 1, "name": "For friends", **flow}, NOK, now, "friends")
    page.goto(web.url + "/flows/friends")
    ready(page)
    page.locator('[data-block="b"]').click()
    side = page.locator(".cw-panel")
    side.get_by_role("button", name="Add a condition").click()
    side.get_by_label("What is looked at").select_option(label="Is in Segment")
    side.get_by_label("Segment", exact=True).click()
    page.get_by_role("option", name="Dewi and friends").click()
    side.get_by_text("in the Segment “Dewi and friends”, they go to “Yes”.").wait_for()

    def stored() -> bool:
        draft = drafts.get("flow", "friends")
        rule = draft.document["blocks"][1]["settings"].get("rule") if draft else None
        return rule == {"kind": "all", "rules": [{"kind": "in_segment", "segment": "new-segment", "negate": False}]}

    until(stored)


def test_people_are_put_on_a_list_and_taken_off(look: Look, web: Web) -> None:
    page = look("/segments")
    new_segment(page, "A list")
    page.wait_for_url("**/segments/new-list")
    ready(page)
    page.get_by_text("Nobody is on it yet.").wait_for()
    page.get_by_role("button", name="Add people").click()
    dialog = page.locator(".cw-dialog")
    dialog.get_by_label("Find a Contact").fill("hannah")
    page.wait_for_function("document.querySelectorAll('.ad-row').length === 1")
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button", name="Add 1 chosen").click()
    page.get_by_role("link", name="Hannah Whitfield").wait_for()
    assert inside(web, "new-list") == {HANNAH}

    # Who was ticked stays so while addresses are pasted, and the button says whom it adds.
    closed(page)
    page.get_by_role("button", name="Add people").click()
    dialog.get_by_label("Find a Contact").fill("dewi")
    page.wait_for_function("document.querySelectorAll('.ad-row').length === 1")
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button", name="Add 1 chosen").wait_for()
    dialog.get_by_role("button", name="Paste addresses").click()
    dialog.get_by_role("button", name="Add 1 chosen").wait_for(state="hidden")
    dialog.get_by_role("button", name="Choose Contacts").click()
    dialog.get_by_role("button", name="Add 1 chosen").wait_for()
    assert dialog.get_by_role("checkbox").is_checked()

    # Of pasted addresses those that are nobody's are named, before anybody is put on.
    dialog.get_by_role("button", name="Paste addresses").click()
    dialog.get_by_label("E-mail addresses or phone numbers").fill("somchai@example.com, budi@example.com")
    dialog.get_by_role("button", name="Add those pasted").click()
    dialog.get_by_text("1 is no Contact: budi@example.com").wait_for()
    assert inside(web, "new-list") == {HANNAH}
    dialog.get_by_role("button", name="Add those who are known").click()
    page.get_by_role("link", name="Somchai Jaidee").wait_for()
    assert inside(web, "new-list") == {HANNAH, SOMCHAI}

    page.get_by_role("button", name="Take Hannah Whitfield off").click()
    page.get_by_role("link", name="Hannah Whitfield").wait_for(state="detached")
    assert inside(web, "new-list") == {SOMCHAI}


def test_a_segment_that_is_asked_for_stays_and_another_is_archived_with_a_way_back(look: Look, web: Web) -> None:
    house, workspace = web.house, web.workspace
    start = block("in", "segment_trigger", segment="regulars", move="enters")
    flow = in_a_row(start, block("end", "stop"))
    house.desk.drafts(workspace).create("flow", "Thanks", {"format": 1, "name": "Thanks", **flow}, NOK, 0, "thanks")
    publish(house, workspace, "thanks", NOK)
    segments.publish(house, workspace, "oolong", NOK)
    page = look("/segments")

    row = page.locator(".sg-row", has_text="Regulars")
    row.get_by_text("Thanks").wait_for()
    choose(page.get_by_role("button", name="More for Regulars"), "Archive")
    page.get_by_text("It is in use by “Thanks”. Change or archive those first.").wait_for()
    assert inside(web, "regulars") == {DEWI}

    work(web)
    choose(page.get_by_role("button", name="More for Oolong lovers"), "Archive")
    page.get_by_text("Oolong lovers is archived.").wait_for()
    assert inside(web, "oolong") == set()
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("link", name="Oolong lovers").wait_for()
    work(web)
    assert inside(web, "oolong") == {DEWI, SOMCHAI, HANNAH}
