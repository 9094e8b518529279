"""What a mail server said to one message, or that it said nothing, and what follows from that."""

import re
from dataclasses import dataclass
from typing import Any, Literal

from blocks.phrase import Phrase

Kind = Literal["accepted", "refused", "lost", "broken"]
Stage = Literal["mail", "rcpt", "data", "body"]

_STATUS = re.compile(r"\A\s*([245]\.\d{1,3}\.\d{1,3})\b")
_NOBODY = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"})
"""RFC 3463: this mailbox or its domain does not exist. 5.1.4 and 5.1.5 say something else, 5.1.7 and 5.1.8 blame the sender,
5.7.x is the server's policy and 5.2.x a mailbox that exists."""
_NOBODY_IN_WORDS = re.compile(
    r"(?:user|recipient|mailbox|address|account)\s+(?:is\s+)?(?:unknown|not\s+found|does\s*n[o']t\s+exist)"
    r"|(?:unknown|no\s+such|invalid)\s+(?:\w+\s+)?(?:user|recipient|mailbox|address|account)",
    re.IGNORECASE,
)
LONGEST = 400
"""Characters of a server's answer that are kept."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How handing over one message went.

    accepted   the server has taken it
    refused    the server said no, for good (5xx) or for now (4xx), at `stage`
    lost       all of it went out, but the answer never came: it may have been taken (RFC 1047)
    broken     the connection failed before all of it was out: it cannot have been taken
    """

    kind: Kind
    code: int = 0
    text: str = ""
    stage: Stage = "body"
    fresh: bool = False
    """broken: whether the connection had carried nothing before, so that idleness does not explain it."""

    @property
    def words(self) -> str:
        """The server's own words, in one line."""
        return f"{self.code} {self.text}".strip()[:LONGEST] if self.code else self.text[:LONGEST]

    @property
    def for_good(self) -> bool:
        """Whether trying again is pointless. What is said to MAIL is about the sender, which can be put right."""
        return self.kind == "refused" and self.code >= 500 and self.stage != "mail"

    @property
    def nobody_there(self) -> bool:
        """Whether the address does not exist (a hard bounce), so that it must not be mailed again."""
        if not self.for_good:
            return False
        status = _STATUS.match(self.text)
        if status is not None:
            return status[1] in _NOBODY and not (status[1] == "5.1.0" and self.stage != "rcpt")
        return self.stage == "rcpt" and self.code in (550, 551, 553) and _NOBODY_IN_WORDS.search(self.text) is not None


_LATER = frozenset({408, 409, 425, 429})


@dataclass(frozen=True, slots=True)
class Reply(Answer):
    """What another app said over HTTP. Its body goes to the run that asked to keep it, and is told nowhere else."""

    why: Phrase | None = None
    """Why there is no answer."""
    pointless: bool = False
    kept: Any = None

    @property
    def words(self) -> str:
        return str(self.code) if self.code else ""

    @property
    def for_good(self) -> bool:
        """A request that was refused is refused again; one that came at a bad time is not."""
        return self.pointless or (self.kind == "refused" and 300 <= self.code < 500 and self.code not in _LATER)

    @property
    def nobody_there(self) -> bool:
        return False
