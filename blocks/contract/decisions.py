"""What a block decides when it is run, and why. The engine records it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


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
