"""A Flow that runs: numbers on its cards, pausing, publishing again with people inside."""

from typing import Any

import pytest
from sqlalchemy import select

from blocks.flow import Flow
from runtime.accounts import users
from runtime.clock import HOUR
from runtime.engine.by_hand.handling import skip_wait
from runtime.engine.publishing.overdue import overdue
from runtime.engine.publishing.publish import pause, publish
from runtime.insight.published import what_is_live
from runtime.ledger.tables import message, run
from tests.browser import becomes, choose, closed
from tests.canvas.conftest import Open, Shop, as_json
from tests.canvas.hands import card, panel
from tests.canvas.test_two_tabs import two_steps
from tests.engine.stage import Stage, block, in_a_row, link
from tests.segments.stage import did, publish_segment

pytestmark = pytest.mark.browser


def _number(shop: Shop, slug: str) -> int:
    """Of the version that is live."""
    found = what_is_live(shop.house, shop.workspace, slug)
    assert found is not None
    return found.number


@pytest.fixture
def live(shop_with_web: Shop) -> tuple[Shop, str, Stage]:
    """A published flow with a trigger, a wait and an e-mail, and an engine that works when told to."""
    document = two_steps()
    document["blocks"].append({**block("mail", "send_email", email="tea"), "position": {"x": 0, "y": 260}})
    document["links"].append(link("wait", "mail"))
    # An event of its own, so that the flows of other tests do not start.
    document["blocks"][0]["settings"] = {"event": f"Tea {shop_with_web.flows} tasted"}
    slug = shop_with_web.new_flow("Live", document)
    publish(shop_with_web.house, shop_with_web.workspace, slug, "hannah@doileaf.example")
    return shop_with_web, slug, Stage(shop_with_web.house, shop_with_web.workspace, shop_with_web.house.clock)  # type: ignore[arg-type]


def event(shop: Shop, slug: str) -> str:
    """The event that starts it."""
    return str(shop.draft(slug).document["blocks"][0]["settings"]["event"])


def number(page: Any, block: str) -> str:
    """The first number on a card."""
    found = page.locator(f'[data-block="{block}"] b')
    return str(found.first.inner_text()) if found.count() else ""


def state(shop: Shop, slug: str) -> str:
    """What the ledger says."""
    found = what_is_live(shop.house, shop.workspace, slug)
    return "" if found is None else found.state


def test_the_cards_count_while_one_looks(live: Any, open_flow: Open) -> None:
    shop, slug, stage = live
    page = open_flow(shop, slug)
    becomes(lambda: number(page, "cart"), "0")
    stage.happens(event(shop, slug), "dewi@example.com")
    becomes(lambda: number(page, "cart"), "1")
    becomes(lambda: number(page, "wait"), "1")
    # Numbers are no change of the document: there is nothing to undo and nothing to publish.
    assert page.get_by_role("button", name="Undo").is_disabled()
    page.get_by_text("all of it is published").wait_for()


def test_numbers_stop_while_nobody_looks(live: Any, open_flow: Open) -> None:
    shop, slug, stage = live
    page = open_flow(shop, slug)
    becomes(lambda: number(page, "cart"), "0")
    look_away = "Object.defineProperty(document, 'hidden', {value: %s, configurable: true});"
    page.evaluate(look_away % "true" + "document.dispatchEvent(new Event('visibilitychange'))")
    # What the server answers now, it answers after it has heard that nobody looks.
    card(page, "Wait 1 hour").click()
    panel(page).get_by_label("Wait for").wait_for()
    looked_at = open_flow(shop, slug, into=page)
    becomes(lambda: number(looked_at, "cart"), "0")
    for people, who in enumerate(("somchai@example.com", "dewi@example.com"), 1):
        stage.happens(event(shop, slug), who)
        becomes(lambda: number(looked_at, "cart"), str(people))
    assert number(page, "cart") == "0"
    page.evaluate(look_away % "false" + "document.dispatchEvent(new Event('visibilitychange'))")
    becomes(lambda: number(page, "cart"), "2")


def test_publishing_lists_the_changes_and_who_is_inside(live: Any, open_flow: Open) -> None:
    shop, slug, stage = live
    stage.happens(event(shop, slug), "dewi@example.com")
    stage.happens(event(shop, slug), "somchai@example.com")
    page = open_flow(shop, slug)
    card(page, "Wait 1 hour").click()
    panel(page).get_by_label("Wait for").fill("3")
    card(page, "Wait 3 hours").wait_for()
    page.get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("heading", name="1 change").wait_for()
    dialog.locator(".cw-change").get_by_text("Wait lengthened from 1 hour to 3 hours").wait_for()
    row = dialog.locator(".fe-insider")
    assert "2 people" in row.inner_text()
    assert row.get_by_role("combobox").input_value() == "stay"
    dialog.get_by_text("about 2 a month").wait_for()
    dialog.get_by_role("button", name="Not yet").click()
    dialog.wait_for(state="detached")
    assert _number(shop, slug) == 1

    page.get_by_role("button", name="Publish").click()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    page.get_by_text("Published. 2 people finish on the version they entered.").wait_for()
    assert _number(shop, slug) == 2


def test_those_inside_are_taken_along(live: Any, open_flow: Open) -> None:
    shop, slug, stage = live
    stage.happens(event(shop, slug), "dewi@example.com")
    page = open_flow(shop, slug)
    card(page, "Wait 1 hour").click()
    panel(page).get_by_label("Wait for").fill("3")
    card(page, "Wait 3 hours").wait_for()
    page.get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog")
    choice = dialog.locator(".fe-insider").get_by_role("combobox")
    choice.select_option(label="Go over, with the time counted anew")
    dialog.get_by_role("button", name="Take all along").click()
    becomes(choice.input_value, "keep")
    choice.select_option(label="Go over, with the time counted anew")
    dialog.get_by_role("button", name="Publish").click()
    page.get_by_text("Published. 1 person goes over to the new version.").wait_for()
    stage.work()
    with shop.house.ledger.read(shop.workspace) as tx:
        one = tx.connection.execute(run.select().where(run.c.block == "wait").order_by(run.c.id.desc())).first()
    assert one.wake_at - one.arrived_at == 3 * HOUR


def test_who_goes_on_at_once_by_going_over_is_said(live: Any, open_flow: Open) -> None:
    shop, slug, stage = live
    stage.happens(event(shop, slug), "dewi@example.com")
    with shop.house.ledger.write(shop.workspace) as tx:
        tx.execute(run.update().where(run.c.block == "wait").values(arrived_at=shop.house.clock.now() - HOUR // 2))
    page = open_flow(shop, slug)
    card(page, "Wait 1 hour").click()
    panel(page).get_by_label("Unit").select_option(label="minutes")
    card(page, "Wait 1 minute").wait_for()
    page.get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog")
    choice = dialog.locator(".fe-insider").get_by_role("combobox")
    said = dialog.get_by_role("status")
    choice.select_option(label="Go over, with the time counted anew")
    said.get_by_text("1 person has waited that long already, and goes on at once.").wait_for()
    people = dialog.get_by_text("1 person", exact=True).bounding_box()
    assert said.bounding_box()["y"] >= people["y"] + people["height"] - 1, "below, not behind it"
    choice.select_option(label="Go over, at the same time as before")
    becomes(lambda: said.filter(visible=True).count(), 0)


def test_who_would_get_an_email_again_stays_and_that_is_said(live: Any, open_flow: Open) -> None:
    shop, slug, stage = live
    draft = shop.house.desk.drafts(shop.workspace).get("flow", slug)
    document = draft.document
    document["blocks"].append(
        {**block("later", "wait", amount=5, unit="days"), "position": {"x": 0, "y": 390}},
    )
    document["links"].append(link("mail", "later"))
    shop.house.desk.drafts(shop.workspace).save(
        "flow", slug, document, draft.rev, "nok@example.com", shop.house.clock.now(), "Live"
    )
    publish(shop.house, shop.workspace, slug, "nok@example.com")
    stage.happens(event(shop, slug), "dewi@example.com")
    dewi = {one.id: one.hops for one in stage.all_runs() if one.state == "open" and one.block == "wait"}
    skip_wait(shop.house, shop.workspace, dewi, "Nok")  # her e-mail is queued, and she waits again
    page = open_flow(shop, slug)
    card(page, "Wait 5 days").click()
    page.keyboard.press("Delete")
    card(page, "Wait 5 days").wait_for(state="detached")
    page.get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog")
    choice = dialog.locator(".fe-insider").get_by_role("combobox")
    choice.select_option(value="to:mail")
    dialog.get_by_text("an e-mail that they have had would come again").wait_for()
    choice.select_option(label="Leave the Flow")
    dialog.get_by_text("an e-mail that they have had would come again").wait_for(state="hidden")
    choice.select_option(value="to:mail")
    dialog.get_by_text("1 person finishes the version they entered").wait_for()
    dialog.get_by_role("button", name="Publish").click()
    page.get_by_text("Published. 1 person finishes on the version they entered.").wait_for()


def test_where_a_block_is_gone_they_go_to_one_chosen_on_the_picture(live: Any, open_flow: Open) -> None:
    shop, slug, stage = live
    draft = shop.house.desk.drafts(shop.workspace).get("flow", slug)
    document = draft.document
    for place, id_ in enumerate(("again", "gone")):
        unit = {"amount": 1, "unit": "hours"} if id_ == "again" else {"amount": 9, "unit": "days"}
        document["blocks"].append({**block(id_, "wait", **unit), "position": {"x": 0, "y": 390 + 130 * place}})
    document["links"] += [link("mail", "again"), link("again", "gone")]
    now = shop.house.clock.now()
    shop.house.desk.drafts(shop.workspace).save("flow", slug, document, draft.rev, "nok@example.com", now, "Live")
    publish(shop.house, shop.workspace, slug, "nok@example.com")
    stage.happens(event(shop, slug), "dewi@example.com")
    for _ in range(2):
        dewi = {one.id: one.hops for one in stage.all_runs() if one.state == "open" and one.block in ("wait", "again")}
        skip_wait(shop.house, shop.workspace, dewi, "Nok")
    page = open_flow(shop, slug)
    card(page, "Wait 9 days").click()
    page.keyboard.press("Delete")
    card(page, "Wait 9 days").wait_for(state="detached")
    page.get_by_role("button", name="Publish").click()
    row = page.get_by_role("dialog").locator(".fe-insider")
    there = row.get_by_role("button", name="Wait 1 hour, after “Your tea is waiting”")
    there.click()
    becomes(lambda: there.get_attribute("aria-pressed"), "true")
    becomes(row.get_by_role("combobox").input_value, "to:again")
    row.get_by_role("combobox").select_option(label="Leave the Flow")
    becomes(lambda: there.get_attribute("aria-pressed"), "false")
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    page.get_by_text("Published. 1 person leaves the Flow.").wait_for()


def test_a_flow_is_paused_and_goes_on(live: Any, open_flow: Open) -> None:
    shop, slug, _ = live
    page = open_flow(shop, slug)
    choose(page.get_by_role("button", name="More"), "Pause")
    page.get_by_text("Paused. People go on inside, but nothing is sent: their Messages are kept.").wait_for()
    page.locator(".cw-top .cw-state.is-paused").wait_for()
    assert state(shop, slug) == "paused"
    page.locator(".cw-toast").get_by_role("button", name="Undo").click()
    page.locator(".cw-top .cw-state.is-live").wait_for()
    becomes(lambda: state(shop, slug), "live")


def test_who_publishes_a_paused_flow_is_not_told_any_more_that_it_is_paused(live: Any, open_flow: Open) -> None:
    shop, slug, _ = live
    page = open_flow(shop, slug)
    page.get_by_role("switch", name="Live").click()
    page.get_by_text("Paused. People go on inside, but nothing is sent: their Messages are kept.").wait_for()
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    page.locator(".cw-toast", has_text="Published.").wait_for()
    assert page.locator(".cw-toast").count() == 1
    assert state(shop, slug) == "live"


def test_who_publishes_a_paused_flow_says_what_becomes_of_what_came_due(live: Any, open_flow: Open) -> None:
    shop, slug, stage = live
    stage.happens(event(shop, slug), "dewi@example.com")
    pause(shop.house, shop.workspace, slug)
    dewi = {one.id: one.hops for one in stage.all_runs() if one.state == "open" and one.block == "wait"}
    skip_wait(shop.house, shop.workspace, dewi, "Nok")
    assert overdue(shop.house, shop.workspace, slug) == 1
    page = open_flow(shop, slug)
    page.get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("heading", name="1 Message came due meanwhile").wait_for()
    dialog.get_by_role("radio", name="Spread out").click()
    dialog.get_by_label("Hours").fill("0")
    dialog.get_by_text("Type a number of hours from 1 to").wait_for()
    assert dialog.get_by_role("button", name="Publish").is_disabled()
    dialog.get_by_role("radio", name="Skip").click()
    dialog.get_by_role("button", name="Publish").click()
    page.locator(".cw-toast", has_text="Published. 1 Message is not sent.").wait_for()
    assert state(shop, slug) == "live"
    with shop.house.ledger.read(shop.workspace) as tx:
        waited = tx.all(select(message.c.state, message.c.code).where(tx.mine(message)).order_by(message.c.id.desc()))
    assert (waited[0].state, waited[0].code) == ("skipped", "skipped_on_resume")


def test_the_switch_in_the_bar_does_the_same(live: Any, open_flow: Open) -> None:
    shop, slug, _ = live
    page = open_flow(shop, slug)
    page.get_by_role("switch", name="Live").click()
    page.locator(".cw-top .cw-state.is-paused").wait_for()
    becomes(lambda: page.get_by_role("switch", name="Live").get_attribute("aria-checked"), "false")
    assert state(shop, slug) == "paused"


def test_a_flow_is_taken_along_as_a_file(live: Any, open_flow: Open) -> None:
    shop, slug, _ = live
    page = open_flow(shop, slug)
    with page.expect_download() as download:
        choose(page.get_by_role("button", name="More"), "Download as a file")
    assert download.value.suggested_filename == f"{slug}.json"
    assert (
        as_json(download.value.path())["blocks"] == Flow.model_validate(shop.draft(slug).document).to_json()["blocks"]
    )


def test_the_preview_lights_the_way_one_chooses(shop_with_web: Shop, open_flow: Open) -> None:
    document = two_steps()
    document["blocks"] += [
        {**block("split", "branch", rule={"kind": "did", "event": "Order placed"}), "position": {"x": 0, "y": 240}},
        {**block("mail", "send_email", email="tea"), "position": {"x": -140, "y": 420}},
        {**block("tag", "update_contact", change="add_tag", name="late"), "position": {"x": 140, "y": 420}},
    ]
    document["links"] += [link("wait", "split"), link("split", "mail", "yes"), link("split", "tag", "no")]
    page = open_flow(shop_with_web, shop_with_web.new_flow("Preview", document))
    page.get_by_role("button", name="Preview").click()
    side = panel(page)
    side.get_by_role("heading", name="What they go through").wait_for()
    side.get_by_text("Open the e-mail").wait_for()
    page.locator('[data-block="tag"].is-dim').wait_for()
    page.locator('[data-block="mail"].is-path').wait_for()
    side.get_by_role("button", name="No").click()
    page.locator('[data-block="tag"].is-path').wait_for()
    page.locator('[data-block="mail"].is-dim').wait_for()
    side.get_by_role("button", name="Close").click()
    page.locator(".is-dim").first.wait_for(state="detached")
    becomes(page.locator(".cw-block.is-path").count, 0)


def test_whom_it_begins_with_is_chosen_and_said_before_it_is_published(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    stage = Stage(shop.house, shop.workspace, shop.house.clock)  # type: ignore[arg-type]
    publish_segment(stage, "tasters", did("Tea tasted"), "Tasters")
    for who in ("dewi@example.com", "somchai@example.com"):
        stage.happens("Tea tasted", who)
    blocks = [block("tasters", "segment_trigger", segment="tasters"), block("mail", "send_email", email="tea")]
    for place, one in enumerate(blocks):
        one["position"] = {"x": 0, "y": 130 * place}
    slug = shop.new_flow("Tasters", {"format": 1, "blocks": blocks, "links": [link("tasters", "mail")]})
    page = open_flow(shop, slug)
    page.get_by_role("button", name="Publish", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("2 match today and are not included").wait_for()
    dialog.get_by_role("button", name="Not yet").click()
    card(page, "When someone enters “Tasters”").click()
    panel(page).get_by_label("When it is published").select_option("Only those who match now")
    card(page, "Only who is in “Tasters” at publishing").wait_for()
    page.get_by_role("button", name="Publish", exact=True).click()
    dialog.get_by_text("2 Contacts enter now, nobody later").wait_for()
    dialog.get_by_role("button", name="Publish").click()
    page.get_by_text("Published. Those who match now are coming in.").wait_for()
    stage.work()
    becomes(lambda: number(page, "tasters"), "2")


def test_what_is_counted_beside_a_wait_is_whole_or_left_out(live: Any, open_flow: Open) -> None:
    shop, slug, stage = live
    hannah = users.first(shop.house)
    users.set_language(shop.house, hannah.id, "id")
    page = open_flow(shop, slug)
    users.set_language(shop.house, hannah.id, "en")
    stage.happens(event(shop, slug), "dewi@example.com")
    becomes(lambda: number(page, "wait"), "1")
    counted = page.locator('[data-block="wait"] .wait')
    assert counted.get_attribute("title") == "1 menunggu"
    # "Tunggu 1 jam" leaves no room for the word beside it.
    line, word = counted.bounding_box(), counted.locator(".fc-of").bounding_box()
    assert word["x"] + word["width"] <= line["x"] + line["width"] or word["y"] >= line["y"] + line["height"]
    assert counted.locator(".fc-of").evaluate("word => word.scrollWidth <= word.clientWidth")


def test_into_a_flow_that_starts_by_hand_people_are_added_as_soon_as_it_is_published(
    shop_with_web: Shop, open_flow: Open
) -> None:
    shop = shop_with_web
    asked = in_a_row(block("added", "added_trigger"), block("wait", "wait", amount=9, unit="days"))
    for number, one in enumerate(asked["blocks"]):
        one["position"] = {"x": 0, "y": 150 * number}
    slug = shop.new_flow("Tasting", {"format": 1, "name": "Tasting", **asked})
    page = open_flow(shop, slug)
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("dialog").get_by_text("It starts for those whom you add.").wait_for()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    toast = page.locator(".cw-toast", has_text="Published. It starts for those whom you add.")
    toast.get_by_role("button", name="Add people").click()
    page.get_by_role("dialog").get_by_text("Add people to “Tasting”").wait_for()
    page.keyboard.press("Escape")
    closed(page)
    choose(page.get_by_role("button", name="More"), "Add people")
    page.get_by_role("dialog").get_by_text("Add people to “Tasting”").wait_for()
