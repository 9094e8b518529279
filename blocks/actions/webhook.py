"""Call another app."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

from blocks.contract import Card, Context, Decision, Go, Known, Outlet, Preset, Problem, Reason, Send, Sleep
from blocks.durations import moved
from blocks.kept_name import name_field
from blocks.phrase import Moment, Phrase, Quoted, say

_SECONDS = {"minutes": 60, "hours": 3600, "days": 86_400}
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+\Z")
_ROOTS = frozenset({"contact", "event", "run"})
OURS = frozenset(
    {"host", "content-length", "content-type", "transfer-encoding", "connection", "user-agent", "idempotency-key"}
)
"""Headers that Cartwheel writes itself."""
MOST = 20


class Header(BaseModel):
    """A header of the call. With `secret`, its value is kept encrypted by the shop and is not part of the flow."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(max_length=100)] = ""
    value: Annotated[str, Field(max_length=2000)] = ""
    secret: Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9]*$")] = ""
    host: Annotated[str, Field(max_length=253)] = ""
    """The app that the secret was typed for; it is sent to no other."""

    @model_validator(mode="after")
    def _plain(self) -> Self:
        if self.name and not _TOKEN.match(self.name):
            raise ValueError("A header’s name has only letters, digits and dashes.")
        if not self.value.isprintable():
            raise ValueError("Line breaks are not possible here.")
        return self


class Given(BaseModel):
    """A value of the body: its name there, and the field that it comes from, like "contact.email"."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(max_length=100)] = ""
    field: Annotated[str, Field(max_length=300)] = ""


class Webhook(Send):
    """Calls another app over HTTP, and goes on at once or when it has answered.

    The call waits in the outbox like every message: it is tried again until the app takes it, always with the same key.
    """

    kind: Literal["webhook"] = "webhook"
    channel: ClassVar[str] = "webhook"
    asks_consent: ClassVar[bool] = False
    card: ClassVar = Card(
        title="Webhook",
        icon="webhook",
        family="action",
        describe="Calls another app",
        rank=40,
        presets=(Preset("webhook", "Webhook", "webhook", {"url": ""}, "call another app http request api zapier"),),
    )
    reasons: ClassVar = {
        "awaits_answer": "Waits for the other app to answer, until {until} at most",
        "no_answer": "The other app did not answer in time",
        "app_failed": "The other app could not be called, or refused",
    }

    url: Annotated[
        str, Field(max_length=2000, title="Address", json_schema_extra={"widget": "url", "hint": "https://"})
    ] = ""
    method: Annotated[
        Literal["POST", "PUT", "PATCH", "GET", "DELETE"],
        Field(
            title="How",
            json_schema_extra={
                "widget": "select",
                "choices": {
                    "POST": "Tell it (POST)",
                    "PUT": "Replace something there (PUT)",
                    "PATCH": "Change something there (PATCH)",
                    "GET": "Ask for something (GET)",
                    "DELETE": "Remove something there (DELETE)",
                },
            },
        ),
    ] = "POST"
    body: Annotated[
        Literal["everything", "chosen"],
        Field(
            title="What is sent",
            json_schema_extra={
                "widget": "select",
                "choices": {"everything": "All that is known", "chosen": "Chosen fields"},
            },
        ),
    ] = "everything"
    fields: Annotated[
        tuple[Given, ...],
        Field(max_length=MOST, title="Fields", json_schema_extra={"widget": "given", "only": {"body": "chosen"}}),
    ] = ()
    headers: Annotated[
        tuple[Header, ...], Field(max_length=MOST, title="Headers", json_schema_extra={"widget": "headers"})
    ] = ()
    wait: Annotated[bool, Field(title="Wait for the answer", json_schema_extra={"widget": "switch"})] = False
    amount: Annotated[
        int,
        Field(ge=1, le=10_000, title="At most", json_schema_extra={"widget": "duration", "only": {"wait": True}}),
    ] = 1
    unit: Annotated[
        Literal["minutes", "hours", "days"],
        Field(
            title="Unit",
            json_schema_extra={
                "widget": "part_of",
                "field": "amount",
                "choices": {"minutes": "minutes", "hours": "hours", "days": "days"},
            },
        ),
    ] = "hours"
    name: Annotated[str, name_field("answer")] = ""

    def outlets(self) -> tuple[Outlet, ...]:
        return (Outlet("answered", "Answered"), Outlet("failed", "Failed")) if self.wait else (Outlet("next"),)

    def waited_out(self) -> str:
        return self.outlets()[-1].id

    def good_for(self) -> int | None:
        return self.amount * _SECONDS[self.unit] if self.wait else None

    def keeps(self) -> Mapping[str, Any]:
        return {self.name: {"status": 200}} if self.name else {}

    def say(self, known: Known) -> Phrase:
        host = app_of(self.url)
        if not host:
            return say("Call another app")
        if self.wait:
            return say("Call {app} and wait for the answer", app=Quoted(host[:60]))
        return say("Call {app}", app=Quoted(host[:60]))

    def run(self, ctx: Context) -> Decision:
        if not self.wait:
            ctx.send(self.channel)
            return Go()
        if ctx.reply:
            failed = ctx.reply != "answered"
            return Go("failed", Reason("app_failed")) if failed else Go("answered")
        latest = moved(ctx.arrived_at, self.amount, self.unit, ctx.zone)
        if ctx.now >= latest:
            return Go("failed", Reason("no_answer"))
        if not ctx.held:
            ctx.send(self.channel)
        return Sleep(latest, Reason("awaits_answer", {"until": Moment(latest, ctx.zone.key)}))

    def problems(self, known: Known) -> list[Problem]:
        found = []
        if not self.url:
            found.append(Problem("no_url", say("Type the address of the other app"), field="url"))
        elif not _is_url(self.url):
            text = say("This is no web address. Begin it with https://, and put no user or password into it.")
            found.append(Problem("bad_url", text, field="url"))
        elif self.url.startswith("http:"):
            text = say("What is sent can be read on its way: the address begins with http:// and not https://")
            found.append(Problem("open_url", text, "warn", field="url"))
        for header in self.headers:
            if not header.name:
                found.append(
                    Problem("no_header", say("A header has no name. Type one, or remove it."), field="headers")
                )
            elif header.secret and header.host != app_of(self.url):
                text = say("The secret of {name} was typed for another app. Type it again.", name=Quoted(header.name))
                found.append(Problem("other_app", text, field="headers"))
            elif header.secret and known.secrets is not None and known.secrets.get(header.secret) != header.host:
                text = say("The secret of {name} did not come along with the Flow. Type it.", name=Quoted(header.name))
                found.append(Problem("no_secret", text, field="headers"))
            elif header.name.lower() in OURS or header.name.lower().startswith("cartwheel-"):
                text = say("{name} is written by Cartwheel itself. Remove it.", name=Quoted(header.name))
                found.append(Problem("our_header", text, field="headers"))
        if self.body == "chosen":
            found += self._wrong_fields()
        return found

    def _wrong_fields(self) -> list[Problem]:
        if not self.fields:
            return [Problem("no_fields", say("Add the fields that are sent"), field="fields")]
        names = [given.name for given in self.fields]
        if not all(names) or not all(given.field for given in self.fields):
            return [Problem("half_a_field", say("Give each a name and a field, or remove it."), field="fields")]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            text = say("The name {name} stands there twice. Change one.", name=Quoted(twice))
            return [Problem("same_name", text, field="fields")]
        odd = next((given.field for given in self.fields if given.field.partition(".")[0] not in _ROOTS), None)
        if odd is not None:
            text = say("{field} is no field. It begins with contact, event or run, and a dot.", field=Quoted(odd))
            return [Problem("odd_field", text, field="fields")]
        return []


def app_of(url: str) -> str:
    """The host that an address calls, "" for what is no web address."""
    return (urlsplit(url).hostname or "") if _is_url(url) else ""


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and "@" not in parts.netloc
            and text.isprintable()
            and " " not in text
            and parts.port != 0
        )
    except ValueError:
        return False
