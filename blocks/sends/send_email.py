"""Send an e-mail."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from blocks.contract import Card, Context, Decision, Go, Known, Preset, Problem, Send
from blocks.phrase import Phrase, Quoted, say


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

    def document(self) -> str:
        return self.email

    def say(self, known: Known) -> Phrase:
        if not self.email:
            return say("Choose an e-mail")
        return say("{name}", name=Quoted(known.emails.get(self.email, self.email)))

    def run(self, ctx: Context) -> Decision:
        ctx.send(self.channel)
        return Go()

    def problems(self, known: Known) -> list[Problem]:
        if not self.email:
            return [Problem("email_missing", say("Choose an e-mail first"), field="email")]
        if self.email not in known.emails:
            gone = say("The e-mail {name} is not there any more. Choose another.", name=Quoted(self.email))
            return [Problem("email_gone", gone, field="email")]
        if (wrong := known.email_problems.get(self.email)) is not None:
            return [Problem("email_unready", wrong, field="email")]
        return []
