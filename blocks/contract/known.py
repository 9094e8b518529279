"""What a workspace knows, for the checks that run while somebody draws; and what they find."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo

from blocks.phrase import Phrase


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
class KnownFlow:
    """Another flow, as those see it that may add somebody to it."""

    name: str
    live: bool
    takes: bool
    """Whether it starts with those who are added: as it is live, else as it is drawn."""


@dataclass(frozen=True, slots=True)
class PutAway:
    """An e-mail that was put into the archive or the bin, where it still has its name."""

    name: str
    in_bin: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What a workspace knows, for the checks that run while somebody draws.

    An empty mapping of `events` or an empty `contact_fields` means "nothing seen yet": fields are then not checked.
    """

    emails: Mapping[str, str] = field(default_factory=dict)
    """Slug of each e-mail to its name."""
    email_problems: Mapping[str, Phrase] = field(default_factory=dict)
    """Slug of each e-mail that may not go out to what is wrong with it."""
    email_warnings: Mapping[str, Phrase] = field(default_factory=dict)
    """Slug of each e-mail that may go out to what its readers would stumble over."""
    put_away: Mapping[str, PutAway] = field(default_factory=dict)
    """Those that are not in use by their slugs, for what still asks for them."""
    events: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Event names to the property paths seen in them."""
    contact_fields: frozenset[str] = frozenset()
    kept: Mapping[str, Any] = field(default_factory=dict)
    """What runs keep under names, with an example of each. While a flow is checked: what its own blocks keep."""
    segments: Mapping[str, str] = field(default_factory=dict)
    """Slug of each published segment to its name."""
    lists: frozenset[str] = frozenset()
    """Slugs of those segments that have no rule."""
    flows: Mapping[str, KnownFlow] = field(default_factory=dict)
    """Flows by their slugs."""
    users: Mapping[str, str] | None = None
    """Address of each user who has given one to their name, "" for none; None where that is not asked."""
    secrets: Mapping[str, str] | None = None
    """Name of each secret that the shop keeps to the app that it goes to; None where that is not asked."""
    sends: Mapping[str, str] = field(default_factory=dict)
    """Id of each send block of the flow that is looked at to the slug of what it sends."""
    run_key: str | None = None
    """The property that tells runs of the flow that is looked at apart, "" where a contact has one run; None where no flow is
    looked at."""
    zone: str = ""
    """The one by whose clocks the flow goes that is looked at; "" where it goes by each contact's own."""
    today: Today | None = None
    """None where it is not known; what depends on it is then not checked."""

    @property
    def clocks(self) -> ZoneInfo:
        """Those by which schedules come that go by nobody's own: the flow's, else the shop's; UTC where that is not known."""
        if self.zone:
            return ZoneInfo(self.zone)
        return self.today.zone if self.today is not None else ZoneInfo("UTC")

    def email_name(self, slug: str) -> str:
        """What the e-mail is called, wherever it lies; its slug where nobody knows."""
        if (name := self.emails.get(slug)) is not None:
            return name
        return self.put_away[slug].name if slug in self.put_away else slug


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a flow or an e-mail. "bad" stops publishing, "warn" does not."""

    code: str
    phrase: Phrase
    level: Literal["bad", "warn"] = "bad"
    block: str = ""
    """Id of the block, "" for the flow itself."""
    field: str = ""
