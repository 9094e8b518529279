"""A rule in one sentence: "“Order placed” happened at least 2 times in the last 30 days and total is over 100"."""

from collections.abc import Mapping
from urllib.parse import unquote

from blocks.contract import Known
from blocks.phrase import Joined, Phrase, Quoted, say
from blocks.rules import (
    All,
    AnyOf,
    Compare,
    Did,
    Got,
    InSegment,
    LastDays,
    Not,
    Reachable,
    Rule,
    SinceEntering,
    Window,
)

OPERATORS: Mapping[str, Phrase] = {
    "is": say("is"),
    "is_not": say("is not"),
    "contains": say("contains"),
    "contains_not": say("does not contain"),
    "starts_with": say("starts with"),
    "over": say("is over"),
    "at_least": say("is at least"),
    "under": say("is under"),
    "at_most": say("is at most"),
    "before": say("is before"),
    "after": say("is after"),
    "in_last_days": say("is in the last … days"),
    "is_true": say("is yes"),
    "is_false": say("is no"),
    "is_set": say("is known"),
    "is_not_set": say("is not known"),
}
"""Each operator as the rule builder shows it."""


REACHABLE: Mapping[tuple[str, bool], Phrase] = {
    ("email", False): say("they can be reached by e-mail"),
    ("email", True): say("they cannot be reached by e-mail"),
    ("sms", False): say("they can be reached by SMS"),
    ("sms", True): say("they cannot be reached by SMS"),
    ("push", False): say("they can be reached by push"),
    ("push", True): say("they cannot be reached by push"),
}
"""(channel, negated) in words."""
_GOT: Mapping[tuple[str, bool], Phrase] = {
    ("sent", False): say("{email} was sent to them{times} {window}"),
    ("sent", True): say("{email} was not sent to them{times} {window}"),
    ("skipped", False): say("{email} was held back from them{times} {window}"),
    ("skipped", True): say("{email} was not held back from them{times} {window}"),
    ("failed", False): say("{email} failed to reach them{times} {window}"),
    ("failed", True): say("{email} did not fail to reach them{times} {window}"),
    ("opened", False): say("they opened {email}{times} {window}"),
    ("opened", True): say("they did not open {email}{times} {window}"),
    ("clicked", False): say("they clicked in {email}{times} {window}"),
    ("clicked", True): say("they did not click in {email}{times} {window}"),
}


_NOBODY_KNOWS = Known()


def say_rule(rule: Rule, known: Known = _NOBODY_KNOWS) -> Phrase:
    """The rule as part of a sentence, without a full stop. Segments and e-mails go by their names where those are known, else
    by their slugs."""
    match rule:
        case Compare():
            return _compare(rule)
        case Did():
            return _did(rule, known)
        case Got():
            return _got(rule, known)
        case InSegment(negate=False):
            return say("they are in the Segment {segment}", segment=_segment(rule, known))
        case InSegment():
            return say("they are not in the Segment {segment}", segment=_segment(rule, known))
        case Reachable():
            return REACHABLE[rule.channel, rule.negate]
        case All():
            return _group(rule.rules, "and", known) if rule.rules else say("everyone")
        case AnyOf():
            return _group(rule.rules, "or", known) if rule.rules else say("no one")
        case Not():
            return say("not ({rule})", rule=say_rule(rule.rule, known))


def say_window(window: Window) -> Phrase:
    """The window as the end of a sentence."""
    match window:
        case SinceEntering():
            return say("since entering")
        case LastDays():
            return say("in the last {days} day | in the last {days} days", days=window.days)
        case _:
            return say("at any time")


def readable(path: str) -> str:
    """A field's path as people read it: "customer.city" is "customer city"."""
    return unquote(path).replace("[]", "").replace("_", " ").replace(".", " ")


def _compare(rule: Compare) -> Phrase:
    field = readable(rule.field)
    match rule.op:
        case "is_true" | "is_false" | "is_set" | "is_not_set":
            return say("{field} {operator}", field=field, operator=OPERATORS[rule.op])
        case "in_last_days":
            return say(
                "{field} is in the last {days} day | {field} is in the last {days} days",
                field=field,
                days=rule.wanted_numbers[0],
            )
        case _:
            return say("{field} {operator} {value}", field=field, operator=OPERATORS[rule.op], value=compared(rule))


def compared(rule: Compare) -> Phrase | Joined:
    """What the field is held against, as it is said."""
    values = rule.value if isinstance(rule.value, tuple) else (rule.value,)
    words = tuple(say("{value}", value=Quoted(value) if isinstance(value, str) else value) for value in values)
    return words[0] if len(words) == 1 else Joined(words, "or")


def _did(rule: Did, known: Known) -> Phrase:
    where = say(" where {rule}", rule=say_rule(rule.where, known)) if rule.where else say("")
    if rule.key:
        where = say(" for the same {key}{where}", key=readable(rule.key), where=where)
    args = {"event": Quoted(rule.event), "window": say_window(rule.window), "where": where, "times": rule.times}
    if rule.times == 1:
        if rule.negate:
            return say("{event} did not happen {window}{where}", **args)
        return say("{event} happened {window}{where}", **args)
    if rule.negate:
        return say("{event} happened fewer than {times} times {window}{where}", **args)
    return say("{event} happened at least {times} times {window}{where}", **args)


def _segment(rule: InSegment, known: Known) -> Quoted:
    return Quoted(known.segments.get(rule.segment, rule.segment))


def _got(rule: Got, known: Known) -> Phrase:
    email = say("{value}", value=Quoted(known.email_name(rule.email))) if rule.email else say("an e-mail")
    times = say(" at least {times} times", times=rule.times) if rule.times > 1 else say("")
    said = _GOT[rule.what, rule.negate]
    return Phrase(said.msgid, {"email": email, "times": times, "window": say_window(rule.window)})


def _group(rules: tuple[Rule, ...], word: str, known: Known) -> Phrase:
    parts = tuple(
        say("({rule})", rule=say_rule(rule, known))
        if isinstance(rule, All | AnyOf) and len(rule.rules) > 1
        else say_rule(rule, known)
        for rule in rules
    )
    if len(parts) == 1:
        return parts[0]
    return say("{parts}", parts=Joined(parts, "and" if word == "and" else "or"))
