"""From a claimed message to what goes out, or to the reason why nothing does; and for e-mail, the mail."""

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar

from runtime.delivery.carriers import Parcel
from runtime.delivery.channels import EMAIL, Channel
from runtime.delivery.decision import alone
from runtime.delivery.decision.bounds import Bounds
from runtime.delivery.decision.facts import Case, Shop, look_up, shop_of
from runtime.delivery.decision.permission import Allowed, Facts, Kept, Postponed, Refused, decide
from runtime.delivery.decision.readiness import Readiness
from runtime.delivery.letters import bodies
from runtime.delivery.letters.letter import Scribe
from runtime.delivery.letters.press import Presses, Sender
from runtime.delivery.preferred import preferred_sender, readiness
from runtime.delivery.sending.answers import Answer
from runtime.delivery.sending.book import AS_IT_WAS, Ending, Outgoing
from runtime.delivery.sending.claims import Claimed
from runtime.house import House
from runtime.ledger import Tx
from runtime.mail import HeaderRefused, MailError, headers

log = logging.getLogger(__name__)

FRESH = 1.0
"""Seconds for which what permission rests on is believed, and the workspace's settings; then it is looked up again."""


ANYBODY = "anybody"
"""Stands for the sender of an e-mail that cannot be made: that it has none is not what keeps it from going out."""


def verdict(message: Claimed, facts: Facts) -> Ending | None:
    """How a message that may not go out now goes on; None if it may go."""
    match decide(facts):
        case Allowed():
            return None
        case Refused(code, state, args):
            return Ending(message, state, code, args)
        case Postponed(until, code, args):
            return Ending(message, "queued", code, args, until)
        case Kept():
            return Ending(message, AS_IT_WAS)


def last_word(tx: Tx, bounds: Bounds, going: Sequence[tuple[Claimed, Facts]], now: int) -> list[Ending]:
    """How those go on that a cap keeps back after all, of messages that are about to go out in this transaction: no two of
    one contact pass a cap together, here or in two workers."""
    capped = [(claimed, facts) for claimed, facts in going if bounds.caps(facts, claimed)]
    if not capped:
        return []
    lately = bounds.count_again(tx, [(claimed.contact, facts) for claimed, facts in capped], now)
    for claimed, facts in going:
        if facts.marketing and not facts.test and not bounds.caps(facts, claimed):
            lately.went(claimed, now)  # anyway: it asks no cap, and counts for the others
    endings = []
    for claimed, facts in capped:
        lately.weigh(claimed.contact or 0, facts, now)
        ending = verdict(claimed, facts)
        if ending is None:
            lately.went(claimed, now)
        else:
            endings.append(ending)
    return endings


class Writer(ABC):
    """Writes the messages of one workspace and channel. `answered` is called with each and what came of it."""

    channel: ClassVar[Channel]

    def __init__(self, house: House, workspace: int, answered: Callable[[Parcel, Answer], None]) -> None:
        self._house = house
        self._workspace = workspace
        self._answered = answered
        self._shop: Shop | None = None
        self._ready: Readiness | None = None
        """What bears on whether mail may leave this machine; None for what is no mail."""
        self._bounds = Bounds(self.channel)
        self._settings_read_at = 0.0
        self._looked_at = 0.0

    @property
    def zone(self) -> str:
        """The workspace's time zone."""
        return self._shop.zone if self._shop is not None else "UTC"

    def prepare(self, messages: Sequence[Claimed]) -> list[Case]:
        """All that deciding about these and writing them will need."""
        with self._house.ledger.read(self._workspace) as tx:
            self._looked_at = time.monotonic()
            if self._shop is None or self._looked_at - self._settings_read_at > FRESH:
                self._settings_read_at = self._looked_at
                self._read(tx)
            self._load(tx, messages)
            return self._look_up(tx, messages)

    def _read(self, tx: Tx) -> None:
        """Read what the shop has set."""
        self._shop = shop_of(tx)
        self._bounds.read(tx)

    @abstractmethod
    def _load(self, tx: Tx, messages: Sequence[Claimed]) -> None:
        """Make ready what these are made from."""

    @abstractmethod
    def _written(self, case: Case) -> Outgoing:
        """What goes out of a message that may."""

    def look_again(self, wave: Sequence[Outgoing]) -> list[Case]:
        """The cases of what was decided a while ago: somebody may have said no since."""
        stale = [one.claimed for one in wave if time.monotonic() - one.looked_at > FRESH]
        if not stale:
            return []
        with self._house.ledger.read(self._workspace) as tx:
            return self._look_up(tx, stale)

    def last_word(self, tx: Tx, wave: Sequence[Outgoing]) -> list[Ending]:
        """Those of a wave that a cap keeps back after all, decided in the transaction that marks the others as going out."""
        return last_word(tx, self._bounds, [(one.claimed, one.facts) for one in wave], self._house.clock.now())

    def _look_up(self, tx: Tx, messages: Sequence[Claimed]) -> list[Case]:
        cases = look_up(tx, messages, self.zone, self.channel)
        now = self._house.clock.now()
        self._bounds.apply(tx, cases, now, self.zone)
        alone.apply(tx, self._bounds, cases, now)
        if self._ready is not None:
            for case in cases:
                claimed, facts = case.message, case.facts
                unsubscribes = claimed.marketing and not claimed.test
                facts.now = now
                facts.lack = self._ready.lacks(own_sender=self._own_sender(claimed), unsubscribes=unsubscribes)
        return cases

    def _own_sender(self, claimed: Claimed) -> str | None:
        """The address from which a message goes out whatever the shop's is."""
        return None

    def write(self, case: Case) -> Outgoing | Ending:
        """A message that may go out as it goes, or why it cannot be written."""
        message = case.message
        try:
            return self._written(case)
        except HeaderRefused as refused:
            if refused.field == "To":
                return Ending(message, "skipped", "bad_address")
            return Ending(message, "failed", "header_refused", {"field": refused.field})
        except MailError as failed:
            return Ending(message, "failed", self.channel.codes["unmade"], {"error": failed.phrase})
        except Exception as error:  # one letter that cannot be written must not keep all others from being sent
            log.exception("Message %s could not be written", message.id)
            what = f"{type(error).__name__}: {error}"[:300]
            return Ending(message, "failed", self.channel.codes["unmade"], {"error": what})


class MailWriter(Writer):
    """Writes mails."""

    channel = EMAIL

    def __init__(
        self,
        house: House,
        workspace: int,
        presses: Presses,
        scribe: Scribe,
        answered: Callable[[Parcel, Answer], None],
        *,
        leaves: bool = True,
    ) -> None:
        """`leaves`: whether it goes to a mail server, and not into the local outbox."""
        super().__init__(house, workspace, answered)
        self._presses = presses
        self._scribe = scribe
        self._leaves = leaves
        self._sender: Sender | None = None

    def _read(self, tx: Tx) -> None:
        super()._read(tx)
        self._sender = preferred_sender(tx)
        self._ready = readiness(self._house, self._sender, leaves=self._leaves)

    def _own_sender(self, claimed: Claimed) -> str | None:
        try:
            press = self._presses.get((claimed.version or 0, claimed.block))
        except Exception:  # noqa: BLE001 - writing it says what is wrong with it
            press = None
        return ANYBODY if press is None else press.compiled.from_address

    def _load(self, tx: Tx, messages: Sequence[Claimed]) -> None:
        self._presses.load(tx, {(one.version, one.block) for one in messages if one.version is not None})
        self._presses.trim()

    def _written(self, case: Case) -> Outgoing:
        message, shop = case.message, self._shop
        press = self._presses.get((message.version or 0, message.block))
        if press is None or shop is None or case.facts.address is None:
            raise LookupError("there is no e-mail for this block")
        sent_at = self._house.clock.now()
        letter = self._scribe.write(case, press, shop, to=case.facts.address, preferred=self._sender, sent_at=sent_at)
        parcel = Parcel(
            headers.address("From", letter.sender.address),
            headers.address("To", letter.to_address),
            letter.source(press),
            self._answered,
        )
        return Outgoing(
            message, case.facts, parcel, letter.rendered.subject, bodies.pack(letter, press), self._looked_at
        )
