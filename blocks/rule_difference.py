"""How a rule differs from an earlier one, in words: only what is not the same in both."""

from collections import Counter

from blocks.contract import Known
from blocks.phrase import Phrase, say
from blocks.rule_words import OPERATORS, compared, readable, say_rule
from blocks.rules import WITHOUT_VALUE, All, AnyOf, Compare, Rule


def rule_difference(before: Rule, after: Rule, known: Known) -> Phrase:
    """Part of a sentence. A condition that both have is not said again, nor the field of one whose value is another now."""
    if type(before) is type(after) and isinstance(before, All | AnyOf) and isinstance(after, All | AnyOf):
        gone, come = _only_in(before.rules, after.rules), _only_in(after.rules, before.rules)
        if before.rules and after.rules and len(gone) < 2 and len(come) < 2:
            if gone and come:
                return rule_difference(gone[0], come[0], known)
            if come:
                return say("also {rule}", rule=say_rule(come[0], known))
            if gone:
                return say("no longer {rule}", rule=say_rule(gone[0], known))
            return say("the same conditions in another order")
    if isinstance(before, Compare) and isinstance(after, Compare) and _same_field(before, after):
        if before.op == after.op:
            args = {"operator": OPERATORS[before.op], "before": compared(before), "after": compared(after)}
            return say("{field} {operator} {before} → {after}", field=readable(before.field), **args)
        return say("{field} {before} → {after}", field=readable(before.field), before=_held(before), after=_held(after))
    return say("{before} → {after}", before=say_rule(before, known), after=say_rule(after, known))


def _same_field(before: Compare, after: Compare) -> bool:
    # "In the last 30 days" has its number in the middle of the sentence.
    return (before.of, before.field) == (after.of, after.field) and "in_last_days" not in (before.op, after.op)


def _held(rule: Compare) -> Phrase:
    operator = OPERATORS[rule.op]
    if rule.op in WITHOUT_VALUE:
        return operator
    return say("{operator} {value}", operator=operator, value=compared(rule))


def _only_in(these: tuple[Rule, ...], others: tuple[Rule, ...]) -> list[Rule]:
    spare = Counter(rule.model_dump_json() for rule in others)
    found = []
    for rule in these:
        if spare[rule.model_dump_json()]:
            spare[rule.model_dump_json()] -= 1
        else:
            found.append(rule)
    return found
