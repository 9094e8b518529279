"""Segments, addresses and past e-mails as flows, "Why not?" and rehearsals see them."""

from typing import Any

import pytest

from blocks import read_block
from blocks.contract import Known, UndeclaredRead
from blocks.rules import Got, InSegment
from builder.flow_list.entries import entries
from runtime.engine.lookback.history import History
from runtime.engine.lookback.standpoint import Seen
from runtime.insight.matches import would_take
from runtime.insight.why import why
from runtime.ledger.tables import message, version_mail
from runtime.people import consent
from runtime.people.timeline import timeline
from runtime.words import words
from tests.engine.stage import block, in_a_row
from tests.segments.stage import SegmentStage, did

DEWI, BUDI = "dewi@example.com", "budi@example.com"


def asked(stage: SegmentStage, rule: dict[str, Any]) -> dict[str, str]:
    """The way Dewi and Budi take at a split, when their next event comes."""
    flow = in_a_row(block("in", "event_trigger", event="Asked"), block("split", "branch", rule=rule))
    stage.publish({**flow, "entry": {"again": "always"}}, "asked")
    for who in (DEWI, BUDI):
        stage.happens("Asked", who)
    return {who.split("@")[0]: stage.steps(who)[-1][1] for who in (DEWI, BUDI)}


def test_a_split_asks_who_is_in_a_segment_and_who_can_be_reached(stage: SegmentStage) -> None:
    stage.segment("buyers", did("Order placed"))
    stage.happens("Order placed", DEWI)
    assert asked(stage, {"kind": "in_segment", "segment": "buyers"}) == {"dewi": "yes", "budi": "no"}
    assert asked(stage, {"kind": "reachable", "channel": "email"}) == {"dewi": "no", "budi": "no"}
    with stage.house.ledger.write(stage.shop) as tx:
        for who in (DEWI, BUDI):
            consent.record(tx, stage.contact(who).id, "email", "yes", stage.clock.now(), "form")
        consent.suppress(tx, "email", DEWI, "manual", stage.clock.now())
    assert asked(stage, {"kind": "reachable", "channel": "email"}) == {"dewi": "no", "budi": "yes"}
    assert asked(stage, {"kind": "reachable", "channel": "sms", "negate": True}) == {"dewi": "yes", "budi": "yes"}


def test_a_split_asks_which_e_mail_they_got(stage: SegmentStage) -> None:
    flow = stage.publish(
        in_a_row(block("in", "event_trigger", event="Signed up"), block("mail", "send_email", email="a"))
    )
    stage.happens("Signed up", DEWI)
    stage.happens("Checkout started", BUDI)
    with stage.house.ledger.write(stage.shop) as tx:
        tx.execute(version_mail.update().values(email="welcome"))
        sent = {"state": "sent", "done_at": stage.clock.now()}
        tx.execute(message.update().where(message.c.flow == flow).values(sent))
    assert asked(stage, {"kind": "got", "email": "welcome"}) == {"dewi": "yes", "budi": "no"}
    assert asked(stage, {"kind": "got", "email": "thanks"}) == {"dewi": "no", "budi": "no"}
    assert asked(stage, {"kind": "got", "what": "failed", "negate": True}) == {"dewi": "yes", "budi": "yes"}


def test_what_was_not_declared_cannot_be_read(stage: SegmentStage) -> None:
    stage.happens("Asked", DEWI)
    dewi, history, now = stage.contact(DEWI).id, History(), stage.clock.now()
    with stage.house.ledger.read(stage.shop) as tx:
        history.fetch(tx, [dewi], [InSegment(segment="buyers")], now, now)
    assert history.count(InSegment(segment="buyers"), dewi, Seen(now, now)) == 0
    for leaf in (InSegment(segment="club"), Got()):
        with pytest.raises(UndeclaredRead):
            history.count(leaf, dewi, Seen(now, now))


def test_a_split_counts_its_ways_before_it_is_published(stage: SegmentStage) -> None:
    stage.segment("buyers", did("Order placed"))
    stage.happens("Order placed", DEWI)
    stage.happens("Asked", BUDI)
    found = would_take(
        stage.house, stage.shop, read_block("branch", {"rule": {"kind": "in_segment", "segment": "buyers"}})
    )
    assert found is not None
    assert dict(found.by_outlet) == {"yes": 1, "no": 1}


def test_why_not_says_that_they_were_not_in_the_segment(stage: SegmentStage) -> None:
    stage.segment("buyers", did("Order placed"), "Best buyers")
    rules = [{"kind": "in_segment", "segment": "buyers"}, {"kind": "reachable", "channel": "sms"}, {"kind": "got"}]
    stage.publish(in_a_row(block("in", "event_trigger", event="Asked", where={"kind": "all", "rules": rules})))
    stage.happens("Asked", DEWI)
    with stage.house.ledger.read(stage.shop) as tx:
        found = why(tx, stage.contact(DEWI).id, "flow", stage.clock.now())
    assert found is not None
    assert [words("en").text(reason) for look in found.looks for reason in look.why] == [
        "they are in the Segment “Best buyers”: they were not in it",
        "they can be reached by SMS: there is no address, it is suppressed, or they have not agreed to marketing there",
        "an e-mail was sent to them at any time: there was none",
    ]


def test_a_name_that_nobody_knows_is_a_warning() -> None:
    rules = [{"kind": "in_segment", "segment": "vip"}, {"kind": "got", "email": "welcome"}]
    split = read_block("branch", {"rule": {"kind": "all", "rules": rules}})
    assert [(one.code, one.level) for one in split.problems(Known())] == [
        ("unknown_segment", "warn"),
        ("unknown_email", "warn"),
    ]
    assert split.problems(Known(emails={"welcome": "Welcome"}, segments={"vip": "VIP"})) == []


def test_only_a_list_can_be_put_on() -> None:
    put = read_block("list_member", {"segment": "vip"})
    assert [one.code for one in put.problems(Known())] == ["unknown_list"]
    assert [one.code for one in put.problems(Known(segments={"vip": "VIP"}))] == ["no_list"]
    assert put.problems(Known(segments={"vip": "VIP"}, lists=frozenset({"vip"}))) == []


def test_the_list_of_flows_calls_a_segment_by_its_name(stage: SegmentStage) -> None:
    stage.segment("carts-left", did("Cart left", times=2), "Carts left at least twice")
    document = in_a_row(block("left", "segment_trigger", segment="carts-left"))
    drafts = stage.house.desk.drafts(stage.shop)
    drafts.create("flow", "Twice", {"format": 1, "name": "Twice", **document}, "Nok", stage.clock.now())
    (entry,) = entries(stage.house, stage.shop)
    assert words("en").text(entry.starts) == "When someone enters “Carts left at least twice”"


def test_a_step_in_the_time_line_calls_a_list_by_its_name(stage: SegmentStage) -> None:
    stage.segment("vip", None, "Friends of the house")
    stage.publish(in_a_row(block("in", "event_trigger", event="Asked"), block("on", "list_member", segment="vip")))
    stage.happens("Asked", DEWI)
    with stage.house.ledger.read(stage.shop) as tx:
        told = timeline(tx, stage.contact(DEWI).id)
    assert "Put on the list “Friends of the house”" in [words("en").text(one.what) for one in told]
