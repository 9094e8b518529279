"""May this message go out, now? The one place that decides, asked at the moment of sending.

A pure function over facts that were fetched for a whole batch. What is new in the law or in a shop's wishes becomes one
more question here. `docs/permission.md` says the questions and their order to people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from zoneinfo import ZoneInfo

from blocks.phrase import Moment, Quoted, TimeOfDay
from blocks.values import moment
from runtime.accounts.limits import Cap, Limits, free_at
from runtime.clock import HOUR

NO_LIMITS = Limits()
SAME_HOUR = HOUR
"""How far apart two messages may be due and still want the same place under a cap."""
UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Rival:
    """A marketing message of another flow that waits for the same contact on the same channel."""

    id: int
    flow: int
    flow_name: str
    priority: int
    due_at: int
    before: int | None = None
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the decision looks at. Instants are UTC microseconds."""

    marketing: bool
    test: bool
    address: str | None
    consent: str | None = None
    """The latest answer for e-mail: "yes", "no", or None if nobody ever asked."""
    consent_at: int = 0
    suppressed: str | None = None
    """Why the address is blocked: "hard_bounce", "complaint", "manual"; None if it is not."""
    run_state: str | None = None
    flow_state: str | None = None
    zone: str = "UTC"
    """In which instants are shown."""
    now: int = 0
    before: int | None = None
    """After this instant it is too late for the message."""
    anyway: bool = False
    """The send block says that the shop's limits do not hold for this message."""
    limits: Limits = NO_LIMITS
    channel: str = "email"
    home: ZoneInfo = UTC
    """Where the contact lives, whose days and hours the limits mean."""
    flow: int | None = None
    priority: int = 3
    """Of its flow."""
    out: tuple[int, ...] = ()
    """When marketing of this channel went out to the contact, as far back as the caps count."""
    rivals: tuple[Rival, ...] = ()
    spoken_for: str | None = None
    """The flow of higher priority that writes about the same within the hour, where its own flow keeps quiet then."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Send it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Do not send it, ever; the message ends in `state`."""

    code: str
    state: Literal["skipped", "cancelled"] = "skipped"
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Postponed:
    """Ask again at `until` (UTC microseconds)."""

    until: int
    code: str
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """Leave it in the queue as it is: its flow is paused."""


Decision = Allowed | Refused | Postponed | Kept
ALLOWED = Allowed()


def decide(facts: Facts) -> Decision:
    """Whether a message may be sent now.

    Tests go to whoever asked for them. Transactional mail needs no consent and keeps to no limits, but an address that
    does not exist is never mailed again. A contact who left the flow gets nothing more of it, whatever it is.
    """
    if not facts.address:
        return Refused("no_address")
    if facts.test:
        return ALLOWED
    if facts.run_state in ("left", "replaced"):
        return Refused("run_ended", "cancelled")
    if facts.flow_state == "archived":
        return Refused("flow_archived", "cancelled")
    if facts.flow_state == "paused":
        return Kept()
    if facts.suppressed == "hard_bounce":
        return Refused("suppressed_hard_bounce")
    if facts.before is not None and facts.now > facts.before:
        return Refused("too_late", args={"before": _shown(facts.before, facts)})
    if not facts.marketing:
        return ALLOWED
    if facts.suppressed is not None:
        return Refused(f"suppressed_{facts.suppressed}")
    if facts.consent == "no":
        return Refused("said_no", args={"when": _shown(facts.consent_at, facts)})
    if facts.consent != "yes":
        return Refused("no_consent")
    if facts.spoken_for is not None:
        return Refused("spoken_for", args={"flow": Quoted(facts.spoken_for)})
    if facts.anyway:
        return ALLOWED
    return _in_time(_in_quiet_hours(facts) or _over_a_cap(facts) or ALLOWED, facts)


def _in_quiet_hours(facts: Facts) -> Decision | None:
    until = facts.limits.awake_at(facts.now, facts.home)
    if until == facts.now:
        return None
    there = TimeOfDay(f"{moment(facts.now).astimezone(facts.home):%H:%M}")
    if facts.limits.in_quiet == "skip":
        return Refused("quiet_hours", args={"there": there})
    return Postponed(until, "quiet_waits", {"there": there, "until": _shown(until, facts)})


def _over_a_cap(facts: Facts) -> Decision | None:
    """Whether the contact has got enough already, or will have with what a flow of higher priority is about to send."""
    caps = facts.limits.caps_of(facts.channel)
    if not caps:
        return None
    if (full := _full(caps, facts.out, facts)) is not None:
        at = free_at(caps, facts.out, facts.now, facts.home)
        if facts.limits.over == "skip":
            return Refused("cap_reached", args={"cap": full.say()})
        until = facts.limits.awake_at(at, facts.home)
        return Postponed(until, "cap_waits", {"cap": full.say(), "until": _shown(until, facts)})
    ahead = sorted((one for one in facts.rivals if _goes_first(one, facts)), key=lambda one: -one.priority)
    taken = (*facts.out, *(max(one.due_at, facts.now) for one in ahead))
    if (full := _full(caps, taken, facts)) is None:
        return None
    said = {"flow": Quoted(ahead[0].flow_name), "cap": full.say()}
    if facts.limits.over == "skip":
        return Refused("priority_first", args=said)
    until = facts.limits.awake_at(free_at(caps, taken, facts.now, facts.home), facts.home)
    return Postponed(until, "priority_waits", said | {"until": _shown(until, facts)})


def _full(caps: Sequence[Cap], out: Sequence[int], facts: Facts) -> Cap | None:
    """The cap that admits nothing now, of several the one that does so for longest."""
    until, place = max((cap.free_at(out, facts.now, facts.home), place) for place, cap in enumerate(caps))
    return caps[place] if until > facts.now else None


def _goes_first(rival: Rival, facts: Facts) -> bool:
    """Whether a waiting message of another flow goes out within the hour and before this one."""
    at = max(rival.due_at, facts.now)
    return (
        rival.priority > facts.priority
        and rival.flow != facts.flow
        and at < facts.now + SAME_HOUR
        and (rival.before is None or at <= rival.before)
        and (rival.anyway or facts.limits.awake_at(at, facts.home) == at)
    )


def _in_time(decision: Decision, facts: Facts) -> Decision:
    """What would go out only when it is too late need not wait for that."""
    if isinstance(decision, Postponed) and facts.before is not None and decision.until > facts.before:
        before, until = _shown(facts.before, facts), _shown(decision.until, facts)
        return Refused("too_late_then", args={"before": before, "until": until})
    return decision


def _shown(at: int, facts: Facts) -> Moment:
    return Moment(moment(at), facts.zone)
