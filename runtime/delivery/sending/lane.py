"""The way of one workspace's messages on one channel: claimed, decided, written, sent in waves, recorded.

A wave is what a server's free connections can take at once. Its envelopes are on their way while one transaction records
the answers of the wave before and commits to the attempts of this one; the letters of the next are written while the
server reads this one.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence

from sqlalchemy.exc import OperationalError

from blocks.phrase import Moment
from blocks.values import moment
from runtime.clock import SECOND
from runtime.delivery.carriers import Carrier, Parcel
from runtime.delivery.decision.facts import Case
from runtime.delivery.decision.readiness import UNREADY
from runtime.delivery.sending import claims
from runtime.delivery.sending.answers import Answer
from runtime.delivery.sending.book import AS_IT_WAS, Book, Ending, LeaseLost, Outgoing
from runtime.delivery.sending.gate import Gate
from runtime.delivery.sending.ladder import next_look
from runtime.delivery.sending.refusals import Refusals
from runtime.delivery.sending.writer import Writer, verdict
from runtime.house import House

GATHER = 0.002
"""Seconds that the first answers of a wave wait for the others, so that they share a transaction."""
_MARGIN = 5.0
"""Seconds before the end of its lease from which a message is no longer sent."""
_MOST_TRIES = 3
"""How often the same is written down, where another transaction is in the way."""
_HOLDS = claims.LEASE / SECOND - _MARGIN
STANDS_BY = 5.0
"""Seconds that a message waits in memory for room at the place that it goes to; then it is put off, as it is when
`MOST_STAND_BY` do so already."""
MOST_STAND_BY = 64


class Lane:
    """The messages of one workspace and channel on their way to one server."""

    def __init__(
        self,
        house: House,
        workspace: int,
        owner: str,
        carrier: Carrier,
        gate: Gate,
        writer: Callable[[Callable[[Parcel, Answer], None]], Writer],
        refusals: Refusals | None = None,
    ) -> None:
        self.workspace = workspace
        self.carrier = carrier
        self.gate = gate
        self.refusals = refusals or Refusals()
        self.held_back = False
        """Whether something was made to wait for a setting since somebody last asked."""
        self.server_read_at = time.monotonic()
        """When the settings were last asked whether this is still the server."""
        self._house = house
        self._owner = owner
        self._writer = writer(self._answered)
        self._cases: deque[Case] = deque()
        self._ready: deque[Outgoing] = deque()
        self._standing: deque[Outgoing] = deque()
        """Ready, but there is no room at the place that they go to, while others may go."""
        self._out: dict[Parcel, Outgoing] = {}
        self._answers: list[tuple[Outgoing, Answer]] = []
        self._endings: list[Ending] = []
        self._first_answer = 0.0
        self._dry = True

    @property
    def under_way(self) -> bool:
        """Whether answers are outstanding or not recorded yet."""
        return bool(self._out or self._answers)

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do at present."""
        return self._dry and not (self._cases or self._ready or self._standing or self._out or self._unrecorded)

    @property
    def _waiting(self) -> list[int]:
        """The messages that are ours and not begun."""
        written = (*self._standing, *self._ready)
        return [*(case.message.id for case in self._cases), *(one.claimed.id for one in written)]

    @property
    def _unrecorded(self) -> bool:
        """Whether something is known that is not in the ledger yet."""
        return bool(self._answers or self._endings)

    def wake(self) -> None:
        """Look for due messages again."""
        self._dry = False

    def rest(self, now: float) -> float:
        """Seconds until there is something to do; only an answer or a connection can shorten them."""
        if self._answers:
            return max(0.0, self._first_answer + GATHER - now) if self._out else 0.0
        if self._unrecorded or self._may_claim() or self.carrier.room(self._wanted()):
            return 0.0
        return min((max(0.0, one.looked_at + STANDS_BY - now) for one in self._standing), default=60.0)

    def step(self) -> None:
        """One wave, as far as there is anything for it. Raises what the database raises; nothing is lost then."""
        self._refill()
        wave = self._wave(self.carrier.room(self._wanted()))
        if wave or self._unrecorded:
            self._post(wave)
        self._write_ahead(self.carrier.at_once)

    def give_back(self) -> None:
        """Return what was claimed and not begun, and record what is known; for a closed gate, or at the end."""
        if ids := self._waiting:
            with self._house.ledger.write(self.workspace) as tx:
                claims.release(tx, self._owner, ids)
        self._cases.clear()
        self._ready.clear()
        self._standing.clear()
        if self._unrecorded:
            self._post([])
        self._dry = True

    def renew(self, now: float) -> None:
        """Hold all leases for longer; what is not ours any more is forgotten, or may at least not be sent any more."""
        waiting = self._waiting
        if not (waiting or self._out):
            return
        with self._house.ledger.write(self.workspace) as tx:
            out = [one.claimed.id for one in self._out.values()]
            ours = claims.renew(tx, self._owner, [*waiting, *out], self._house.clock.now())
        self._cases = deque(case for case in self._cases if case.message.id in ours)
        self._ready = deque(one for one in self._ready if one.claimed.id in ours)
        self._standing = deque(one for one in self._standing if one.claimed.id in ours)
        for parcel, one in self._out.items():
            if one.claimed.id in ours:
                parcel.good_until = now + _HOLDS

    def _wanted(self) -> int:
        if self.gate.probing:
            return 0 if self._out else 1
        could_go = sum(self.carrier.room_at(one.parcel.place) > 0 for one in self._standing)
        return min(len(self._cases) + len(self._ready) + could_go, self.carrier.at_once)

    # ---- claiming

    def _may_claim(self) -> bool:
        have = len(self._cases) + len(self._ready)
        return not self._dry and have < (1 if self.gate.probing else self.carrier.at_once)

    def _refill(self) -> None:
        if not self._may_claim():
            return
        most = 1 if self.gate.probing else claims.BATCH
        with self._house.ledger.write(self.workspace) as tx:
            found = claims.claim(tx, self._owner, self._house.clock.now(), most, self._writer.channel)
        self._dry = len(found) < most
        if found:
            self._cases.extend(self._writer.prepare(found))

    # ---- deciding and writing

    def _write_ahead(self, count: int) -> None:
        while self._cases and len(self._ready) < count:
            case = self._cases.popleft()
            if self._admitted(case):
                written = self._writer.write(case)
                if isinstance(written, Outgoing):
                    self._ready.append(written)
                else:
                    self._endings.append(written)

    def _admitted(self, case: Case) -> bool:
        ending = verdict(case.message, case.facts)
        if ending is not None:
            self._endings.append(ending)
        return ending is None

    # ---- sending

    def _wave(self, room: int) -> list[Outgoing]:
        self._write_ahead(room)
        self._make_way()
        if not room:
            return []
        wave = [self._ready.popleft() for _ in range(min(room, len(self._ready)))]
        refused = {case.message.id for case in self._writer.look_again(wave) if not self._admitted(case)}
        return [one for one in wave if one.claimed.id not in refused]

    def _make_way(self) -> None:
        """Let those step aside for whose place there is no room, so that others go; who stood by for too long is put off."""
        in_order = (*self._standing, *self._ready)
        self._standing.clear()
        self._ready.clear()
        left: dict[str, int] = {}
        for one in in_order:
            if place := one.parcel.place:
                left[place] = left.get(place, self.carrier.room_at(place)) - 1
            if not place or left[place] >= 0:
                self._ready.append(one)
            elif len(self._standing) < MOST_STAND_BY and time.monotonic() - one.looked_at < STANDS_BY:
                self._standing.append(one)
            else:
                self._endings.append(self._put_off(one))

    def _put_off(self, one: Outgoing) -> Ending:
        until = next_look(one.claimed.id, one.claimed.queued_at, self._house.clock.now())
        args = {"host": one.parcel.recipient, "until": Moment(moment(until), self._writer.zone)}
        return Ending(one.claimed, "queued", "app_busy", args, until)

    def _post(self, wave: Sequence[Outgoing]) -> None:
        answers, self._answers = self._answers, []
        self._out |= {one.parcel: one for one in wave}
        self.carrier.begin([one.parcel for one in wave])
        try:
            marked = self._record(answers, wave)
        except BaseException:
            self._withdraw(wave)
            self._answers = answers + self._answers
            self._ready.extendleft(reversed(wave))
            raise
        self.held_back = self.held_back or any(one.code in UNREADY for one in self._endings)
        self._endings.clear()
        if len(marked) < len(wave):
            self._withdraw([one for one in wave if one.claimed.id not in marked])
        good_until = time.monotonic() + _HOLDS
        going = [one.parcel for one in wave if one.claimed.id in marked]
        for parcel in going:
            parcel.good_until = good_until
        self.carrier.go(going)

    def _withdraw(self, begun: Sequence[Outgoing]) -> None:
        """These were begun, but are not to be sent."""
        self.carrier.drop([one.parcel for one in begun])
        for one in begun:
            self._out.pop(one.parcel, None)
        self._answers = [pair for pair in self._answers if pair[0] not in begun]

    def _record(self, answers: Sequence[tuple[Outgoing, Answer]], wave: Sequence[Outgoing]) -> set[int]:
        careful, tries = False, 1
        while True:
            try:
                return self._recorded(answers, wave, careful)
            except LeaseLost:
                if careful:
                    raise
                careful = True
            except OperationalError as error:
                # PostgreSQL ends one of two transactions that wait for each other; it may simply try again.
                if tries == _MOST_TRIES or "deadlock" not in str(error.orig).lower():
                    raise
                tries += 1

    def _recorded(
        self, answers: Sequence[tuple[Outgoing, Answer]], wave: Sequence[Outgoing], careful: bool
    ) -> set[int]:
        now = self._house.clock.now()
        with self._house.ledger.write(self.workspace) as tx:
            book = Book(
                tx,
                owner=self._owner,
                carrier=self.carrier.name,
                now=now,
                zone=self._writer.zone,
                careful=careful,
                channel=self._writer.channel,
            )
            book.answered(answers)
            endings = [*self._endings, *self._writer.last_word(tx, wave)]
            book.ended([ending for ending in endings if ending.state != AS_IT_WAS])
            over = {ending.claimed.id for ending in endings}
            marked = book.mark([one for one in wave if one.claimed.id not in over])
            unmarked = [one.claimed.id for one in wave if one.claimed.id not in marked | over]
            kept = [ending.claimed.id for ending in endings if ending.state == AS_IT_WAS]
            claims.release(tx, self._owner, [*kept, *unmarked])
            book.write()
        return marked

    def _answered(self, parcel: Parcel, answer: Answer) -> None:
        if not self._answers:
            self._first_answer = time.monotonic()
        one = self._out.pop(parcel)
        if answer.kind == "broken":
            if answer.fresh and not self.gate.strike(self._house.clock.now()):
                # Perhaps it is this mail that the server cannot stand, so it goes to the back.
                answer = Answer("refused", 0, answer.text, answer.stage)
        elif answer.kind != "lost":
            self.gate.worked()
            if answer.kind == "accepted":
                self.refusals.taken()
            elif not answer.nobody_there:
                self.refusals.refused(one.claimed.id, answer.words, self._house.clock.now())
        self._answers.append((one, answer))
