"""What is said once a change is published: what becomes of everybody who is inside."""

from typing import Any

from blocks.contract import Known
from blocks.flow import Flow
from builder.flow_editor.insiders import Fates, Insiders
from builder.flow_editor.publishing import done
from runtime.engine.publishing.moving import Move
from runtime.words import words
from tests.engine.stage import block, in_a_row

JOINED = block("joined", "event_trigger", event="Account created")
LIVE = Flow.model_validate({"name": "Welcome", **in_a_row(JOINED, block("day", "wait"), block("week", "wait"))})
DRAFT = Flow.model_validate({"name": "Welcome", **in_a_row(JOINED, block("week", "wait"))})


def told(**moves: Move) -> str:
    """The sentence where ten people stand at the day that is gone and 32 at the week."""

    async def nobody(moves: Any) -> dict[str, int]:
        return {}

    insiders = Insiders({"day": 10, "week": 32}, LIVE, DRAFT, Known(), nobody, words("en"))
    insiders.moves = moves
    return done(DRAFT, insiders.fates, words("en"))


def test_who_leaves_does_not_go_over() -> None:
    assert told(day=Move("leave"), week=Move("keep")) == (
        "Published. 32 people go over to the new version. 10 people leave the Flow."
    )


def test_who_finishes_the_old_version_is_told_beside_those_who_go_over() -> None:
    assert told(week=Move("keep")) == (
        "Published. 32 people go over to the new version. 10 people finish on the version they entered."
    )
    assert told() == "Published. 42 people finish on the version they entered."


def test_with_nobody_inside_it_says_when_it_starts() -> None:
    assert done(DRAFT, Fates(), words("en")) == "Published. It starts with the next person who fits."
