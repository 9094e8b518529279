"""May this message go out, now? The one place that decides, asked at the moment of sending.

A pure function over facts that were fetched for a whole batch. What is new in the law or in a shop's wishes (caps, quiet
hours) becomes one more line here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from blocks.phrase import Moment
from blocks.values import moment


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

    Tests go to whoever asked for them. Transactional mail needs no consent, but an address that does not exist is never
    mailed again. A contact who left the flow gets nothing more of it, whatever it is.
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
    if not facts.marketing:
        return ALLOWED
    if facts.suppressed is not None:
        return Refused(f"suppressed_{facts.suppressed}")
    if facts.consent == "no":
        return Refused("said_no", args={"when": Moment(moment(facts.consent_at), facts.zone)})
    if facts.consent != "yes":
        return Refused("no_consent")
    return ALLOWED
