"""Tell the team."""

import re
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from blocks.contract import Card, Context, Decision, Go, Known, Preset, Problem, Send
from blocks.phrase import Phrase, Quoted, say

MOST = 50
_TAG = re.compile(r"\{\{[\s-]*([\w.-]+)[^}]*\}\}")


class NotifyTeam(Send):
    """Queues an e-mail to users of the shop and goes on at once.

    It says what happened, so a contact who leaves the flow meanwhile does not take it back.
    """

    kind: Literal["notify_team"] = "notify_team"
    channel: ClassVar[str] = "team"
    asks_consent: ClassVar[bool] = False
    card: ClassVar = Card(
        title="Tell the team",
        icon="campaign",
        family="action",
        describe="Writes an e-mail to people of your shop",
        rank=45,
        presets=(
            Preset(
                "notify_team",
                "Tell the team",
                "campaign",
                {"subject": "", "text": ""},
                "notify alert internal staff colleague users e-mail notice",
            ),
        ),
    )

    to: Annotated[
        Literal["everybody", "chosen"],
        Field(
            title="To whom",
            json_schema_extra={
                "widget": "select",
                "choices": {"everybody": "Everybody who may sign in", "chosen": "Chosen people"},
            },
        ),
    ] = "everybody"
    people: Annotated[
        tuple[Annotated[str, Field(max_length=254)], ...],
        Field(max_length=MOST, title="People", json_schema_extra={"widget": "users", "only": {"to": "chosen"}}),
    ] = ()
    subject: Annotated[str, Field(max_length=300, title="Subject", json_schema_extra={"widget": "words"})] = ""
    text: Annotated[str, Field(max_length=5000, title="Text", json_schema_extra={"widget": "words_area"})] = ""
    most: Annotated[int, Field(ge=1, le=100, title="At most in an hour", json_schema_extra={"widget": "number"})] = 10

    def say(self, known: Known) -> Phrase:
        if not self.subject.strip():
            return say("Tell the team")
        named = _TAG.sub(lambda tag: f"[{tag[1].rpartition('.')[2].replace('_', ' ')}]", self.subject)
        return say("Tell the team: {subject}", subject=Quoted(named[:80]))

    def run(self, ctx: Context) -> Decision:
        ctx.send(self.channel)
        return Go()

    def problems(self, known: Known) -> list[Problem]:
        found = []
        if not self.subject.strip():
            found.append(Problem("no_subject", say("Write a subject"), field="subject"))
        if self.to == "chosen" and not self.people:
            found.append(Problem("nobody_chosen", say("Choose who is told"), field="people"))
        if known.users is None:
            return found
        if self.to == "chosen":
            for address in self.people:
                if address not in known.users:
                    text = say(
                        "Nobody who may sign in has the address {address} any more. Take it out.", address=address
                    )
                    found.append(Problem("no_user", text, field="people"))
        elif not known.users:
            text = say(
                "Nobody who may sign in has given an e-mail address yet, so nobody is told. Type yours in Settings."
            )
            found.append(Problem("no_team", text, "warn", field="to"))
        return found
