"""Why a mail server cannot be used at all, as a code with data. `runtime/reasons.py` has the words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Trouble:
    """What keeps a whole server from taking mail; no message is to blame."""

    code: str
    args: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of the phrase."""
