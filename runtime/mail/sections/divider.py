"""A line or a space between sections."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from blocks.phrase import Phrase, say
from runtime.mail.section import Card, Section
from runtime.mail.theme import SIDE, Theme

_SPACES = {"small": 8, "medium": 16, "large": 28}


class Divider(Section):
    """A hairline with space around it, or the space alone."""

    card: ClassVar = Card("Divider", "horizontal_rule", "A line or a space", place=100)

    kind: Literal["divider"] = "divider"
    space: Annotated[
        Literal["small", "medium", "large"],
        Field(
            title="Space",
            json_schema_extra={
                "widget": "select",
                "choices": {"small": "Small", "medium": "Medium", "large": "Large"},
            },
        ),
    ] = "medium"
    rule: Annotated[bool, Field(title="Show a line", json_schema_extra={"widget": "switch"})] = True

    def mjml(self, theme: Theme) -> str:
        space = _SPACES[self.space]
        if not self.rule:
            return f'<mj-spacer height="{2 * space}px"/>'
        return (
            f'<mj-divider border-width="1px" border-color="{theme.line}" padding="{space}px {SIDE}px" '
            'css-class="cw-row cw-line"/>'
        )

    def plain(self, theme: Theme) -> str:
        return "-" * 40 if self.rule else ""

    def line(self) -> Phrase:
        return say("Line") if self.rule else say("Space")
