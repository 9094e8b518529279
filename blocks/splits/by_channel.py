"""A way for each channel by which the contact can be reached."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from blocks.contract import Block, Card, Context, Decision, Go, Known, Outlet, Preset, Reason
from blocks.phrase import Phrase, say
from blocks.rules import Counted, Got, LastDays

Channel = Literal["email", "sms"]
_NAMES = {"email": "E-mail", "sms": "SMS"}
ENOUGH = 3
"""E-mails that somebody must have got without opening any, for e-mail to come last."""
_LATELY = LastDays(days=180)
OPENED, SENT = Got(what="opened", window=_LATELY), Got(what="sent", window=_LATELY)
NOBODY = Outlet("nobody", "Can’t be reached")


class ByChannel(Block):
    """Looks once, on arrival: whoever can be reached by the first channel goes its way, else by the second, else the last
    way. Reached means that there is an address, that it is not blocked, and that they agreed to marketing there.

    With `answered`, e-mail comes first for who opens e-mails, and last for who got several and opened none; for everybody
    else the order stays as it is set. What machines open does not count.
    """

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
            Preset(
                "preferred_channel",
                "Preferred channel",
                "mark_chat_read",
                {"first": "email", "then": "sms", "answered": True},
                "preferred channel answers opens best email sms engagement",
            ),
        ),
    )
    reasons: ClassVar = {
        "by_email": "Can be reached by e-mail",
        "by_sms": "Can be reached by SMS",
        "by_email_answered": "Opens e-mails, and can be reached by e-mail",
        "by_sms_unanswered": "Opens no e-mails, and can be reached by SMS",
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
    answered: Annotated[
        bool,
        Field(
            title="E-mail first for who opens e-mails, last for who opens none",
            json_schema_extra={"widget": "switch"},
        ),
    ] = False

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
            case _ if self._asks:
                return say("Reached by e-mail or by SMS, as they answer")
            case ("email", *_):
                return say("Reached by e-mail, else by SMS")
            case _:
                return say("Reached by SMS, else by e-mail")

    def run(self, ctx: Context) -> Decision:
        order, told = self._order_for(ctx)
        for channel in order:
            if ctx.reachable(channel):
                return Go(channel, Reason(told.get(channel, f"by_{channel}")))
        return Go(NOBODY.id, Reason("by_none"))

    def _order_for(self, ctx: Context) -> tuple[tuple[Channel, ...], Mapping[Channel, str]]:
        """The channels as this contact answers them, and the reasons that are then given."""
        if not self._asks:
            return self.order, {}
        if ctx.count(OPENED):
            return ("email", "sms"), {"email": "by_email_answered"}
        if ctx.count(SENT) >= ENOUGH:
            return ("sms", "email"), {"sms": "by_sms_unanswered"}
        return self.order, {}

    @property
    def _asks(self) -> bool:
        """Whether there is anything to put in order."""
        return self.answered and len(self.order) > 1

    def reads(self) -> tuple[Counted, ...]:
        return (OPENED, SENT) if self._asks else ()

    def reaches(self) -> tuple[str, ...]:
        return self.order
