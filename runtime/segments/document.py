"""What a segment is made of, and which rules can be one."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from blocks.contract import Known, Problem
from blocks.phrase import Phrase, Quoted, say
from blocks.rule_problems import rule_problems
from blocks.rules import Compare, Did, InSegment, Rule, SinceEntering, counted, leaves


class SegmentDocument(BaseModel):
    """A segment as it is drafted and published. Without a rule it is a list, whose members are put on and taken off."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    name: Annotated[str, Field(min_length=1, max_length=200, title="Name")]
    rule: Annotated[Rule | None, Field(title="Who is in it")] = None

    def to_json(self) -> dict[str, Any]:
        """The document as JSON values."""
        return self.model_dump(mode="json")

    @property
    def named(self) -> tuple[str, ...]:
        """Slugs of the segments that its rule names."""
        return tuple(dict.fromkeys(leaf.segment for leaf in counted(self.rule) if isinstance(leaf, InSegment)))


class NotForSegments(ValueError):
    """The rule asks for something that only a run has. `phrase` says what and what to do."""

    def __init__(self, phrase: Phrase) -> None:
        super().__init__(phrase.msgid)
        self.phrase = phrase


def refusals(rule: Rule | None) -> Iterator[Phrase]:
    """What a rule asks for that makes no sense of a contact by themselves, each as a sentence."""
    for leaf in leaves(rule):
        match leaf:
            case Compare(of="event"):
                yield say(
                    "A Segment knows no event, so it cannot ask for {field}. Choose a field of the Contact,"
                    " or something they did.",
                    field=Quoted(leaf.field),
                )
            case Compare(of="run"):
                yield say(
                    "A Segment knows no Run, so it cannot ask for {field}. Choose a field of the Contact,"
                    " or something they did.",
                    field=Quoted(leaf.field),
                )
            case Did():
                if isinstance(leaf.window, SinceEntering):
                    yield say(
                        "Nobody enters a Segment by an event, so “since entering” means nothing for {event}."
                        " Choose a number of days, or at any time.",
                        event=Quoted(leaf.event),
                    )
                if leaf.key:
                    yield say(
                        "A Segment has no cart or order of its own, so {event} cannot be asked for the same one."
                        " Take that condition away.",
                        event=Quoted(leaf.event),
                    )
                if counted(leaf.where):
                    yield say(
                        "A filter on {event} can only look at that event. Move the other condition out of it.",
                        event=Quoted(leaf.event),
                    )


def refused(rule: Rule | None) -> None:
    """Raise NotForSegments for the first thing that is wrong with the rule."""
    for phrase in refusals(rule):
        raise NotForSegments(phrase)


def document_problems(document: SegmentDocument, known: Known) -> list[Problem]:
    """What keeps a segment from being published ("bad"), and what looks like a slip ("warn")."""
    found = [Problem("not_for_segments", phrase, field="rule") for phrase in refusals(document.rule)]
    return found + rule_problems(document.rule, known, event="", field="rule")
