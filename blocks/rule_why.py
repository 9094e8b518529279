"""Why a rule does not hold: each condition that failed, with what was asked and what was there.

"total is over 1,000: it was 900". Only what decided is told: of conditions of which all must hold, those that do not; of
several of which one is enough, each of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from blocks.contract import Known
from blocks.phrase import Joined, Phrase, Quoted, say
from blocks.rule_words import say_rule
from blocks.rules import All, AnyOf, Compare, Counted, Did, Facts, Got, InSegment, Not, Reachable, Rule

Documents = Mapping[str, Mapping[str, Any]]
"""What "contact" and "event" had, as it was written: typed values are folded and would be shown in small letters."""
MOST_VALUES = 3
LONGEST = 80


def why_not(rule: Rule, facts: Facts, there: Documents, known: Known) -> list[Phrase]:
    """A sentence for each condition that keeps `rule` from holding; none if it holds."""
    return list(_against(rule, facts, there, known, wanted=True))


def _against(rule: Rule, facts: Facts, there: Documents, known: Known, *, wanted: bool) -> Iterator[Phrase]:
    if rule.meets(facts) == wanted:
        return
    match rule:
        case All() | AnyOf():
            if not rule.rules:
                yield say("{rule}: so it cannot match", rule=say_rule(rule, known))
            for inner in rule.rules:
                yield from _against(inner, facts, there, known, wanted=wanted)
        case Not():
            yield from _against(rule.rule, facts, there, known, wanted=not wanted)
        case Compare():
            yield _told(rule, _was(rule, there), known, wanted=wanted)
        case Did():
            yield _told(rule, _times(facts.count(rule)), known, wanted=wanted)
        case Got():
            yield _told(rule, _mails(facts.count(rule)), known, wanted=wanted)
        case InSegment():
            yield _told(
                rule, say("they were in it") if facts.count(rule) else say("they were not in it"), known, wanted=wanted
            )
        case Reachable():
            there_is = say("there is an address, and they agreed to marketing there")
            none = say("there is no address, it is suppressed, or they have not agreed to marketing there")
            yield _told(rule, there_is if facts.count(rule) else none, known, wanted=wanted)


def _told(rule: Compare | Counted, was: Phrase, known: Known, *, wanted: bool) -> Phrase:
    if wanted:
        return say("{rule}: {was}", rule=say_rule(rule, known), was=was)
    return say("not ({rule}): {was}", rule=say_rule(rule, known), was=was)


def _times(count: int) -> Phrase:
    if count == 0:
        return say("it did not happen")
    return say("it happened {n} time | it happened {n} times", n=count)


def _mails(count: int) -> Phrase:
    if count == 0:
        return say("there was none")
    return say("there was {n} | there were {n}", n=count)


def _was(rule: Compare, there: Documents) -> Phrase:
    values = list(_values(there.get(rule.of, {}), rule.field.split(".")))
    if not values:
        return say("it was not known")
    words = tuple(_word(value) for value in values[:MOST_VALUES])
    if len(values) > MOST_VALUES:
        words += (say("{n} more", n=len(values) - MOST_VALUES),)
    return say("it was {value}", value=words[0] if len(words) == 1 else Joined(words))


def _word(value: Any) -> Phrase:
    if isinstance(value, bool | int | float):
        return say("{value}", value=value)
    text = str(value)
    return say("{value}", value=Quoted(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"))


def _values(document: Any, path: Sequence[str]) -> Iterator[Any]:
    """The leaves at a path as rules write it: "items[].title"."""
    if not path:
        if document not in (None, "") and not isinstance(document, Mapping | list):
            yield document
        return
    if not isinstance(document, Mapping):
        return
    name = path[0].removesuffix("[]")
    found = document.get(name, document.get(unquote(name)))
    if not path[0].endswith("[]"):
        yield from _values(found, path[1:])
        return
    for one in found if isinstance(found, list) else ():
        yield from _values(one, path[1:])
