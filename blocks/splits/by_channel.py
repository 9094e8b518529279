"""A way for each channel by which the contact can be reached."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from blocks.contract import Block, Card, Context, Decision, Go, Known, Outlet, Preset, Reason
from blocks.phrase import Phrase, say

Channel = Literal["email", "sms"]
_NAMES = {"email": "E-mail", "sms": "SMS"}
NOBODY = Outlet("nobody", "Can’t be reached")


class ByChannel(Block):
    """Looks once, on arrival: whoever can be reached by the first channel goes its way, else by the second, else the last
    way. Reached means that there is an address, that it is not blocked, and that they agreed to marketing there."""

    kind: Literal["by_channel"] = "by_channel"
    card: ClassVar = Card(
        title="Split by channel",
        icon="forum",
        family="split",
        rank=40,
        describe="Sends Contacts the way of the first channel by which they can be reached",
        presets=(
            Preset(
                "by_channel",
                "Split by channel",
                "forum",
                {"first": "email", "then": "sms"},
                "channel email sms reachable consent subscribed phone preferred",
            ),
        ),
    )
    reasons: ClassVar = {
        "by_email": "Can be reached by e-mail",
        "by_sms": "Can be reached by SMS",
        "by_none": "Can be reached by neither: no address, blocked, or not agreed",
    }

    first: Annotated[
        Channel,
        Field(title="Rather by", json_schema_extra={"widget": "select", "choices": {"email": "E-mail", "sms": "SMS"}}),
    ] = "email"
    then: Annotated[
        Literal["email", "sms", "none"],
        Field(
            title="Else by",
            json_schema_extra={
                "widget": "select",
                "choices": {"email": "E-mail", "sms": "SMS", "none": "no other"},
            },
        ),
    ] = "sms"

    @property
    def order(self) -> tuple[Channel, ...]:
        """The channels that are asked for, each once."""
        if self.then == "none" or self.then == self.first:
            return (self.first,)
        return (self.first, self.then)

    def outlets(self) -> tuple[Outlet, ...]:
        return self.ways_out({"first": self.first, "then": self.then})

    @classmethod
    def ways_out(cls, settings: Mapping[str, Any]) -> tuple[Outlet, ...]:
        asked = (settings.get("first", "email"), settings.get("then", "sms"))
        names = dict.fromkeys(one for one in asked if isinstance(one, str) and one in _NAMES)
        return (*(Outlet(name, _NAMES[name]) for name in names), NOBODY)

    def say(self, known: Known) -> Phrase:
        match self.order:
            case ("email",):
                return say("If they can be reached by e-mail")
            case ("sms",):
                return say("If they can be reached by SMS")
            case ("email", *_):
                return say("Reached by e-mail, else by SMS")
            case _:
                return say("Reached by SMS, else by e-mail")

    def run(self, ctx: Context) -> Decision:
        for channel in self.order:
            if ctx.reachable(channel):
                return Go(channel, Reason(f"by_{channel}"))
        return Go(NOBODY.id, Reason("by_none"))

    def reaches(self) -> tuple[str, ...]:
        return self.order
