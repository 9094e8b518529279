"""Rules while they are being drawn: JSON that may still have gaps."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from blocks.rules import Rule

_RULE: TypeAdapter[Rule] = TypeAdapter(Rule)


def read_rule(node: Mapping[str, Any] | None) -> Rule | None:
    """The rule that JSON stands for; None while it is half done."""
    try:
        return _RULE.validate_python(node) if node else None
    except ValidationError:
        return None


def without_gaps(value: Any) -> Any:
    """A rule, or a list of ways that have rules, without their half-done conditions; any other setting as it is."""
    if isinstance(value, list):
        return [{**one, "rule": without_gaps(one["rule"])} if _has_rule(one) else one for one in value]
    if not isinstance(value, Mapping) or value.get("kind") not in ("all", "any"):
        return value
    inner = [without_gaps(one) for one in value.get("rules", ())]
    return {**value, "rules": [one for one in inner if read_rule(one) is not None and one.get("rules") != []]}


def _has_rule(way: Any) -> bool:
    return isinstance(way, Mapping) and "rule" in way
