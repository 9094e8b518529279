"""Change something about the contact."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from blocks import own_fields
from blocks.contract import Block, Card, Context, Decision, Go, Known, Preset, Problem
from blocks.phrase import Phrase, Quoted, say
from blocks.rule_words import readable
from blocks.values import number, safe_path

Change = Literal["add_tag", "remove_tag", "set_field", "increase", "clear_field"]


class UpdateContact(Block):
    """Adds or removes a tag, or sets, raises or clears a field, then goes on at once.

    Raising adds a number to the field, or takes it away if it is negative; a field that is empty or no number counts as 0.
    """

    kind: Literal["update_contact"] = "update_contact"
    card: ClassVar = Card(
        title="Update Contact",
        icon="edit_note",
        family="action",
        describe="Adds or removes a tag, or changes a field",
        rank=10,
        presets=(
            Preset("add_tag", "Add a tag", "sell", {"change": "add_tag"}, "label remove tag"),
            Preset("set_field", "Change a field", "edit_note", {"change": "set_field"}, "profile property attribute"),
        ),
    )

    change: Annotated[
        Change,
        Field(
            title="What changes",
            json_schema_extra={
                "widget": "select",
                "choices": {
                    "add_tag": "Add a tag",
                    "remove_tag": "Remove a tag",
                    "set_field": "Change a field",
                    "increase": "Add to a number",
                    "clear_field": "Clear a field",
                },
            },
        ),
    ] = "add_tag"
    name: Annotated[
        str,
        Field(
            max_length=100,
            title="Tag or field",
            json_schema_extra={"widget": "tag_or_field", "by": "change"},
        ),
    ] = ""
    value: Annotated[
        str,
        Field(
            max_length=1000,
            title="Value",
            json_schema_extra={"widget": "text", "only": {"change": ("set_field", "increase")}},
        ),
    ] = ""

    def say(self, known: Known) -> Phrase:
        name = Quoted(self.name or "…")
        match self.change:
            case "add_tag":
                return say("Add the tag {name}", name=name)
            case "remove_tag":
                return say("Remove the tag {name}", name=name)
            case "set_field":
                return say("Set {name} to {value}", name=name, value=Quoted(self.value))
            case "increase":
                return say("Add {value} to {name}", name=name, value=self.value)
            case "clear_field":
                return say("Clear {name}", name=name)

    def run(self, ctx: Context) -> Decision:
        match self.change:
            case "add_tag":
                ctx.add_tag(self.name)
            case "remove_tag":
                ctx.remove_tag(self.name)
            case "set_field":
                ctx.set_field(self.name, self.value)
            case "increase":
                before = ctx.contact["n"].get(safe_path(self.name), 0)
                ctx.set_field(
                    self.name, (0 if isinstance(before, list) else before) + (number(self.value.strip()) or 0)
                )
            case "clear_field":
                ctx.set_field(self.name, None)
        return Go()

    def problems(self, known: Known) -> list[Problem]:
        if not self.name.strip():
            if self.change.endswith("tag"):
                return [Problem("tag_missing", say("Type the tag"), field="name")]
            return [Problem("field_missing", say("Choose the field"), field="name")]
        if self.change == "increase" and number(self.value.strip()) is None:
            return [Problem("no_number", say("Type a number, like 10 or -1."), field="value")]
        return [] if self.change.endswith("tag") else self._field_problems()

    def _field_problems(self) -> list[Problem]:
        if (wrong := own_fields.wrong_field(self.name)) is not None:
            return [Problem("fixed_field", wrong, field="name")]
        if self.change == "clear_field":
            return []
        if better := own_fields.counts_instead(self.name):
            text = say(
                "Choose the field {field}: it counts before {name}.", field=Quoted(better), name=Quoted(self.name)
            )
            return [Problem("other_field", text, field="name")]
        if self.change == "increase":
            if not own_fields.is_text(self.name):
                return []
            text = say("{field} is not a number. Choose another field.", field=Quoted(readable(self.name)))
            return [Problem("text_field", text, field="name")]
        if not self.value:
            text = say("Type the value. To empty the field, choose “Clear a field” above.")
            return [Problem("value_missing", text, field="value")]
        if (wrong := own_fields.wrong_value(self.name, self.value)) is not None:
            return [Problem("wrong_value", wrong, field="value")]
        return []
