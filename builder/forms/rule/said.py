"""A drawn rule as a sentence."""

from collections.abc import Mapping
from typing import Any

from blocks.contract import Known
from blocks.rule_words import say_rule
from builder.drafting.half_done import read_rule
from runtime.words import Words


def said_rule(node: Mapping[str, Any] | None, known: Known, w: Words) -> str:
    """The rule in the reader's words; "" while it is half done."""
    rule = read_rule(node)
    return "" if rule is None else w.text(say_rule(rule, known))
