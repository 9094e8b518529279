"""What a line of the rule builder can be about: each begins as what it says it is, and means something once filled in."""

import pytest
from pydantic import TypeAdapter
from sqlalchemy import false

from blocks.rules import Rule
from builder.drafting.half_done import read_rule
from builder.forms.rule.standing import channels
from builder.forms.rule.subjects import DRAWN, new_line, subject_of, subjects
from builder.segment_list.ready import A_LIST, BY_RULE, READY, Ready
from runtime.engine.lookback.standing import reach
from runtime.segments.document import refused
from runtime.words import words

SUBJECTS = [one["value"] for one in subjects(words("en"), event=True, run=True)]
FILLED = {"event": "Order placed", "segment": "vip", "field": "city", "value": "Bangkok"}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_new_line_is_about_what_was_chosen(subject: str) -> None:
    line = new_line(subject, ("since_entering", "last_days", "ever"))
    assert subject_of(line) == subject
    assert line["kind"] in DRAWN
    filled = {name: FILLED.get(name, value) for name, value in line.items()}
    assert read_rule(filled) == TypeAdapter(Rule).validate_python(filled)


def test_only_channels_by_which_somebody_can_be_reached_are_offered() -> None:
    offered = [one["value"] for one in channels("email", words("en"))]
    assert offered == ["email", "sms"]
    assert not any(reach(channel).compare(false()) for channel in offered)
    assert [one["value"] for one in channels("push", words("en"))] == ["email", "sms", "push"], "it is shown as it is"


def test_e_mails_are_not_counted_since_entering() -> None:
    assert new_line("got", ("since_entering", "last_days", "ever"))["window"] == {"kind": "last_days", "days": 30}
    assert new_line("got", ("since_entering",))["window"] == {"kind": "ever"}


def test_a_segment_is_not_asked_for_an_event_that_it_does_not_know() -> None:
    offered = {one["value"] for one in subjects(words("en"), event=False, run=False)}
    assert set(SUBJECTS) - offered == {"event", "run"}


@pytest.mark.parametrize("begin", [*READY, BY_RULE, A_LIST], ids=lambda begin: begin.name.msgid)
def test_what_is_ready_can_be_published_as_it_is(begin: Ready) -> None:
    refused(begin.rule)
