"""May this message go out, now? The one place that decides, asked at the moment of sending.

A pure function over facts that were fetched for a whole batch. What is new in the law or in a shop's wishes becomes one
more question here. `docs/permission.md` says the questions and their order to people.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from zoneinfo import ZoneInfo

from blocks.clocks import where
from blocks.hours import Over, awake_at, open_at
from blocks.limits import Cap, Limits, free_at
from blocks.pauses import pausing
from blocks.phrase import Day, Moment, Quoted, TimeOfDay
from blocks.values import moment
from runtime.clock import HOUR, SECOND
from runtime.delivery.decision.readiness import ASK_AGAIN, Lack
from runtime.delivery.decision.terms import PLAIN, Terms
from runtime.zones import zone_of

NO_LIMITS = Limits()
SAME_HOUR = HOUR
"""How far apart two messages may be due and still want the same place under a cap, or be about the same; and how long a
message waits in all to see whether a flow of higher priority speaks."""
ALONE_WAITS, PLACE_WAITS = "alone_waits", "place_waits"
"""Codes of messages that wait to see that."""
UTC = ZoneInfo("UTC")
_Counted = tuple[Cap, Sequence[int], ZoneInfo]
"""A cap, when what it counts went out, and by whose clocks its days and weeks are meant."""


@dataclass(frozen=True, slots=True)
class Rival:
    """A message of another flow that waits for the same contact on the same channel, or that a run of it may queue when it
    goes on; then `id` is the run's."""

    id: int
    flow: int
    flow_name: str
    due_at: int
    before: int | None = None
    terms: Terms = PLAIN
    own_out: tuple[int, ...] = ()
    """As in `Facts`, of its own flow."""
    wakes_at: int | None = None
    """When its run goes on, if there is no message yet; by then it may also turn out that none comes."""
    going: bool = False
    """Whether it is being handed over; the server may yet refuse it."""


@dataclass(slots=True)
class Facts:
    """All that the decision looks at, gathered step by step and in place: a copy for each step would cost more than the
    decision. Instants are UTC microseconds."""

    marketing: bool
    test: bool
    address: str | None = None
    addressed: bool = True
    """Whether the channel needs an address."""
    consent: str | None = None
    """The latest answer for e-mail: "yes", "no", or None if nobody ever asked."""
    consent_at: int = 0
    suppressed: str | None = None
    """Why the address is blocked: "hard_bounce", "complaint", "manual", "erased"; None if it is not."""
    run_state: str | None = None
    flow_state: str | None = None
    zone: str = "UTC"
    """The shop's: in which instants are shown, and whose days a flow's pauses mean, where the flow has no zone of its own."""
    now: int = 0
    before: int | None = None
    """After this instant it is too late for the message."""
    limits: Limits = NO_LIMITS
    """The shop's."""
    terms: Terms = PLAIN
    """What its flow and its block say."""
    channel: str = "email"
    home: ZoneInfo = UTC
    """Where the contact lives, whose days and hours the limits mean; a flow with a zone of its own means that."""
    flow: int | None = None
    out: tuple[int, ...] = ()
    """When marketing of this channel went out to the contact, as far back as the caps count."""
    own_out: tuple[int, ...] = ()
    """That of it which was of its flow, if the flow has caps of its own."""
    rivals: tuple[Rival, ...] = ()
    spoken_for: str | None = None
    """The flow of higher priority that wrote about the same within the hour, where its own flow keeps quiet then."""
    may_speak: tuple[Rival, ...] = ()
    """Those of which it is not known yet whether they will."""
    waits_since: int | None = None
    """Since when it waits to see whether a flow of higher priority speaks, if it does."""
    asked_for: int | None = None
    """When it was to be asked this time; that is long past where nothing was sent for a while."""
    lack: Lack | None = None
    """What the shop has not set yet and the message needs."""


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

    What needs a setting that is missing waits for it. Tests go to whoever asked for them. Transactional mail needs no
    consent and keeps to no limits but the hours of its own block, and an address that does not exist is never mailed
    again. A contact who left the flow gets nothing more of it, whatever it is.
    """
    if facts.addressed and not facts.address:
        return Refused("no_address")
    if facts.test:
        return _unready(facts) or ALLOWED
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
    if facts.marketing and (unwanted := _unwanted(facts)) is not None:
        return unwanted
    if (unready := _unready(facts)) is not None:
        return unready
    return _in_time(_at_a_bad_time(facts) or ALLOWED, facts)


def _unready(facts: Facts) -> Postponed | None:
    """Whether it has to wait for a setting."""
    lack = facts.lack
    return None if lack is None else Postponed(facts.now + ASK_AGAIN, lack.code, lack.args)


def _unwanted(facts: Facts) -> Decision | None:
    """Whether the contact does not want marketing, as far as is known."""
    if facts.suppressed is not None:
        return Refused(f"suppressed_{facts.suppressed}")
    if facts.consent == "no":
        return Refused("said_no", args={"when": _shown(facts.consent_at, facts)})
    if facts.consent != "yes":
        return Refused("no_consent")
    if facts.spoken_for is not None:
        return Refused("spoken_for", args={"flow": Quoted(facts.spoken_for)})
    return None


def _at_a_bad_time(facts: Facts) -> Decision | None:
    """Whether something keeps back what may go out at some time."""
    if not facts.marketing:
        return _outside_its_hours(facts)
    found = _in_a_pause(facts) or _outside_its_hours(facts)
    if found is None and not facts.terms.anyway:
        found = _in_quiet_hours(facts) or _over_a_cap(facts)
    return found or _about_the_same(facts)


def _about_the_same(facts: Facts) -> Decision | None:
    """Whether a flow of higher priority may say it in its place. What is being said right now counts as said, if there is no
    time to see what comes of it."""
    if (waits := _asked_again(_awaited(facts.may_speak, facts), ALONE_WAITS, {}, facts)) is not None:
        return waits
    going = next((one for one in facts.may_speak if one.going), None)
    return None if going is None else Refused("spoken_for", args={"flow": Quoted(going.flow_name)})


def _in_a_pause(facts: Facts) -> Decision | None:
    terms = facts.terms
    held = pausing(terms.pauses, facts.now, zone_of(terms.zone, facts.zone)) if terms.pauses else None
    if held is None:
        return None
    dates = {"first": Day(held.first), "last": Day(held.last)}
    return _kept_back(held.pause.then, "flow_pauses", "pause_waits", dates, held.over_at, facts)


def _outside_its_hours(facts: Facts) -> Decision | None:
    hours, terms = facts.terms.hours, facts.terms
    if hours is None or (opens := hours.opens_at(facts.now, _clocks(terms, facts))) == facts.now:
        return None
    said = {"hours": hours.say(), "where": where(terms.zone)}
    return _kept_back(hours.then, "outside_hours", "hours_wait", said, opens, facts)


def _in_quiet_hours(facts: Facts) -> Decision | None:
    own, quiet, clocks = facts.terms.own, facts.terms.quiet(facts.limits), _of_quiet(facts.terms, facts)
    if not quiet or (until := awake_at(quiet, facts.now, clocks)) == facts.now:
        return None
    there: dict[str, Any] = {"there": TimeOfDay(f"{moment(facts.now).astimezone(clocks):%H:%M}")}
    whose = ""
    if own is not None and own.quiet is not None:
        whose, there["where"] = "flow_", where(facts.terms.zone)
    over = own.in_quiet if own is not None and own.in_quiet is not None else facts.limits.in_quiet
    return _kept_back(over, f"{whose}quiet_hours", f"{whose}quiet_waits", there, until, facts)


def _over_a_cap(facts: Facts) -> Decision | None:
    """Whether the contact has got enough already, or will have with what a flow of higher priority is about to send, or may
    be."""
    own = facts.terms.own
    of_shop, of_flow = facts.limits.caps_of(facts.channel), own.caps_of(facts.channel) if own is not None else ()
    if not of_shop and not of_flow:
        return None
    over = own.over if own is not None and own.over is not None else facts.limits.over
    counted: list[_Counted] = [(cap, facts.out, facts.home) for cap in of_shop]
    counted += [(cap, facts.own_out, _clocks(facts.terms, facts)) for cap in of_flow]
    if (place := _full(counted, facts)) is not None:
        whose = "flow_" if place >= len(of_shop) else ""
        said: dict[str, Any] = {"cap": counted[place][0].say()}
        free = free_at(counted, facts.now)
        return _kept_back(over, f"{whose}cap_reached", f"{whose}cap_waits", said, free, facts)
    first = sorted((one for one in facts.rivals if _goes_first(one, facts)), key=lambda one: -one.terms.priority)
    ahead = [one for one in first if one.wakes_at is None]
    taken = (*facts.out, *(max(one.due_at, facts.now) for one in ahead))
    counted[: len(of_shop)] = [(cap, taken, facts.home) for cap in of_shop]
    if (place := _full(counted, facts)) is not None:
        said = {"flow": Quoted(ahead[0].flow_name), "cap": counted[place][0].say()}
        free = free_at(counted, facts.now)
        # What is not sent is lost, and the place may be left free after all.
        seen = _awaited(ahead, facts) if over == "skip" else []
        waits = _asked_again(seen, PLACE_WAITS, {"cap": said["cap"]}, facts)
        return waits or _kept_back(over, "priority_first", "priority_waits", said, free, facts)
    awaited = _awaited((one for one in first if one.wakes_at is not None), facts)
    taken = (*taken, *(one.due_at for _, one in awaited))
    counted[: len(of_shop)] = [(cap, taken, facts.home) for cap in of_shop]
    if (place := _full(counted, facts)) is None:
        return None
    return _asked_again(awaited, PLACE_WAITS, {"cap": counted[place][0].say()}, facts)


def _awaited(rivals: Iterable[Rival], facts: Facts) -> list[tuple[int, Rival]]:
    """Those of which is known soon enough whether they speak, and when to ask, the first of them first: within an hour in
    all, and while the message can still go out."""
    since = _waits_since(facts)
    by = since + SAME_HOUR
    last = by if facts.before is None else min(by, facts.before)
    found = []
    for one in rivals:
        if one.due_at >= by:
            continue
        known_at = max(one.due_at if one.wakes_at is None else one.wakes_at, since)
        # Whoever is behind with it gets as long again.
        until = max(known_at, 2 * facts.now - known_at) + SECOND
        if until <= last and _open_at(until, facts.terms, facts) == until:
            found.append((until, one))
    return sorted(found, key=lambda pair: (pair[0], -pair[1].terms.priority, pair[1].id))


def _asked_again(
    awaited: Sequence[tuple[int, Rival]], code: str, said: Mapping[str, Any], facts: Facts
) -> Postponed | None:
    """Waiting until it is known whether the first of these speaks."""
    if not awaited:
        return None
    until, one = awaited[0]
    since = _shown(_waits_since(facts), facts)
    said = {"flow": Quoted(one.flow_name), **said, "until": _shown(until, facts), "since": since}
    return Postponed(until, code, said)


def _waits_since(facts: Facts) -> int:
    """Since when it waits to see who speaks; as if it did not wait where nothing could be seen, while nothing was sent."""
    if facts.waits_since is None:
        return facts.now
    behind = 0 if facts.asked_for is None else facts.now - facts.asked_for
    return facts.waits_since + max(0, behind)


def _full(counted: Sequence[_Counted], facts: Facts) -> int | None:
    """Which cap admits nothing now, of several the one that does so for longest."""
    until, place = max((cap.free_at(out, facts.now, zone), place) for place, (cap, out, zone) in enumerate(counted))
    return place if until > facts.now else None


def _kept_back(
    over: Over, skips: str, waits: str, said: Mapping[str, Any], free: int, facts: Facts
) -> Refused | Postponed:
    """What becomes of a message for which something holds until `free`: it is asked again when nothing else holds either
    by the clock, so that what it is told is true."""
    if over == "skip":
        return Refused(skips, args=said)
    until = _open_at(free, facts.terms, facts)
    if until is None:
        return Refused("never_open", args={"hours": facts.terms.hours.say() if facts.terms.hours is not None else ""})
    return Postponed(until, waits, {**said, "until": _shown(until, facts)})


def _open_at(at: int, terms: Terms, facts: Facts) -> int | None:
    """The first moment, not before `at`, at which neither hours nor dates keep a message of such terms back; None if
    quiet hours cover all the hours it may go out in."""
    quiet = terms.quiet(facts.limits) if facts.marketing else ()
    pauses = terms.pauses if facts.marketing else ()
    nights, clocks = _of_quiet(terms, facts), _clocks(terms, facts)
    while (found := open_at(quiet, nights, terms.hours, clocks, at)) is not None:
        if (held := pausing(pauses, found, zone_of(terms.zone, facts.zone))) is None:
            return found
        at = held.over_at
    return None


def _goes_first(rival: Rival, facts: Facts) -> bool:
    """Whether a message of another flow goes out within the hour and before this one, if there will be one."""
    at = max(rival.due_at, facts.now)
    own = rival.terms.own.caps_of(facts.channel) if rival.terms.own is not None else ()
    return (
        rival.terms.priority > facts.terms.priority
        and rival.flow != facts.flow
        and at < facts.now + SAME_HOUR
        and (rival.before is None or at <= rival.before)
        and _open_at(at, rival.terms, facts) == at
        and free_at([(cap, rival.own_out, _clocks(rival.terms, facts)) for cap in own], at) == at
    )


def _in_time(decision: Decision, facts: Facts) -> Decision:
    """What would go out only when it is too late need not wait for that."""
    if isinstance(decision, Postponed) and facts.before is not None and decision.until > facts.before:
        before, until = _shown(facts.before, facts), _shown(decision.until, facts)
        return Refused("too_late_then", args={"before": before, "until": until})
    return decision


def _shown(at: int, facts: Facts) -> Moment:
    return Moment(moment(at), facts.terms.zone or facts.zone)


def _clocks(terms: Terms, facts: Facts) -> ZoneInfo:
    """By which hours and days are meant that a flow says itself."""
    return zone_of(terms.zone) if terms.zone else facts.home


def _of_quiet(terms: Terms, facts: Facts) -> ZoneInfo:
    """By which quiet hours are meant: those of the shop by the contact's, whatever the flow goes by."""
    own = terms.own is not None and terms.own.quiet is not None
    return _clocks(terms, facts) if own else facts.home
