"""With whom a flow begins when it is published: those who match later, now, or both; each once, in this flow alone."""

from typing import Any

import pytest
from sqlalchemy import select

from blocks.beginning import INCLUDED
from blocks.contract import Known
from blocks.flow import Flow
from blocks.triggers.quiet_trigger import QuietTrigger
from blocks.values import micros
from runtime.clock import SetClock
from runtime.engine.entries import beginnings
from runtime.engine.programs import Programs
from runtime.engine.publishing.publish import archive, finish, pause, release, resume
from runtime.engine.work import Engine, one_batch
from runtime.insight.beginnings import begun, said, starts
from runtime.insight.why import why
from runtime.ledger.tables import beginning, event, flow, run
from runtime.words import words
from tests.blocks.facts import utc
from tests.engine.stage import Stage, block, in_a_row
from tests.segments.stage import did, publish_segment

DEWI, BUDI, NOK, HANNAH = (f"{name}@example.com" for name in ("dewi", "budi", "nok", "hannah"))


def thanks(begin_with: str = "now_and_later", **settings: Any) -> dict[str, Any]:
    """A thank-you to buyers."""
    return in_a_row(
        block("buyers", "segment_trigger", segment="buyers", begin_with=begin_with, **settings),
        block("day", "wait", amount=1, unit="days"),
        block("thanks", "send_email", email="thanks"),
    )


def wins_back(begin_with: str = "now_and_later", **settings: Any) -> dict[str, Any]:
    """A message to those who have not ordered for 90 days."""
    chosen = {"event": "Order placed", "amount": 90, "unit": "days", "begin_with": begin_with, **settings}
    return in_a_row(block("quiet", "quiet_trigger", **chosen), block("miss", "send_email", email="we-miss-you"))


@pytest.fixture(autouse=True)
def november(stage: Stage, clock: SetClock) -> None:
    """It is 21 November 2026. Dewi and Budi have bought, Nok has not."""
    clock.set(micros(utc("2026-11-21T09:00")))
    publish_segment(stage, "buyers", did("Order placed"), "Buyers")
    for who in (DEWI, BUDI):
        stage.happens("Order placed", who)
    stage.happens("Account created", NOK)


def entered(stage: Stage, *whom: str) -> list[int]:
    """How many runs each of them has had."""
    return [len(stage.runs(who)) for who in whom]


def numbers(stage: Stage, document: dict[str, Any], slug: str = "flow") -> list[str]:
    """What is said before it is published."""
    found = starts(stage.house, stage.shop, slug, Flow.model_validate({"name": slug, **document}))
    return [words("en").text(one) for one in said(found, Known(segments={"buyers": "Buyers"}), "Asia/Bangkok")]


@pytest.mark.parametrize(("begin_with", "now", "later"), [("later", 0, 1), ("now_and_later", 1, 1), ("only_now", 1, 0)])
def test_members_enter_now_or_later_as_chosen(stage: Stage, begin_with: str, now: int, later: int) -> None:
    stage.publish(thanks(begin_with))
    stage.work()
    assert entered(stage, DEWI, BUDI, NOK) == [now, now, 0]
    stage.after(days=2)
    stage.happens("Order placed", NOK)
    stage.after(days=2)
    assert entered(stage, DEWI, BUDI, NOK) == [now, now, later]


@pytest.mark.parametrize(("begin_with", "now", "later"), [("later", 0, 1), ("now_and_later", 1, 1), ("only_now", 1, 0)])
def test_who_is_quiet_already_enters_now_or_not_as_chosen(stage: Stage, begin_with: str, now: int, later: int) -> None:
    stage.after(days=50)
    stage.happens("Order placed", BUDI)
    stage.after(days=60)
    stage.publish(wins_back(begin_with))
    stage.work()
    assert entered(stage, DEWI, BUDI, NOK) == [now, 0, 0]
    stage.after(days=200)
    assert entered(stage, DEWI, BUDI, NOK) == [now, later, 0], "one silence, one run"


def test_the_numbers_are_said_beforehand_and_come_true(stage: Stage) -> None:
    stage.clock.set(micros(utc("2026-12-02T09:00")))
    assert numbers(stage, thanks("later")) == ["0 now, about 1 a month; 2 match today and are not included"]
    assert numbers(stage, thanks()) == ["2 Contacts enter now, about 1 a month"]
    assert numbers(stage, thanks("only_now")) == ["2 Contacts enter now, nobody later"]
    city = {"kind": "field", "of": "contact", "field": "city", "value": "Chiang Mai"}
    stage.happens("Profile filled in", DEWI, fields={"city": "Chiang Mai"})
    assert numbers(stage, thanks("only_now", where=city)) == ["1 Contact enters now, nobody later"]
    stage.publish(thanks("only_now", where=city))
    stage.work()
    assert entered(stage, DEWI, BUDI, NOK) == [1, 0, 0]
    said_then = "0 now, nobody later; those who matched on 2 Dec 2026, 16:00 have been let in already"
    assert numbers(stage, thanks("only_now", where=city)) == [said_then]


def test_the_numbers_of_silence(stage: Stage) -> None:
    stage.after(days=70)
    stage.happens("Order placed", BUDI)
    assert numbers(stage, wins_back("later")) == ["0 now, about 1 a month; nobody matches today"]
    stage.after(days=21)
    assert numbers(stage, wins_back("later")) == ["0 now, less than 1 a month; 1 matches today and is not included"]
    assert numbers(stage, wins_back("only_now")) == ["1 Contact enters now, nobody later"]
    # Of silence about anything, and in months.
    assert numbers(stage, wins_back("only_now", event="", amount=2, unit="months")) == [
        "2 Contacts enter now, nobody later"
    ]


def test_a_filter_that_only_a_run_can_answer_is_said_to_be_at_most(stage: Stage) -> None:
    named = {"kind": "field", "of": "event", "field": "segment", "value": "buyers"}
    assert numbers(stage, thanks("only_now", where=named)) == ["2 Contacts at most enter now, nobody later"]


def test_several_triggers_are_told_apart(stage: Stage) -> None:
    document = thanks("only_now")
    document["blocks"].append(block("left", "segment_trigger", segment="buyers", move="leaves", begin_with="only_now"))
    document["blocks"].append(block("quiet", "quiet_trigger", event="Order placed", amount=90, begin_with="only_now"))
    assert numbers(stage, document) == [
        "Only who is in “Buyers” at publishing: 2 Contacts enter now, nobody later",
        "Only who has placed no order for 90 days at publishing: 0 Contacts enter now, nobody later",
    ]


def test_it_is_meant_for_one_flow_and_starts_no_other(stage: Stage) -> None:
    stage.publish(thanks("later"), "waiting")
    stage.publish(thanks(), "another")
    stage.work()
    stage.publish(thanks(), "mine")
    stage.work()
    assert entered(stage, DEWI) == [2]
    with stage.house.ledger.read(stage.shop) as tx:
        names = [row.name for row in tx.all(select(event.c.name).where(event.c.contact == stage.contact(DEWI).id))]
    assert (names.count("Entered segment"), names.count(INCLUDED)) == (0, 2)


def test_a_later_version_does_not_begin_with_them_again(stage: Stage) -> None:
    stage.publish(thanks())
    stage.after(days=3)
    stage.publish(thanks())
    stage.after(days=3)
    assert entered(stage, DEWI, BUDI) == [1, 1]
    # Chosen again, after a version that did not say so.
    stage.publish(thanks("later"))
    stage.after(days=1)
    stage.publish(thanks())
    stage.after(days=3)
    assert entered(stage, DEWI, BUDI) == [2, 2]


def test_a_flow_from_the_archive_begins_anew(stage: Stage) -> None:
    document = Flow.model_validate({"name": "flow", **in_a_row(block("buyers", "segment_trigger", segment="buyers"))})
    blocks = (document.blocks[0].model_copy(update={"settings": {"segment": "buyers", "begin_with": "only_now"}}),)
    document = document.model_copy(update={"blocks": blocks})
    for _ in range(2):
        release(stage.house, stage.shop, "flow", document, [], "Nok")
        stage.work()
    assert entered(stage, DEWI) == [1]
    archive(stage.house, stage.shop, "flow")
    assert starts(stage.house, stage.shop, "flow", document)[0].begun_at is None
    stage.after(minutes=1)
    release(stage.house, stage.shop, "flow", document, [], "Nok")
    stage.work()
    assert entered(stage, DEWI) == [2]


def test_who_is_inside_or_may_not_come_back_does_not_enter_again(stage: Stage) -> None:
    stage.publish(thanks("later"))
    stage.happens("Order placed", HANNAH)
    assert stage.runs(HANNAH) == [("day", "open")]
    stage.clock.set(stage.clock.now() + 3_600_000_000)
    stage.publish({**thanks(), "entry": {"again": "never"}})
    assert numbers(stage, {**thanks(), "entry": {"again": "never"}})[0].startswith("0 now")
    stage.work()
    assert stage.runs(HANNAH) == [("day", "open")]
    assert "restarted" not in [code for _, _, code in stage.steps(HANNAH)]
    assert entered(stage, DEWI, BUDI) == [1, 1]
    stage.after(days=2)
    stage.publish({**thanks("later"), "entry": {"again": "never"}})
    again = {**thanks(), "entry": {"again": "never"}}
    assert numbers(stage, again) == ["0 Contacts enter now, about 2 a month"]
    stage.publish(again)
    stage.after(days=2)
    assert entered(stage, DEWI, BUDI, HANNAH) == [1, 1, 1]


def test_who_enters_the_segment_after_publishing_enters_once(stage: Stage) -> None:
    """By the event of entering, and not once more as one who was there already."""
    stage.publish({**thanks(), "blocks": thanks()["blocks"][:1], "links": []})
    stage.clock.set(stage.clock.now() + 1)
    stage.arrives("Order placed", NOK)
    stage.work()
    assert entered(stage, DEWI, NOK) == [1, 1]


def test_a_segment_published_a_moment_before(stage: Stage) -> None:
    """Who is in it is still being found out."""
    publish_segment(stage, "all", {"kind": "all", "rules": []})
    stage.publish(in_a_row(block("all", "segment_trigger", segment="all", begin_with="only_now")))
    stage.clock.set(stage.clock.now() + 1_000_000)
    stage.work()
    assert entered(stage, DEWI, BUDI, NOK) == [1, 1, 1]


@pytest.mark.parametrize("document", [thanks("only_now"), wins_back("only_now")])
def test_killed_in_the_middle_everybody_enters_once(stage: Stage, document: dict[str, Any]) -> None:
    for number in range(40):
        stage.arrives("Order placed", f"c{number}@example.com")
    stage.work()
    stage.after(days=100)
    stage.publish(document)
    for _ in range(30):
        # Each turn is a new engine, and one of two dies before its transaction is over.
        _dies(stage)
        engine = Engine(stage.house)
        engine.at_most = 7
        engine.work()
    stage.work()
    with stage.house.ledger.read(stage.shop) as tx:
        contacts = [row.contact for row in tx.all(select(run.c.contact))]
        (row,) = tx.all(select(beginning))
    assert (len(contacts), len(set(contacts))) == (42, 42)
    assert (row.told, row.done_at) == (42, stage.clock.now())


def _dies(stage: Stage) -> None:
    """A worker that is killed just before it would have committed what it told."""

    def half() -> None:
        with one_batch(stage.house, stage.shop, Programs()) as batch:
            beginnings.bring(batch, Programs(), 7)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half()


def test_a_paused_flow_takes_them_in_and_a_finishing_one_waits(stage: Stage) -> None:
    stage.publish(thanks("only_now"))
    pause(stage.house, stage.shop, "flow")
    stage.work()
    assert entered(stage, DEWI) == [1]
    stage.publish(thanks("only_now"), "other")
    finish(stage.house, stage.shop, "other")
    stage.work()
    assert entered(stage, DEWI) == [1]
    resume(stage.house, stage.shop, "other")
    stage.work()
    assert entered(stage, DEWI) == [2]


def test_how_far_it_is_and_why_somebody_is_not_there(stage: Stage) -> None:
    document = Flow.model_validate({"name": "flow", **thanks("only_now")})
    stage.publish(thanks("only_now"))
    stage.work()
    with stage.house.ledger.read(stage.shop) as tx:
        found = begun(tx, tx.scalar(select(flow.c.id)), document)
        answer = why(tx, stage.contact(NOK).id, "flow", stage.clock.now())
    assert found is not None
    assert (found.told, found.more, found.last) == (2, False, True)
    assert answer is not None
    looks = [words("en").text(look.what) for look in answer.looks]
    assert looks[0].startswith("They were not among those who matched on 21 Nov 2026")
    assert looks[1] == "Nobody enters later than those who matched when it was published"


def test_what_it_begins_with_makes_no_other_occasion() -> None:
    """Else a change of it would begin all silences anew."""
    chosen = [QuietTrigger.model_validate({"begin_with": how}) for how in ("later", "now_and_later", "only_now")]
    assert len({one.occasion() for one in chosen}) == 1
    assert chosen[0].occasion() == "2e823ca8c15a5cf3b7d5be60"
