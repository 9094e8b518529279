"""Ways by what became of a message that the flow queued earlier."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from blocks.contract import Block, Card, Context, Decision, Go, Known, Outlet, Preset, Problem, Reason
from blocks.phrase import Phrase, Quoted, say


class ByMessage(Block):
    """Looks once, on arrival, at the latest message of one send block in this run, and never waits for it.

    A message whose answer was lost may have arrived, so it counts as sent.
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
    }

    message: Annotated[str, Field(max_length=64, title="Message of", json_schema_extra={"widget": "send_block"})] = ""

    def outlets(self) -> tuple[Outlet, ...]:
        return (
            Outlet("sent", "Sent"),
            Outlet("not_sent", "Not sent"),
            Outlet("failed", "Failed or came back"),
            Outlet("waiting", "Still waiting"),
        )

    def say(self, known: Known) -> Phrase:
        slug = known.sends.get(self.message)
        if not slug:
            return say("By what became of a Message")
        return say("By what became of {name}", name=Quoted(known.emails.get(slug, slug)))

    def run(self, ctx: Context) -> Decision:
        outcome = ctx.message(self.message)
        if outcome is None:
            return Go("not_sent", Reason("no_message"))
        if outcome.state == "waiting" or outcome.why is None:
            return Go(outcome.state, Reason("waiting") if outcome.state == "waiting" else None)
        return Go(outcome.state, Reason(outcome.state, {"why": outcome.why}))

    def follows(self) -> tuple[str, ...]:
        return (self.message,)

    def problems(self, known: Known) -> list[Problem]:
        if not self.message:
            return [Problem("message_missing", say("Choose a Block that sends"), field="message")]
        if self.message not in known.sends:
            gone = say("The Block whose Message this looks at is not there any more. Choose another.")
            return [Problem("message_gone", gone, field="message")]
        return []
