"""What delivery writes down: attempts before they are made, and what came of them. One transaction for a whole wave."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import bindparam, select

from blocks.phrase import Moment, Phrase, say
from blocks.values import moment
from runtime.delivery.carriers import Parcel
from runtime.delivery.channels import EMAIL, Channel
from runtime.delivery.decision.permission import Facts
from runtime.delivery.letters import bodies
from runtime.delivery.sending.answers import Answer, Reply
from runtime.delivery.sending.claims import LEASE, Claimed
from runtime.delivery.sending.ladder import next_try
from runtime.ledger import Tx, tallies
from runtime.ledger.bulk import run_many
from runtime.ledger.documents import dump_args
from runtime.ledger.lists import among, listed
from runtime.ledger.tables import message
from runtime.people import consent
from runtime.segments.stirring import stir

AS_IT_WAS = "as it was"
"""The state of an ending that changes nothing: the message is given back."""
LOST = say("the connection broke before it answered")


class LeaseLost(Exception):
    """Somebody else has taken over one of the messages; write it all down again with `careful`."""


@dataclass(slots=True, eq=False)
class Outgoing:
    """A message that is ready to be sent."""

    claimed: Claimed
    facts: Facts
    """On which it was allowed."""
    parcel: Parcel
    subject: str
    packed: bytes
    looked_at: float
    """When permission was looked up, monotonic seconds."""

    @property
    def tries(self) -> int:
        """The number of the attempt that it will be."""
        return self.claimed.tries + 1


@dataclass(frozen=True, slots=True)
class Ending:
    """How a message that was not sent goes on: `state` is "queued" with a new `due_at`, a final one, or AS_IT_WAS."""

    claimed: Claimed
    state: str
    code: str | None = None
    args: Mapping[str, Any] = field(default_factory=dict)
    due_at: int | None = None


# As SQL, because these run for every message: what SQLAlchemy adds to a row would cost as much as the row. `state || ''`
# stands where a state is bound (see `tables.columns.State`).
_MARK = """
    UPDATE message SET state = 'sending', tries = :tries, address = :address, subject = :subject, lease_until = :until
    WHERE id = :id AND lease_by = :owner AND state = 'queued'
      AND NOT EXISTS (SELECT 1 FROM run WHERE run.id = message.run AND run.state IN (:left, :replaced))
      AND NOT EXISTS (SELECT 1 FROM flow WHERE flow.id = message.flow AND flow.state IN ('paused', 'archived'))
"""
_RECALLS = {"left": "left", "replaced": "replaced"}
_RECALLS_NOTHING = {"left": "", "replaced": ""}
_TRY = """
    INSERT INTO attempt (workspace, message, number, at, carrier) VALUES (:workspace, :id, :tries, :now, :carrier)
"""
_KEEP = """
    INSERT INTO body (workspace, message, packed, kept_until) VALUES (:workspace, :id, :packed, :kept_until)
    ON CONFLICT (message) DO UPDATE SET packed = excluded.packed, kept_until = excluded.kept_until
"""
_ANSWER = """
    UPDATE attempt SET answered_at = :now, answer = :answer WHERE message = :id AND number = :number
"""
_UNDO = "DELETE FROM attempt WHERE message = :id AND number = :number"
_END = """
    UPDATE message SET state = :state, tries = :tries, done_at = :done_at, due_at = coalesce(:due_at, due_at),
                       code = :code, args = :args, lease_by = NULL, lease_until = NULL
    WHERE id = :id AND lease_by = :owner AND state || '' = :was
"""
_LATE = """
    UPDATE message SET state = 'sent', done_at = :now, code = :sent, args = NULL, lease_by = NULL, lease_until = NULL
    WHERE id = :id AND tries = :number AND state || '' = :was
"""
_REPLY = """
    INSERT INTO reply (message, workspace, run, block, queued_at, outcome, name, kept)
    VALUES (:id, :workspace, :run, :block, :queued_at, :outcome, :name, :kept)
    ON CONFLICT (message) DO UPDATE SET outcome = excluded.outcome, name = excluded.name, kept = excluded.kept
"""
_HELD = (
    select(message.c.id)
    .where(
        among(message.c.id, "ids"),
        message.c.lease_by == bindparam("owner"),
        message.c.state == bindparam("state"),
    )
    .order_by(message.c.id)
    .with_for_update()
)


class Book:
    """One transaction's entries. Call `write` once, at its end."""

    def __init__(
        self,
        tx: Tx,
        *,
        owner: str,
        carrier: str,
        now: int,
        zone: str,
        careful: bool = False,
        channel: Channel = EMAIL,
    ) -> None:
        """`careful` asks first which messages are still `owner`'s, instead of raising LeaseLost."""
        self._tx = tx
        self._owner = owner
        self._carrier = carrier
        self._now = now
        self._zone = zone
        self._careful = careful
        self._channel = channel
        self._replies: list[dict[str, Any]] = []
        self._counts: Counter[tallies.TallyKey] = Counter()
        self._told: set[int] = set()
        """Contacts for whom a message came to its end."""

    def answered(self, results: Sequence[tuple[Outgoing, Answer]]) -> None:
        """What came of attempts. Raises LeaseLost."""
        if self._careful and results:
            ours = self._held([one.claimed.id for one, _ in results], "sending")
            self._late([(one, answer) for one, answer in results if one.claimed.id not in ours])
            results = [(one, answer) for one, answer in results if one.claimed.id in ours]
        # By id, everywhere: two writers that wait for each other's rows would never end.
        results = sorted(results, key=lambda pair: pair[0].claimed.id)
        self._end([self._outcome(one, answer) for one, answer in results])
        run_many(self._tx, _ANSWER, [self._said(one, answer) for one, answer in results if answer.kind != "broken"])
        run_many(self._tx, _UNDO, [_attempt(one) for one, answer in results if answer.kind == "broken"])
        for one, answer in results:
            if answer.nobody_there and self._channel.addressed and not one.claimed.test:
                consent.suppress(
                    self._tx, self._channel.name, one.parcel.recipient, "hard_bounce", self._now, answer.words
                )

    def ended(self, endings: Sequence[Ending]) -> None:
        """Messages that were claimed and are not sent now. Raises LeaseLost."""
        if self._careful and endings:
            ours = self._held([one.claimed.id for one in endings], "queued")
            endings = [one for one in endings if one.claimed.id in ours]
        self._end([self._row(one, "queued") for one in sorted(endings, key=lambda one: one.claimed.id)])
        for one in endings:
            if one.state != "queued":
                self._count(one.claimed, one.state)
            if one.state in ("failed", "skipped"):
                self._tell(one.claimed, None)

    def mark(self, letters: Sequence[Outgoing]) -> set[int]:
        """Commit to attempts, and keep what they say. Ids of those that may go: still ours, not left, not paused."""
        tx, now = self._tx, self._now
        common = {"owner": self._owner, "until": now + LEASE, "now": now, "workspace": tx.workspace}
        common |= _RECALLS if self._channel.recalled else _RECALLS_NOTHING
        common |= {"carrier": self._carrier, "kept_until": now + bodies.KEPT_FOR}
        rows = [
            common
            | {
                "id": one.claimed.id,
                "tries": one.tries,
                "address": one.parcel.recipient,
                "subject": one.subject,
                "packed": one.packed,
            }
            for one in sorted(letters, key=lambda one: one.claimed.id)
        ]
        ids = {one.claimed.id for one in letters}
        if run_many(tx, _MARK, rows) != len(rows):
            ids = self._held(sorted(ids), "sending")
            rows = [row for row in rows if row["id"] in ids]
        run_many(tx, _TRY, rows)
        run_many(tx, _KEEP, [row for row in rows if row["packed"]])
        return ids

    def write(self) -> None:
        """The replies, and the counts last, because other writers wait for these rows."""
        tell_runs(self._tx, self._replies)
        stir(self._tx, self._told, "got")
        tallies.add(self._tx, self._counts, self._now)

    def _end(self, rows: Sequence[Mapping[str, Any]]) -> None:
        if run_many(self._tx, _END, rows) != len(rows):
            raise LeaseLost

    def _held(self, ids: Sequence[int], state: str) -> set[int]:
        """Which of these are still ours."""
        values = {"ids": listed(self._tx, ids), "owner": self._owner, "state": state}
        return {row.id for row in self._tx.all(_HELD, values)}

    def _outcome(self, one: Outgoing, answer: Answer) -> dict[str, Any]:
        """The row of an answered message."""
        claimed, codes = one.claimed, self._channel.codes
        if answer.kind == "accepted":
            self._tell(claimed, answer)
            return self._counted(
                Ending(claimed, "sent", "kept_here" if self._carrier == "local" else codes["sent"]), one.tries
            )
        if answer.kind == "broken":
            # Nothing of it went out: as if it had not been tried.
            return self._row(Ending(claimed, "queued"), "sending")
        if answer.kind == "lost" and claimed.marketing and not claimed.test:
            return self._counted(Ending(claimed, "uncertain", codes["uncertain"]), one.tries)
        said = {"answer": _why(answer)}
        if answer.for_good:
            self._tell(claimed, answer)
            return self._counted(Ending(claimed, "failed", codes["refused"], said), one.tries)
        again = next_try(claimed.id, one.tries, self._now, self._channel.rungs)
        if again is None:
            self._tell(claimed, answer)
            return self._counted(Ending(claimed, "failed", codes["gave_up"], said), one.tries)
        args = said | {"until": Moment(moment(again), self._zone)}
        return self._row(Ending(claimed, "queued", codes["retry"], args, again), "sending", one.tries)

    def _tell(self, claimed: Claimed, answer: Answer | None) -> None:
        """Let the run know what became of its message, if this is a channel on which runs ask."""
        if not self._channel.replies or claimed.run is None:
            return
        kept = answer.kept if isinstance(answer, Reply) else None
        outcome = "answered" if answer is not None and answer.kind == "accepted" else "failed"
        self._replies.append(reply_of(self._tx, claimed, outcome, kept))

    def _counted(self, ending: Ending, tries: int) -> dict[str, Any]:
        self._count(ending.claimed, ending.state)
        return self._row(ending, "sending", tries)

    def _row(self, ending: Ending, was: str, tries: int | None = None) -> dict[str, Any]:
        return {
            "id": ending.claimed.id,
            "owner": self._owner,
            "was": was,
            "state": ending.state,
            "tries": ending.claimed.tries if tries is None else tries,
            "done_at": None if ending.state == "queued" else self._now,
            "due_at": ending.due_at,
            "code": ending.code,
            "args": dump_args(ending.args),
        }

    def _said(self, one: Outgoing, answer: Answer) -> dict[str, Any]:
        return _attempt(one) | {"now": self._now, "answer": answer.words}

    def _late(self, results: Sequence[tuple[Outgoing, Answer]]) -> None:
        """These had been taken from us as lost. That the server took them counts more than our having waited so long."""
        for one, answer in results:
            for was in ("uncertain", "queued"):
                row = self._said(one, answer) | {"was": was, "sent": self._channel.codes["sent"]}
                if answer.kind == "accepted" and run_many(self._tx, _LATE, [row]):
                    run_many(self._tx, _ANSWER, [row])
                    self._tell(one.claimed, answer)
                    self._count(one.claimed, "sent")
                    if was == "uncertain":
                        self._count(one.claimed, was, -1)

    def _count(self, claimed: Claimed, what: str, by: int = 1) -> None:
        if not self._channel.addressed:
            return  # what people got is counted, not who else was told of it
        if claimed.contact is not None:
            self._told.add(claimed.contact)
        if claimed.flow is not None:
            self._counts[claimed.flow, claimed.block, what] += by


def _why(answer: Answer) -> Phrase | str:
    if isinstance(answer, Reply) and answer.why is not None:
        return answer.why
    return answer.words if answer.code else LOST


def reply_of(tx: Tx, claimed: Claimed, outcome: str, kept: tuple[str, Any] | None = None) -> dict[str, Any]:
    """What a run is to hear of its message, and under which name it keeps what was said."""
    return {
        "id": claimed.id,
        "workspace": tx.workspace,
        "run": claimed.run,
        "block": claimed.block,
        "queued_at": claimed.queued_at,
        "outcome": outcome,
        "name": kept[0] if kept else "",
        "kept": orjson.dumps(kept[1]).decode() if kept else None,
    }


def tell_runs(tx: Tx, replies: Sequence[Mapping[str, Any]]) -> None:
    """Leave replies for the engine, which takes the runs further that wait for them."""
    run_many(tx, _REPLY, replies)


def _attempt(one: Outgoing) -> dict[str, Any]:
    return {"id": one.claimed.id, "number": one.tries}
