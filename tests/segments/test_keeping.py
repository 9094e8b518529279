"""Who is in a segment, as things happen and as time passes."""

import pytest
from sqlalchemy import func, select

from blocks.phrase import Phrase, load_arg
from builder.segment_list.entries import entries
from runtime.clock import DAY
from runtime.engine.publishing.publish import archive, finish, resume
from runtime.ledger.tables import flow, member, review, step
from runtime.people import consent, erasure
from runtime.segments import lists, publish
from runtime.segments.publish import InUse, NotPublishable
from runtime.words import words
from tests.engine.stage import block, in_a_row
from tests.segments.stage import SegmentStage, did, draft_segment, is_

DEWI, BUDI, NOK = "dewi@example.com", "budi@example.com", "nok@example.com"
IN, OUT = "Entered segment", "Left segment"


def test_who_is_in_it_when_it_is_published_enters_silently(stage: SegmentStage) -> None:
    stage.happens("Order placed", DEWI)
    stage.happens("Checkout started", BUDI)
    stage.segment("buyers", did("Order placed"))
    assert stage.inside("buyers") == ["dewi"]
    assert stage.crossed() == []


def test_who_comes_later_enters_by_an_event_that_flows_can_start_at(stage: SegmentStage) -> None:
    stage.segment("buyers", did("Order placed"), "Buyers")
    welcome = block("in", "segment_trigger", segment="buyers", move="enters")
    stage.publish(in_a_row(welcome, block("mail", "send_email", email="welcome")))
    stage.happens("Order placed", DEWI)
    stage.happens("Order placed", DEWI)
    assert stage.crossed() == [("dewi", IN, "buyers")]
    assert stage.messages(DEWI) == [("mail", "queued")]


def test_a_field_that_changes_moves_them_out_again(stage: SegmentStage) -> None:
    stage.segment("bangkok", is_("city", "Bangkok"))
    stage.happens("Signed up", DEWI, fields={"city": "BANGKOK"})
    assert stage.inside("bangkok") == ["dewi"]
    stage.happens("Moved", DEWI, fields={"city": "Chiang Rai"})
    assert stage.inside("bangkok") == []
    assert stage.crossed() == [("dewi", IN, "bangkok"), ("dewi", OUT, "bangkok")]


def test_time_alone_moves_them_when_the_window_has_passed(stage: SegmentStage) -> None:
    stage.segment("recent", did("Order placed", days=30))
    stage.segment("lapsed", {"kind": "all", "rules": [did("Order placed"), did("Order placed", days=30, negate=True)]})
    stage.happens("Order placed", DEWI)
    stage.after(days=29)
    stage.happens("Order placed", BUDI)
    assert (stage.inside("recent"), stage.inside("lapsed")) == (["budi", "dewi"], [])
    stage.after(days=1)
    assert stage.inside("lapsed") == [], "30 × 24 h to the microsecond still counts"
    stage.after(seconds=1)
    assert (stage.inside("recent"), stage.inside("lapsed")) == (["budi"], ["dewi"])
    stage.after(days=30)
    assert (stage.inside("recent"), stage.inside("lapsed")) == ([], ["budi", "dewi"])


def test_a_date_of_theirs_comes_and_goes(stage: SegmentStage) -> None:
    stage.segment("just-renewed", is_("renewal", 7, op="in_last_days"))
    stage.happens("Signed up", DEWI, fields={"renewal": "2026-11-25"})
    assert stage.inside("just-renewed") == []
    stage.after(days=4)
    assert stage.inside("just-renewed") == ["dewi"]
    stage.after(days=8)
    assert stage.inside("just-renewed") == []
    with stage.house.ledger.read(stage.shop) as tx:
        assert tx.scalar(select(func.count()).select_from(review)) == 0, "nothing is left to wait for"


def test_of_at_least_twice_the_second_latest_decides(stage: SegmentStage) -> None:
    stage.segment("twice", did("Order placed", days=10, times=2))
    stage.happens("Order placed", DEWI)
    stage.after(days=4)
    stage.happens("Order placed", DEWI)
    stage.after(days=5)
    stage.happens("Order placed", DEWI)
    stage.after(days=2)
    assert stage.inside("twice") == ["dewi"], "the first is out of the window, the other two are not"
    stage.after(days=4)
    assert stage.inside("twice") == []


def test_a_segment_of_segments_follows(stage: SegmentStage) -> None:
    stage.segment("buyers", did("Order placed"))
    stage.segment("club", None)
    both = [{"kind": "in_segment", "segment": "buyers"}, {"kind": "in_segment", "segment": "club"}]
    stage.segment("buyers-in-club", {"kind": "all", "rules": both})
    stage.happens("Order placed", DEWI)
    assert stage.inside("buyers-in-club") == []
    with stage.house.ledger.write(stage.shop) as tx:
        assert lists.put_on(tx, "club", [stage.contact(DEWI).id], stage.clock.now()) == 1
    stage.work()
    assert stage.inside("buyers-in-club") == ["dewi"]
    stage.segment("buyers", did("Subscribed"))
    assert (stage.inside("buyers"), stage.inside("buyers-in-club")) == ([], [])
    assert [one for one in stage.crossed() if one[1] == OUT] == [], "what publishing changes is not told"


def test_a_flow_puts_on_a_list_and_sees_it_at_once(stage: SegmentStage) -> None:
    stage.segment("club", None, "Tea club")
    put = block("put", "list_member", segment="club")
    asked = block("asked", "branch", rule={"kind": "in_segment", "segment": "club"})
    flow = in_a_row(block("order", "event_trigger", event="Order placed"), put, asked)
    flow["blocks"].append(block("mail", "send_email", email="welcome"))
    flow["links"].append({"from": "asked", "outlet": "yes", "to": "mail"})
    stage.publish(flow)
    stage.happens("Order placed", DEWI)
    stage.happens("Order placed", DEWI)
    assert stage.inside("club") == ["dewi"]
    assert stage.crossed() == [("dewi", IN, "club")]
    assert stage.messages(DEWI) == [("mail", "queued")] * 2


def test_nobody_is_put_on_by_hand_where_a_rule_says_who_is_in(stage: SegmentStage) -> None:
    stage.segment("buyers", did("Order placed"))
    stage.happens("Order placed", DEWI)
    with stage.house.ledger.write(stage.shop) as tx, pytest.raises(lists.NotAList):
        lists.put_on(tx, "buyers", [stage.contact(DEWI).id], stage.clock.now())


def test_flows_and_segments_that_set_one_another_off_come_to_rest(stage: SegmentStage) -> None:
    stage.segment("tagged", is_("tags[]", "tea"))
    tag, untag = (block("change", "update_contact", change=change, name="tea") for change in ("add_tag", "remove_tag"))
    stage.publish(in_a_row(block("in", "segment_trigger", segment="tagged", move="enters"), untag), "untag")
    stage.publish(in_a_row(block("out", "segment_trigger", segment="tagged", move="leaves"), tag), "tag")
    stage.happens("Signed up", DEWI, fields={"tags": ["tea"]})
    assert 4 <= len(stage.crossed()) <= 8


def test_who_agreed_can_be_reached_and_who_said_no_or_is_suppressed_no_more(stage: SegmentStage) -> None:
    stage.segment("reachable", {"kind": "reachable", "channel": "email"})
    stage.happens("Signed up", DEWI)
    assert stage.inside("reachable") == []

    def answers(answer: consent.Answer) -> None:
        with stage.house.ledger.write(stage.shop) as tx:
            consent.record(tx, stage.contact(DEWI).id, "email", answer, stage.clock.now(), "form")
        stage.work()

    answers("yes")
    assert stage.inside("reachable") == ["dewi"]
    answers("no")
    assert stage.inside("reachable") == []
    answers("yes")
    assert stage.inside("reachable") == ["dewi"]
    with stage.house.ledger.write(stage.shop) as tx:
        consent.suppress(tx, "email", DEWI, "manual", stage.clock.now())
    stage.work()
    assert stage.inside("reachable") == []


def test_several_hundred_are_looked_at_some_at_a_time(stage: SegmentStage) -> None:
    for number in range(250):
        stage.arrives("Order placed", f"c{number}@example.com")
    stage.work()
    stage.segment("buyers", did("Order placed", days=30), work=False)
    assert stage.inside("buyers") == []
    stage.engine.work()
    assert 0 < len(stage.inside("buyers")) <= 100
    stage.work()
    assert len(stage.inside("buyers")) == 250
    stage.clock.set(stage.clock.now() + 31 * DAY)
    stage.work()
    assert stage.inside("buyers") == []
    assert len(stage.crossed()) == 250


def test_an_archived_segment_holds_nobody_and_one_in_use_is_not_archived(stage: SegmentStage) -> None:
    stage.segment("buyers", did("Order placed"))
    stage.segment("big", {"kind": "in_segment", "segment": "buyers"}, "Big buyers")
    stage.publish(in_a_row(block("in", "segment_trigger", segment="big", move="enters")), "Thanks")
    with pytest.raises(InUse) as used:
        publish.archive(stage.house, stage.shop, "buyers", "Nok")
    assert used.value.users == ("Big buyers",)
    with pytest.raises(InUse) as used:
        publish.archive(stage.house, stage.shop, "big", "Nok")
    assert used.value.users == ("Thanks",)
    stage.publish(in_a_row(block("in", "event_trigger", event="Order placed")), "Thanks")
    publish.archive(stage.house, stage.shop, "big", "Nok")
    publish.archive(stage.house, stage.shop, "buyers", "Nok")
    stage.happens("Order placed", DEWI)
    assert stage.crossed() == []


def test_a_circle_is_refused_and_named(stage: SegmentStage) -> None:
    stage.segment("a", did("Order placed"), "First")
    stage.segment("b", {"kind": "in_segment", "segment": "a"}, "Second")
    draft_segment(stage, "a", {"kind": "in_segment", "segment": "b"}, "First")
    with pytest.raises(NotPublishable) as refused:
        publish.publish(stage.house, stage.shop, "a", "Nok")
    (problem,) = refused.value.problems
    assert problem.code == "circle"


def test_of_two_that_name_each_other_and_are_published_at_once_one_is_refused(
    stage: SegmentStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.segment("a", did("Order placed"), "First")
    draft_segment(stage, "b", {"kind": "in_segment", "segment": "a"}, "Second")
    draft_segment(stage, "a", {"kind": "in_segment", "segment": "b"}, "First")
    monkeypatch.setattr(publish, "check_segment", lambda *_: [])  # both were looked at before either was published
    publish.publish(stage.house, stage.shop, "b", "Nok")
    with pytest.raises(NotPublishable) as refused:
        publish.publish(stage.house, stage.shop, "a", "Nok")
    assert [one.code for one in refused.value.problems] == ["circle"]


def test_since_entering_means_nothing_in_a_segment(stage: SegmentStage) -> None:
    draft_segment(stage, "odd", {"kind": "did", "event": "Order placed"})
    with pytest.raises(NotPublishable) as refused:
        publish.publish(stage.house, stage.shop, "odd", "Nok")
    assert [one.code for one in refused.value.problems] == ["not_for_segments"]


def test_members_are_counted(stage: SegmentStage) -> None:
    stage.happens("Order placed", DEWI)
    stage.segment("buyers", did("Order placed"), "Buyers")
    with stage.house.ledger.read(stage.shop) as tx:
        (one,) = publish.standings(tx)
        assert (one.slug, one.name, one.members, one.rule, one.counting) == ("buyers", "Buyers", 1, True, False)
        assert [contact for contact, _ in publish.members_of(tx, "buyers")] == [stage.contact(DEWI).id]
        assert tx.scalar(select(func.count()).select_from(member)) == 1


def test_of_who_is_erased_nothing_stays_in_a_segment(stage: SegmentStage) -> None:
    stage.segment("recent", did("Order placed", days=30))
    stage.happens("Order placed", DEWI)
    assert stage.inside("recent") == ["dewi"]
    assert erasure.erase(stage.house, stage.shop, stage.contact(DEWI).id, "Nok")
    stage.work()
    with stage.house.ledger.read(stage.shop) as tx:
        for table in (member, review):
            assert tx.scalar(select(func.count()).select_from(table)) == 0


def test_what_was_archived_comes_back_as_it_was(stage: SegmentStage) -> None:
    stage.happens("Order placed", DEWI)
    stage.segment("buyers", did("Order placed"), "Buyers")
    publish.archive(stage.house, stage.shop, "buyers", "Nok")
    assert not _live(stage, "buyers")
    draft_segment(stage, "buyers", did("Newsletter joined"), "Buyers")  # drawn on meanwhile, and not published
    publish.archive(stage.house, stage.shop, "buyers", "Nok")
    publish.bring_back(stage.house, stage.shop, "buyers", "Nok")
    stage.work()
    assert _live(stage, "buyers")
    assert stage.inside("buyers") == ["dewi"]


def test_it_is_said_who_asks_for_which_and_in_which_somebody_is(stage: SegmentStage) -> None:
    stage.happens("Order placed", DEWI)
    stage.segment("buyers", did("Order placed"), "Buyers")
    stage.segment("vip", {"kind": "in_segment", "segment": "buyers"}, "VIP")
    with stage.house.ledger.read(stage.shop) as tx:
        assert publish.users(tx, ["buyers", "vip"]) == {"buyers": ["VIP"], "vip": []}
        assert publish.segments_of(tx, stage.contact(DEWI).id) == [("buyers", "Buyers"), ("vip", "VIP")]
    publish.rename(stage.house, stage.shop, "vip", "Friends of the house", "Nok")
    with stage.house.ledger.read(stage.shop) as tx:
        assert ("vip", "Friends of the house") in publish.segments_of(tx, stage.contact(DEWI).id)


def test_the_reason_why_somebody_left_has_the_name_that_the_segment_has_by_then(stage: SegmentStage) -> None:
    stage.segment("buyers", did("Order placed"), "Buyers")
    wait = in_a_row(block("start", "event_trigger", event="Signed up"), block("week", "wait", amount=7, unit="days"))
    stage.publish({**wait, "exits": [{"rule": {"kind": "in_segment", "segment": "buyers"}}]}, "welcome")
    stage.happens("Signed up", DEWI)
    stage.happens("Signed up", NOK)
    stage.happens("Order placed", DEWI)
    publish.rename(stage.house, stage.shop, "buyers", "Friends of the house", "Nok")
    stage.happens("Order placed", NOK)
    with stage.house.ledger.read(stage.shop) as tx:
        rows = tx.all(step.select().where(tx.mine(step), step.c.code == "exit_rule").order_by(step.c.run))
    said = [words("en").text(Phrase("{rule}", {"rule": load_arg(row.args["rule"])})) for row in rows]
    assert ["Buyers" in said[0], "Friends of the house" in said[1]] == [True, True]


def thanks_buyers(stage: SegmentStage) -> None:
    """A flow that thanks buyers and lets one of three days pass before it asks who still is one."""
    stage.publish(
        in_a_row(
            block("buyers", "segment_trigger", segment="buyers"),
            block("days", "wait", amount=3, unit="days"),
            block("still", "branch", rule={"kind": "in_segment", "segment": "buyers"}),
        ),
        "thanks",
    )


def test_a_flow_that_finishes_still_asks(stage: SegmentStage) -> None:
    stage.segment("buyers", did("Order placed"), "Buyers")
    thanks_buyers(stage)
    stage.happens("Order placed", DEWI)
    finish(stage.house, stage.shop, "thanks")
    with pytest.raises(publish.InUse) as refused:
        publish.delete(stage.house, stage.shop, "buyers", "Nok")
    assert refused.value.users == ("thanks",)
    stage.after(days=4)
    publish.delete(stage.house, stage.shop, "buyers", "Nok")


@pytest.mark.parametrize("state", ["finishing", "archived"])
def test_a_flow_does_not_go_on_with_a_segment_that_was_put_away(stage: SegmentStage, state: str) -> None:
    stage.segment("buyers", did("Order placed"), "Buyers")
    thanks_buyers(stage)
    archive(stage.house, stage.shop, "thanks")
    publish.delete(stage.house, stage.shop, "buyers", "Nok")
    with stage.house.ledger.write(stage.shop) as tx:
        tx.execute(flow.update().values(state=state))
    with pytest.raises(publish.Gone) as refused:
        resume(stage.house, stage.shop, "thanks")
    assert words("en").text(refused.value.phrase) == (
        "It asks for “Buyers”, which is no Segment any more. Bring that back first, or publish the Flow without it."
    )
    publish.bring_back(stage.house, stage.shop, "buyers", "Nok")
    resume(stage.house, stage.shop, "thanks")


def test_the_list_says_as_well_who_asks_for_it_in_a_draft_only(stage: SegmentStage) -> None:
    stage.segment("buyers", did("Order placed"), "Buyers")
    thanks_buyers(stage)
    document = in_a_row(block("buyers", "segment_trigger", segment="buyers"))
    drafts = stage.house.desk.drafts(stage.shop)
    for name in ("thanks", "Win back"):
        drafts.create("flow", name, {"format": 1, "name": name, **document}, "Nok", stage.clock.now())
    (entry,) = entries(stage.house, stage.shop)
    assert (entry.used_in, entry.drawn_in) == (("thanks",), ("Win back",))


def _live(stage: SegmentStage, slug: str) -> bool:
    with stage.house.ledger.read(stage.shop) as tx:
        return publish.is_live(tx, slug)
