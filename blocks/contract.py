"""The contract of a block: settings, one sentence, ways out, a decision.

A block's fields are its settings and `run` is its behaviour. It does no I/O and asks neither clock nor dice: all that it
may know or do is in `ctx`. It returns what it decided; the engine records the decision and the effects together.
"""

import hashlib
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Literal, Protocol
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, ValidationError

from blocks.facts import Item, Outcome
from blocks.hours import Hours
from blocks.limits import Keep
from blocks.phrase import Phrase, say
from blocks.rules import Counted, Rule, counted
from blocks.values import Typed, fold, text_of

Family = Literal["trigger", "timing", "split", "send", "action"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a step or a message went as it did: a code with its data. Words are made from it when somebody looks."""

    code: str
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Go:
    """Leave by this outlet, now. An outlet that leads nowhere ends the run."""

    outlet: str = "next"
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Sleep:
    """Stay here and run me again at `until` (UTC)."""

    until: datetime
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """The run ends here."""

    reason: Reason | None = None


Decision = Go | Sleep | Stop


@dataclass(frozen=True, slots=True)
class Outlet:
    """A way out of a block. `label` is a message id, `own` the name that a person gave it; both are "" for the only one."""

    id: str
    label: str = ""
    own: str = ""

    @property
    def name(self) -> Phrase:
        """What it is called: a person's own words as they were typed, else ours."""
        return say("{name}", name=self.own) if self.own else Phrase(self.label)


@dataclass(frozen=True, slots=True)
class Preset:
    """An entry of the palette: the block with these settings filled in. `search` adds words to find it by.

    A Phrase among the settings becomes a text in the language of whoever takes the entry, and is theirs from then on.
    """

    id: str
    title: str
    icon: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    search: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """How a kind of block looks. `icon` is a Material Symbols name; `title` and `describe` are message ids."""

    title: str
    icon: str
    family: Family
    describe: str
    presets: tuple[Preset, ...] = ()
    compact: bool = False
    rank: int = 50
    """Place in its family's part of the palette; low numbers come first."""


@dataclass(frozen=True, slots=True)
class Offer:
    """How a coupon code looks, and until when it is good (UTC; None for ever)."""

    prefix: str
    length: int
    """Of the part that is drawn by lot."""
    expires: datetime | None = None


class Context(Protocol):
    """What a block may know and ask for while it runs."""

    @property
    def now(self) -> datetime:
        """UTC."""
        ...

    @property
    def entered_at(self) -> datetime:
        """When the contact entered the flow, UTC."""
        ...

    @property
    def arrived_at(self) -> datetime:
        """When the contact arrived at this block, UTC."""
        ...

    @property
    def held(self) -> bool:
        """Whether the contact was held at this block already, and is looked at again."""
        ...

    @property
    def reply(self) -> str:
        """What became of the message that this block sent and waits for: "answered", "failed", or "" while it is out."""
        ...

    @property
    def zone(self) -> ZoneInfo:
        """The contact's zone, else the workspace's, else UTC."""
        ...

    @property
    def flow(self) -> str:
        """The flow's slug."""
        ...

    @property
    def contact(self) -> Typed:
        """The contact's fields in typed form."""
        ...

    @property
    def event(self) -> Typed:
        """The properties of the event the run stands on, in typed form."""
        ...

    @property
    def kept(self) -> Typed:
        """What earlier blocks have kept with the run, in typed form."""
        ...

    def count(self, leaf: Counted) -> int:
        """How often what a declared leaf of a rule asks for is there: events, e-mails; 1 for being in a segment or
        reachable. Raises UndeclaredRead for what was not declared."""
        ...

    def reachable(self, channel: str) -> bool:
        """Whether marketing may reach the contact by a declared channel now: there is an address, it is not blocked, and
        they agreed. Raises UndeclaredRead otherwise."""
        ...

    def message(self, block: str) -> Outcome | None:
        """What has become of the latest message that a declared send block queued in this run, None if it queued none.
        Raises UndeclaredRead otherwise."""
        ...

    def items(self) -> Sequence[Item]:
        """What is in the event the run stands on. Raises UndeclaredRead for a block that does not say it looks there."""
        ...

    def chance(self) -> float:
        """A number in [0, 1) that is the same whenever this contact comes to this block, in this run or a later one."""
        ...

    def send(self, channel: str) -> None:
        """Queue this block's message. It is sent after the run's step is recorded, if it may be sent then."""
        ...

    def set_field(self, name: str, value: Any) -> None:
        """Set a field of the contact; None clears it."""
        ...

    def add_tag(self, tag: str) -> None:
        """Give the contact a tag."""
        ...

    def remove_tag(self, tag: str) -> None:
        """Take a tag from the contact."""
        ...

    def put_on(self, segment: str) -> None:
        """Put the contact on a list: a segment without a rule."""
        ...

    def take_off(self, segment: str) -> None:
        """Take the contact off a list."""
        ...

    def unsubscribe(self, channel: str) -> None:
        """Note that the contact wants no more marketing on this channel."""
        ...

    def suppress(self, channel: str) -> None:
        """Never send the contact anything on this channel again but what they ordered; a person can take it back."""
        ...

    def erase(self) -> None:
        """Forget the contact for good, as soon as the run has ended."""
        ...

    def emit(self, name: str, more: Mapping[str, Any] | None = None) -> None:
        """Let an event of this name happen to the contact, with the properties of the one the run stands on and `more`."""
        ...

    def keep(self, name: str, value: Any) -> None:
        """Keep a JSON value with the run under a name, for later blocks, rules and e-mails. Raises TooMuchKept."""
        ...

    def issue(self, name: str, offer: Offer) -> None:
        """Make a coupon code that is this contact's alone and keep it with the run under a name, as `code` and `expires`. At
        this block a run gets one code, however often it comes."""
        ...


class TooMuchKept(ValueError):
    """A run is to keep more than it may."""


class UndeclaredRead(Exception):
    """A block read something that it had not declared in `reads`, so it was not fetched for the batch."""


class Calendar(Protocol):
    """When holidays fall."""

    def days(self, holiday: str, year: int) -> Sequence[date]:
        """The first day of a holiday (a word of `blocks.scheduled.HOLIDAYS`) in a year, in order: two where the moon has it
        come twice, none where no date is known."""
        ...


@dataclass(frozen=True, slots=True)
class Today:
    """When and where a check is made."""

    now: datetime
    """UTC."""
    zone: ZoneInfo
    """The shop's."""
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Known:
    """What a workspace knows, for the checks that run while somebody draws.

    An empty mapping of `events` or an empty `contact_fields` means "nothing seen yet": fields are then not checked.
    """

    emails: Mapping[str, str] = field(default_factory=dict)
    """Slug of each e-mail to its name."""
    email_problems: Mapping[str, Phrase] = field(default_factory=dict)
    """Slug of each e-mail that may not go out to what is wrong with it."""
    events: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Event names to the property paths seen in them."""
    contact_fields: frozenset[str] = frozenset()
    kept: Mapping[str, Any] = field(default_factory=dict)
    """What runs keep under names, with an example of each. While a flow is checked: what its own blocks keep."""
    segments: Mapping[str, str] = field(default_factory=dict)
    """Slug of each published segment to its name."""
    lists: frozenset[str] = frozenset()
    """Slugs of those segments that have no rule."""
    flows: Mapping[str, "KnownFlow"] = field(default_factory=dict)
    """Flows by their slugs."""
    users: Mapping[str, str] | None = None
    """Address of each user who has given one to their name, "" for none; None where that is not asked."""
    sends: Mapping[str, str] = field(default_factory=dict)
    """Id of each send block of the flow that is looked at to the slug of what it sends."""
    today: Today | None = None
    """None where it is not known; what depends on it is then not checked."""


@dataclass(frozen=True, slots=True)
class KnownFlow:
    """Another flow, as those see it that may add somebody to it."""

    name: str
    live: bool
    takes: bool
    """Whether it starts with those who are added: as it is live, else as it is drawn."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a flow or an e-mail. "bad" stops publishing, "warn" does not."""

    code: str
    phrase: Phrase
    level: Literal["bad", "warn"] = "bad"
    block: str = ""
    """Id of the block, "" for the flow itself."""
    field: str = ""


class Block(BaseModel):
    """One step of a flow."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    card: ClassVar[Card]
    looks_at_items: ClassVar[bool] = False
    """Whether `run` asks what is in the event."""
    reasons: ClassVar[Mapping[str, str]] = {}
    """Reason codes that this block gives, to the message id that says them."""

    kind: str

    def outlets(self) -> tuple[Outlet, ...]:
        """The ways out, in the order in which they are drawn."""
        return (Outlet("next"),)

    @classmethod
    def ways_out(cls, settings: Mapping[str, Any]) -> tuple[Outlet, ...]:
        """The ways out of settings that may be half done or wrong. A block whose ways out come from its settings reads
        them from what is there: while somebody types, no link may lose its outlet."""
        kind = cls.model_fields["kind"].default
        try:
            return cls.model_validate({**settings, "kind": kind}).outlets()
        except ValidationError:
            return cls.model_construct(kind=kind).outlets()

    @abstractmethod
    def say(self, known: Known) -> Phrase:
        """One line for the card, without a full stop."""

    @abstractmethod
    def run(self, ctx: Context) -> Decision:
        """Decide. May be called again after a `Sleep`; must then decide from `ctx` alone."""

    def listens_to(self) -> tuple[str, ...]:
        """Names of events: a trigger may start a run at them; a block that holds the contact is run again when one comes."""
        return ()

    def lets_happen(self) -> tuple[str, ...]:
        """Names of events that it lets happen to the contact."""
        return ()

    def waited_out(self) -> str:
        """The outlet by which those go on whom a person lets wait no longer."""
        return self.outlets()[0].id

    def reads(self) -> tuple[Counted, ...]:
        """What `run` asks for that has to be looked up: past events and e-mails, segments, addresses."""
        return ()

    def reaches(self) -> tuple[str, ...]:
        """The channels for which `run` asks whether the contact can be reached."""
        return ()

    def follows(self) -> tuple[str, ...]:
        """Ids of the send blocks for which `run` asks what became of their message."""
        return ()

    def keeps(self) -> Mapping[str, Any]:
        """What it keeps with the run: each name, with an example that nobody takes for real."""
        return {}

    def problems(self, known: Known) -> list[Problem]:
        """What keeps these settings, valid in themselves, from working in this workspace."""
        return []


class Trigger(Block):
    """A block at which runs start."""

    @abstractmethod
    def admits(self, ctx: Context) -> bool:
        """Whether the event in `ctx` starts a run for its contact."""

    def addressed(self, flow: str) -> Mapping[str, Any]:
        """What an event must carry to be meant for this trigger, in the flow with this slug; nothing for most."""
        return {}

    def means(self, event: Typed, flow: str) -> bool:
        """Whether an event with these properties is meant for this trigger of the flow with this slug."""
        return all(text_of(event, name) == fold(str(value)) for name, value in self.addressed(flow).items())

    def filter(self) -> Rule | None:
        """The rule that `admits` holds the contact and the event against, if it is one; for saying why it did not."""
        return None

    def tells(self) -> Mapping[str, Any]:
        """Properties that the event which starts a run surely has."""
        return {}

    def run(self, ctx: Context) -> Decision:
        """A trigger has done its work by the time it runs."""
        return Go()


class Farewell(Trigger):
    """A block at which those go on who leave the flow by an exit. The blocks drawn from it run once, then the run ends."""

    event: str
    """What the exit is called (its name, else its event); "" for every exit that has no block of its own."""

    def admits(self, ctx: Context) -> bool:
        return False


class Subject(Protocol):
    """What is known of a contact whom time may bring into a flow."""

    @property
    def contact(self) -> Typed:
        """Their fields in typed form."""
        ...

    @property
    def zone(self) -> ZoneInfo:
        """Their zone, else the workspace's, else UTC."""
        ...

    def last(self, event: str) -> datetime | None:
        """When they last did this, UTC; with "" when we last heard of them at all. None if never."""
        ...


class Brought(Trigger):
    """A trigger that no event from outside starts. When its time has come for a contact, the engine lets an event named
    `happening` happen to them, with this block's `occasion` in it. Flows whose triggers mean the same occasion share it.
    """

    happening: ClassVar[str]

    @abstractmethod
    def filter(self) -> Rule | None:
        """What a contact must meet besides when it comes."""

    @abstractmethod
    def tells(self) -> Mapping[str, Any]:
        """Properties of the event that happens."""

    def occasion(self) -> str:
        """Tells occasions apart; the same for settings that mean the same."""
        settings = self.model_dump_json(exclude={"where"})
        return hashlib.blake2b(settings.encode(), digest_size=12).hexdigest()

    def addressed(self, flow: str) -> Mapping[str, Any]:
        return {"occasion": self.occasion()}

    def listens_to(self) -> tuple[str, ...]:
        return (self.happening,)

    def admits(self, ctx: Context) -> bool:
        rule = self.filter()
        return self.means(ctx.event, ctx.flow) and (rule is None or rule.meets(ctx))

    def reads(self) -> tuple[Counted, ...]:
        return counted(self.filter())


class Timed(Brought):
    """A trigger that time starts: a date comes, or too long nothing happens."""

    late_is_fine: ClassVar[bool] = False
    """Whether it still holds when nobody was there to see it in time; else what is over 24 h late starts nothing."""

    @abstractmethod
    def due(self, who: Subject, after: datetime) -> datetime | None:
        """The first time (UTC) at or after `after` at which this contact is to enter; None if nothing known says so."""

    def watches(self) -> str:
        """The event whose last time `due` asks for, "" if for none by name."""
        return ""


class Send(Block):
    """A block that queues one message a visit."""

    channel: ClassVar[str]
    asks_consent: ClassVar[bool] = True
    """Whether what it sends can be marketing, for which the contact has to have agreed."""

    def document(self) -> str:
        """Slug of the document that the message is made from; publishing keeps a copy with the version."""
        return ""

    def keeps_to(self) -> Keep:
        """Whose caps and quiet hours hold for this message. Transactional ones keep to none anyway."""
        return "follow"

    def only_in(self) -> Hours | None:
        """The only hours in which this message may go out where the contact lives, whatever kind it is; None for any."""
        return None

    def good_for(self) -> int | None:
        """Seconds after queuing from which it is too late to send the message; None if it never is."""
        return None
