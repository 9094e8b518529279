"""What a shop has not set yet, without which mail must not go to a real server. The local outbox takes everything."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blocks.phrase import Quoted, say
from runtime.clock import HOUR
from runtime.public_address import is_local

NO_ADDRESS = "no_public_address"
NO_SENDER = "no_sender"
UNREADY = (NO_SENDER, NO_ADDRESS)
"""Codes of messages that wait for a setting; `sending.holds` lets them go as soon as it is there."""
ASK_AGAIN = HOUR
"""How long one waits at most before it is asked again, should nobody notice that the setting is there."""


@dataclass(frozen=True, slots=True)
class Lack:
    """What is missing, as a reason."""

    code: str
    args: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Readiness:
    """What bears on it of a shop: whether its mail leaves this machine, the public address, and its sender's address."""

    leaves: bool
    base_url: str
    sender: str = ""

    def lacks(self, *, own_sender: str | None = None, unsubscribes: bool = False) -> Lack | None:
        """What one e-mail lacks, which may name a sender of its own, and whose readers may have to be able to
        unsubscribe."""
        if not own_sender and (lack := self.still(NO_SENDER)) is not None:
            return lack
        return self.still(NO_ADDRESS) if unsubscribes else None

    def still(self, code: str) -> Lack | None:
        """That one thing, if the shop itself lacks it."""
        if self.leaves and code == NO_SENDER and not self.sender:
            return Lack(NO_SENDER, {})
        if self.leaves and code == NO_ADDRESS and is_local(self.base_url):
            return Lack(NO_ADDRESS, {"address": Quoted(self.base_url) if self.base_url else say("not set")})
        return None
