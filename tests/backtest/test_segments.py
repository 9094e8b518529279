"""Segments, lists and e-mails that people got, in a play of the past."""

from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select

from blocks.flow import Flow
from builder.backtest.said import left_out
from runtime.backtest import backtest
from runtime.clock import DAY, HOUR, SetClock
from runtime.engine.publishing.publish import publish
from runtime.house import House
from runtime.ledger.tables import contact, identity
from runtime.segments.publish import publish as publish_segment
from runtime.words import words
from tests.backtest.test_backtest import BUDI, DEWI, SOMCHAI, Week

BUYERS = {"kind": "in_segment", "segment": "buyers"}


@pytest.fixture
def week(house: House, shop: int, clock: SetClock) -> Week:
    """Dewi and Somchai left a cart, Dewi has ordered; a segment of buyers was made today, and an empty list."""
    week = Week(house, shop, clock)
    for day, who in ((16, DEWI), (17, SOMCHAI)):
        week.on(day, "10:00", "Checkout started", who, "yes")
    week.on(18, "10:00", "Order placed", DEWI)
    ordered = {"kind": "did", "event": "Order placed", "window": {"kind": "ever"}}
    for slug, rule in (("buyers", ordered), ("club", None)):
        document = {"format": 1, "name": slug.title(), "rule": rule}
        house.desk.drafts(shop).put("segment", slug, slug.title(), document, "Nok", clock.now())
        publish_segment(house, shop, slug, "Nok")
    week.work()
    return week


def flow(week: Week, trigger: dict[str, Any], *between: dict[str, Any], **more: Any) -> Flow:
    """A trigger, some blocks, and an e-mail behind them."""
    mail = {"kind": "send_email", "settings": {"email": week.email}}
    blocks = [{"id": str(place), **one} for place, one in enumerate((trigger, *between, mail))]
    links = [
        {"from": a["id"], "outlet": "yes" if a["kind"] == "branch" else "next", "to": b["id"]}
        for a, b in pairwise(blocks)
    ]
    return Flow.model_validate({"name": "Draft", "blocks": blocks, "links": links, **more})


def happens(event: str) -> dict[str, Any]:
    return {"kind": "event_trigger", "settings": {"event": event}}


def asks(rule: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "branch", "settings": {"rule": rule}}


def test_who_is_in_a_segment_today_was_always_in_it(week: Week) -> None:
    played = week.play(flow(week, happens("Checkout started"), asks(BUYERS))).draft
    assert (played.entered, [one.name for one in played.most_mailed]) == (2, ["Dewi"])
    day = {"kind": "wait", "settings": {"amount": 1, "unit": "days"}}
    played = week.play(flow(week, happens("Checkout started"), day, exits=[{"rule": BUYERS}])).draft
    assert [one.name for one in played.most_mailed] == ["Somchai"]


def test_who_entered_it_then_starts_a_flow_and_a_list_fills_in_the_play(week: Week) -> None:
    week.happened("Order placed", SOMCHAI)
    week.clock.advance(days=1)
    enters = {"kind": "segment_trigger", "settings": {"segment": "buyers", "move": "enters"}}
    put = {"kind": "list_member", "settings": {"segment": "club"}}
    on_it = asks({"kind": "in_segment", "segment": "club"})
    before = week.rows()
    played = week.play(flow(week, enters, put, on_it), days=2).draft
    assert (played.entered, [one.name for one in played.most_mailed]) == (1, ["Somchai"])
    assert week.rows() == before, "nobody is on the real list"


def test_which_e_mail_somebody_really_got_is_known(week: Week) -> None:
    desk, start = week.house.desk.drafts(week.shop), week.clock.now()
    live = flow(week, happens("Checkout started"))
    desk.put("flow", week.slug, "Live", live.to_json(), "Nok", start)
    publish(week.house, week.shop, week.slug, "Nok")
    week.happened("Account created", DEWI)
    week.clock.advance(hours=1)
    week.happened("Checkout started", DEWI)
    week.happened("Checkout started", BUDI)  # never agreed: it is skipped
    week.clock.advance(hours=1)
    for who in (DEWI, BUDI, SOMCHAI):
        week.happened("Account created", who, says="yes")
    week.clock.advance(hours=1)

    def mailed(rule: dict[str, Any], after: int = start) -> list[str]:
        draft, now = flow(week, happens("Account created"), asks({"kind": "got", **rule})), week.clock.now()
        told = backtest(week.house, week.shop, "draft", draft, after, now)
        return [one.name for one in told.draft.most_mailed]

    assert mailed({"email": week.email}) == ["Dewi"]
    assert mailed({"what": "skipped"}) == ["Budi"]
    assert mailed({"email": week.email}, start + DAY // 16) == ["Dewi"], "what went out before the beginning counts"
    other = next(one.slug for one in desk.list("email") if one.slug != week.email)
    assert mailed({"email": other}) == []


def test_a_schedule_comes_for_those_who_are_in_the_segment(week: Week) -> None:
    with week.house.ledger.write(week.shop) as tx:
        mine = select(identity.c.contact).where(identity.c.value == DEWI)
        tx.execute(contact.update().where(contact.c.id.in_(mine)).values(created_at=0))
    schedule = {"segment": "buyers", "repeat": "weekly", "weekdays": [4], "at": "10:00"}
    played = week.play(flow(week, {"kind": "schedule_trigger", "settings": schedule})).draft
    assert (played.entered, [one.name for one in played.most_mailed]) == (1, ["Dewi"])
    everywhere = schedule | {"clocks": "own"}
    played = week.play(flow(week, {"kind": "schedule_trigger", "settings": everywhere})).draft
    assert (played.entered, [one.name for one in played.most_mailed]) == (1, ["Dewi"])
    daily = {"to": "everybody", "repeat": "daily"}
    played = week.play(flow(week, {"kind": "schedule_trigger", "settings": daily})).draft
    assert (played.entered, played.people) == (7, 1), "Somchai was not there yet on the first day"


def test_who_is_in_no_play_is_said_beside_what_really_went_out(week: Week) -> None:
    """Dewi is let in at publishing and gets a letter a day later, which no play knows of."""
    matched = {"segment": "buyers", "begin_with": "now_and_later"}
    live = flow(
        week,
        {"kind": "segment_trigger", "settings": matched},
        {"kind": "wait", "settings": {"amount": 1, "unit": "days"}},
    )
    week.house.desk.drafts(week.shop).put("flow", week.slug, "Live", live.to_json(), "Nok", week.clock.now())
    publish(week.house, week.shop, week.slug, "Nok")
    week.work()
    published = week.clock.now()
    week.clock.advance(hours=30)
    week.work()
    week.clock.advance(hours=1)
    told = week.play(live, days=2)
    assert (told.draft.sent, told.really_sent, told.let_in, told.were_inside) == (0, 1, 1, 0)
    assert left_out(told, words("en")) == ["1 person whom it let in at publishing is not played."]
    since = backtest(week.house, week.shop, week.slug, live, published + HOUR, week.clock.now())
    assert (since.let_in, since.were_inside) == (0, 1)
    assert left_out(since, words("en")) == ["1 person who was inside at the beginning is not played."]
