"""Send an e-mail."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from blocks.contract import Card, Context, Decision, Go, Known, Preset, Problem, Send
from blocks.hours import Hours
from blocks.limits import Keep
from blocks.phrase import Joined, Phrase, Quoted, Span, say

_SECONDS = {"minutes": 60, "hours": 3600, "days": 86_400}


class SendEmail(Send):
    """Queues the e-mail and goes on at once. Whether it may be sent is decided at the moment of sending."""

    kind: Literal["send_email"] = "send_email"
    channel: ClassVar[str] = "email"
    card: ClassVar = Card(
        title="Send e-mail",
        icon="mail",
        family="send",
        describe="Sends an e-mail that you compose from sections",
        presets=(Preset("send_email", "Send e-mail", "mail", {"email": ""}, "message newsletter campaign letter"),),
    )

    email: Annotated[str, Field(max_length=100, title="E-mail", json_schema_extra={"widget": "email"})] = ""
    limits: Annotated[
        Keep,
        Field(
            title="How often, and when",
            json_schema_extra={
                "widget": "select",
                "choices": {
                    "follow": "Follow the limits of the Flow",
                    "shop": "Keep to the shop’s limits, whatever the Flow says",
                    "anyway": "Send anyway, at any hour",
                },
            },
        ),
    ] = "follow"
    hours: Annotated[Hours | None, Field(title="Only at certain hours", json_schema_extra={"widget": "hours"})] = None
    hurry: Annotated[bool, Field(title="Only if it can go out soon", json_schema_extra={"widget": "switch"})] = False
    within: Annotated[
        int,
        Field(ge=1, le=10_000, title="Within", json_schema_extra={"widget": "duration", "only": {"hurry": True}}),
    ] = 12
    unit: Annotated[
        Literal["minutes", "hours", "days"],
        Field(
            title="Unit",
            json_schema_extra={
                "widget": "part_of",
                "field": "within",
                "choices": {"minutes": "minutes", "hours": "hours", "days": "days"},
            },
        ),
    ] = "hours"

    def document(self) -> str:
        return self.email

    def keeps_to(self) -> Keep:
        return self.limits

    def only_in(self) -> Hours | None:
        return self.hours

    def good_for(self) -> int | None:
        return self.within * _SECONDS[self.unit] if self.hurry else None

    def say(self, known: Known) -> Phrase:
        if not self.email:
            return say("Choose an e-mail")
        name, terms = Quoted(known.email_name(self.email)), self._terms()
        return say("{name}, {terms}", name=name, terms=Joined(terms)) if terms else say("{name}", name=name)

    def _terms(self) -> tuple[Phrase, ...]:
        """What else is asked of the moment at which it goes out, or is not."""
        found = []
        if (seconds := self.good_for()) is not None:
            found.append(say("within {time}", time=Span(seconds)))
        if self.limits == "anyway":
            found.append(say("whatever the limits"))
        if self.hours is not None:
            found.append(say("only {hours}", hours=self.hours.short()))
        return tuple(found)

    def run(self, ctx: Context) -> Decision:
        ctx.send(self.channel)
        return Go()

    def problems(self, known: Known) -> list[Problem]:
        if not self.email:
            return [Problem("email_missing", say("Choose an e-mail first"), field="email")]
        if self.email not in known.emails:
            return [Problem("email_gone", self._gone(known), field="email")]
        if (wrong := known.email_problems.get(self.email)) is not None:
            return [Problem("email_unready", wrong, field="email")]
        if self.limits == "anyway" and self.hours is not None:
            text = say("It goes out in these hours only, and not at any hour. Choose one of the two.")
            return [Problem("hours_anyway", text, "warn", field="hours")]
        if (doubt := known.email_warnings.get(self.email)) is not None:
            return [Problem("email_doubtful", doubt, "warn", field="email")]
        return []

    def _gone(self, known: Known) -> Phrase:
        name, away = Quoted(known.email_name(self.email)), known.put_away.get(self.email)
        if away is None:
            return say("The e-mail {name} is not there any more. Choose another.", name=name)
        if away.in_bin:
            return say("The e-mail {name} is in the bin. Restore it there, or choose another.", name=name)
        return say("The e-mail {name} is archived. Restore it there, or choose another.", name=name)
