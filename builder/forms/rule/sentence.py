"""A line of a rule that cannot be changed here."""

from collections.abc import Callable
from typing import Any

from builder.forms.around import Around
from builder.forms.rule.said import said_rule
from builder.forms.rule.tree import Node
from builder.parts.controls import icon_button
from builder.parts.tag import tag


class Sentence:
    """A condition that the builder does not draw, said in words; it can be taken out."""

    def __init__(self, node: Node, around: Around, on_remove: Callable[[], Any]) -> None:
        with tag("div", "line"):
            tag(
                "span",
                "cw-say cw-grow",
                said_rule(node, around.known(), around.w) or around.w("A condition made elsewhere"),
            )
            icon_button("close", around.w("Remove this line"), on_remove)
