"""Ways by what became of a message that the flow queued earlier."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from blocks.contract import Block, Card, Context, Decision, Go, Known, Outlet, Preset, Problem, Reason
from blocks.facts import Outcome
from blocks.phrase import Phrase, Quoted, say


class ByMessage(Block):
    """Looks once, on arrival, at the latest message of one send block in this run, and never waits for it.

    A message whose answer was lost may have arrived, so it counts as sent. Only what a person opened or clicked counts as
    that.
    """

    kind: Literal["by_message"] = "by_message"
    card: ClassVar = Card(
        title="What became of a Message",
        icon="mark_email_read",
        family="split",
        rank=50,
        describe="Sends Contacts on by what became of an earlier Message of this Flow",
        presets=(
            Preset(
                "by_engagement",
                "Opened or clicked",
                "ads_click",
                {"message": "", "ways": "engagement"},
                "opened clicked open click read engagement interest bounced message split",
            ),
            Preset(
                "by_message",
                "What became of a Message",
                "mark_email_read",
                {"message": ""},
                "sent delivered bounced failed skipped message status split",
            ),
        ),
    )
    reasons: ClassVar = {
        "sent": "Sent. {why}",
        "not_sent": "Not sent. {why}",
        "failed": "Failed. {why}",
        "waiting": "It still waits to be sent",
        "no_message": "There is no Message of that Block in this Run",
        "clicked": "They followed a link in it",
        "opened": "They opened it, and followed no link",
        "not_opened": "Sent, and not opened by a person so far",
        "came_back": "It came back. {why}",
    }

    message: Annotated[str, Field(max_length=64, title="Message of", json_schema_extra={"widget": "send_block"})] = ""
    ways: Annotated[
        Literal["delivery", "engagement"],
        Field(
            title="Ways by",
            json_schema_extra={
                "widget": "select",
                "choices": {
                    "delivery": "Whether it was sent",
                    "engagement": "Whether they opened or clicked it",
                },
            },
        ),
    ] = "delivery"

    def outlets(self) -> tuple[Outlet, ...]:
        return self.ways_out({"ways": self.ways})

    @classmethod
    def ways_out(cls, settings: Mapping[str, Any]) -> tuple[Outlet, ...]:
        if settings.get("ways") == "engagement":
            return (
                Outlet("clicked", "Clicked"),
                Outlet("opened", "Opened"),
                Outlet("not_opened", "Not opened"),
                Outlet("came_back", "Came back"),
                Outlet("not_sent", "Not sent"),
                Outlet("waiting", "Still waiting"),
            )
        return (
            Outlet("sent", "Sent"),
            Outlet("not_sent", "Not sent"),
            Outlet("failed", "Failed or came back"),
            Outlet("waiting", "Still waiting"),
        )

    def say(self, known: Known) -> Phrase:
        slug = known.sends.get(self.message)
        engaged = self.ways == "engagement"
        if not slug:
            return say("By whether they opened or clicked it") if engaged else say("By what became of a Message")
        name = Quoted(known.email_name(slug))
        if engaged:
            return say("By whether they opened or clicked {name}", name=name)
        return say("By what became of {name}", name=name)

    def run(self, ctx: Context) -> Decision:
        outcome = ctx.message(self.message)
        if outcome is None:
            return Go("not_sent", Reason("no_message"))
        if outcome.state == "waiting":
            return Go("waiting", Reason("waiting"))
        way = self._way(outcome)
        if way in ("clicked", "opened", "not_opened"):
            return Go(way, Reason(way))
        code = way if outcome.state != "failed" or way == "came_back" else "failed"
        return Go(way, Reason(code, {"why": outcome.why}) if outcome.why is not None else None)

    def _way(self, outcome: Outcome) -> str:
        if self.ways == "delivery":
            return outcome.state
        if outcome.state == "sent":
            return "clicked" if outcome.clicked else "opened" if outcome.opened else "not_opened"
        return "came_back" if outcome.came_back else "not_sent"

    def follows(self) -> tuple[str, ...]:
        return (self.message,)

    def problems(self, known: Known) -> list[Problem]:
        if not self.message:
            return [Problem("message_missing", say("Choose a Block that sends"), field="message")]
        if self.message not in known.sends:
            gone = say("The Block whose Message this looks at is not there any more. Choose another.")
            return [Problem("message_gone", gone, field="message")]
        return []
