"""What is said once a change is published: what becomes of everybody who is inside."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from blocks.contract import Known, Today
from blocks.flow import Flow
from builder.flow_editor.insiders import Fates, Insiders
from builder.flow_editor.publishing import done
from runtime.calendar import CALENDAR
from runtime.engine.publishing.moving import Foreseen, Move
from runtime.engine.publishing.overdue import Choice
from runtime.words import words
from tests.engine.stage import block, in_a_row

JOINED = block("joined", "event_trigger", event="Account created")
LIVE = Flow.model_validate({"name": "Welcome", **in_a_row(JOINED, block("day", "wait"), block("week", "wait"))})
DRAFT = Flow.model_validate({"name": "Welcome", **in_a_row(JOINED, block("week", "wait"))})


def told(**moves: Move) -> str:
    """The sentence where ten people stand at the day that is gone and 32 at the week."""

    async def nobody(moves: Any) -> dict[str, Foreseen]:
        return {}

    insiders = Insiders({"day": 10, "week": 32}, LIVE, DRAFT, Known(), nobody, words("en"))
    insiders.moves = moves
    return done(DRAFT, Known(), insiders.fates, words("en"))


def test_who_leaves_does_not_go_over() -> None:
    assert told(day=Move("leave"), week=Move("keep")) == (
        "Published. 32 people go over to the new version. 10 people leave the Flow."
    )


def test_who_finishes_the_old_version_is_told_beside_those_who_go_over() -> None:
    assert told(week=Move("keep")) == (
        "Published. 32 people go over to the new version. 10 people finish on the version they entered."
    )
    assert told() == "Published. 42 people finish on the version they entered."


def test_what_becomes_of_what_came_due_is_said() -> None:
    w = words("en")
    assert done(DRAFT, Known(), Fates(), w, Choice("skip"), 7) == "Published. 7 Messages are not sent."
    spread = done(DRAFT, Known(), Fates(leaving=1), w, Choice("spread", 6), 7)
    assert spread == "Published. 1 person leaves the Flow. What was due goes out over 6 hours."


def test_with_nobody_inside_it_says_when_it_starts() -> None:
    assert done(DRAFT, Known(), Fates(), words("en")) == "Published. It starts with the next person who fits."


def test_a_schedule_says_the_day_and_hour_at_which_it_comes() -> None:
    monday = datetime(2026, 11, 30, 5, tzinfo=UTC)
    known = Known(today=Today(monday, ZoneInfo("Asia/Bangkok"), CALENDAR))
    weekly = block("start", "schedule_trigger", to="everybody", repeat="weekly", weekdays=[2], at="09:00")
    flow = Flow.model_validate({"name": "Tuesdays", **in_a_row(weekly, block("stop", "stop"))})
    assert done(flow, known, Fates(), words("en")) == "Published. It starts on Tuesday 1 December 2026, 09:00."
    over = block("start", "schedule_trigger", to="everybody", repeat="once", on="2026-11-01", at="09:00")
    flow = Flow.model_validate({"name": "Over", **in_a_row(over, block("stop", "stop"))})
    assert done(flow, known, Fates(), words("en")) == "Published. It starts when its time comes."
