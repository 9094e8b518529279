"""The rule builder: a condition as lines with words that can be changed."""

from builder.forms.rule.builder import RuleBuilder, draw_rule
from builder.forms.widgets import WIDGETS

WIDGETS["rule"] = draw_rule

__all__ = ["RuleBuilder"]
