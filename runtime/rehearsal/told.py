"""What a rehearsal tells: entries in the order of time, the way through the flow, and each message as it would arrive."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from sqlalchemy import select

from blocks.contract import Block, Farewell, Known, Problem, Send
from blocks.phrase import Phrase, Quoted, dump_arg, say
from runtime import delivery
from runtime.delivery.channels import BY_MAIL
from runtime.engine.program import Program
from runtime.house import House
from runtime.ledger import Tx
from runtime.ledger.tables import event, message, run, step
from runtime.people import telling
from runtime.people.telling import Tone
from runtime.reasons import BY_EXIT, reason_phrase
from runtime.rehearsal.script import Happening
from runtime.scratch import FIRST_ID

Kind = Literal["event", "outside", "step", "postponed", "message", "end"]
"""Something happened; it started nothing; a block did its work; a message waits; it went out or did not; the run ended."""


_ABOUT_THE_RUN = frozenset({"restarted", "refreshed"})
"""Steps that are no block's doing: the same event came once more."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it would arrive."""

    to: str
    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a rehearsal. `icon` is a Material Symbols name; `block` and `outlet` are "" where none is meant."""

    at: int
    """UTC microseconds."""
    kind: Kind
    icon: str
    tone: Tone
    what: Phrase
    why: Phrase | None = None
    block: str = ""
    outlet: str = ""
    state: str = ""
    """What became of a message or of the run, as the ledger calls it."""
    letter: Letter | None = None
    code: str = ""
    """Of the reason in `why`."""


@dataclass(frozen=True, slots=True)
class Passed:
    """The contact was at `block` at this time and left it by `outlet`; "" while it held them."""

    at: int
    block: str
    outlet: str


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would happen, from `start` to `until`, with times by clocks in `zone`: where the contact lives, or
    of the flow if it goes by those of one place for everybody.

    With `problems` the draft could not be published, and nothing was rehearsed.
    """

    flow: str
    contact: str
    zone: str
    start: int
    until: int
    of_flow: bool = False
    """Whether `zone` is the flow's."""
    of_shop: bool = False
    """Whether `zone` is the shop's, because the contact's own is not known."""
    entries: tuple[Entry, ...] = ()
    way: tuple[Passed, ...] = ()
    inside: bool = False
    """Whether they were still in the flow when the time was over."""
    cut: bool = False
    """Whether so much happened that the rest was left out."""
    problems: tuple[Problem, ...] = ()
    script: tuple[Happening, ...] = ()
    """What was let happen."""
    opened: bool = False
    """Whether the first of it was not asked for, but added so that the contact comes in."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    """What is known of the contact when the time is over."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Noticed while it lasted, because the ledger keeps only how a thing stands last."""

    at: int
    id: int
    """Of the message that is postponed, or of the event that started nothing."""
    code: str
    args: Mapping[str, Any] | None = None


class Teller:
    """Reads the scratch ledger once it is over, and tells it."""

    def __init__(self, house: House, tx: Tx, program: Program, known: Known, zone: str) -> None:
        self._house, self._tx, self._zone = house, tx, zone
        self._program, self._known = program, known
        self._flow = Quoted(program.document.name)

    def entries(self, postponed: Sequence[Seen], outside: Sequence[Seen]) -> list[Entry]:
        """Everything in the order in which it happened."""
        told: list[tuple[tuple[int, int, int, int], Entry]] = []
        told += [((entry.at, 0, id_, 0), entry) for id_, entry in self._events()]
        told += [((one.at, 1, one.id, 0), self._outside(one)) for one in outside]
        told += [((entry.at, 2, run_, hop), entry) for run_, hop, entry in self._steps()]
        told += [((entry.at, 2, run_, hop), entry) for run_, hop, entry in self._messages(postponed)]
        told += [((entry.at, 3, id_, 0), entry) for id_, entry in self._ends()]
        return [entry for _, entry in sorted(told, key=lambda pair: pair[0])]

    def way(self) -> list[Passed]:
        """Every block they came to, in order."""
        return [Passed(row.at, row.block, row.outlet) for row in self._walked()]

    def inside(self) -> bool:
        """Whether a run is still open."""
        return self._tx.first(select(run.c.id).where(self._tx.mine(run), run.c.state == "open").limit(1)) is not None

    def _reason(self, code: str, args: Mapping[str, Any] | None, block_kind: str | None = None) -> Phrase:
        """The reason that was kept, with every instant in it told by the clocks of the whole."""
        here = {
            name: {"moment": [value["moment"][0], self._zone]}
            if isinstance(value, dict) and "moment" in value
            else value
            for name, value in (args or {}).items()
        }
        return reason_phrase(code, here, block_kind)

    def _walked(self) -> Sequence[Any]:
        return self._tx.all(step.select().where(self._tx.mine(step)).order_by(step.c.at, step.c.run, step.c.hop))

    def _events(self) -> Iterator[tuple[int, Entry]]:
        others = {slug: one.name for slug, one in self._known.flows.items()}
        names = others | {self._program.slug: self._program.document.name}
        query = select(event.c.id, event.c.name, event.c.received_at, event.c.properties)
        for row in self._tx.all(query.where(self._tx.mine(event), event.c.id >= FIRST_ID)):
            # One that is made up for the rehearsal names no flow, and there is only this one.
            said = telling.with_names(row.name, {"flow": self._program.slug, **row.properties}, names)
            icon, tone, what = telling.happened(row.name, said)
            about = telling.about_of(row.name, said)
            yield row.id, Entry(row.received_at, "event", icon, tone, what, about)

    def _outside(self, one: Seen) -> Entry:
        what = say("Does not enter the Flow {flow}", flow=self._flow)
        why = self._reason(one.code, one.args)
        return Entry(one.at, "outside", "do_not_disturb_on", "bad", what, why, code=one.code)

    def _steps(self) -> Iterator[tuple[int, int, Entry]]:
        held: dict[int, str] = {}
        exits: dict[int, Phrase] = {}
        ended = {row.id: (row.ended_at, row.code) for row in self._tx.all(run.select().where(self._tx.mine(run)))}
        for row in self._walked():
            block = self._program.blocks[row.block]
            waited = held.get(row.run) == row.block
            held[row.run] = row.block if not row.outlet else ""
            if row.code in BY_EXIT:
                exits[row.run] = self._reason(row.code, row.args)
            if not row.outlet and (row.code in BY_EXIT or (row.at, row.code) == ended[row.run]):
                continue  # the end is told by itself, and so is a last way
            if (entry := self._step(row, block, waited=waited)) is not None:
                yield row.run, row.hop, replace(entry, why=exits[row.run]) if isinstance(block, Farewell) else entry

    def _step(self, row: Any, block: Block, *, waited: bool) -> Entry | None:
        card = block.card
        why = self._reason(row.code, row.args, block.kind) if row.code else None
        what: Phrase = block.say(self._known)
        if why is not None and row.code in _ABOUT_THE_RUN:
            return Entry(row.at, "step", "restart_alt", "trigger", why, None, row.block)
        if isinstance(block, Farewell):
            return Entry(row.at, "step", card.icon, "trigger", what, why, row.block, row.outlet)
        if card.family == "trigger":
            what = say("Entered the Flow {flow}", flow=self._flow) if row.outlet else what
            return Entry(row.at, "step", "login", "trigger", what, why, row.block, row.outlet)
        if isinstance(block, Send) and row.outlet and why is None:
            return None  # told with what becomes of the message
        if len(block.outlets()) > 1 and row.outlet:
            label = next((outlet.name for outlet in block.outlets() if outlet.id == row.outlet), Phrase(row.outlet))
            why = why or what
            what = say("Goes to {outlet}", outlet=label)
        elif row.outlet and waited and why is None:
            return None  # the wait was told when it began
        return Entry(row.at, "step", card.icon, card.family, what, why, row.block, row.outlet)

    def _messages(self, postponed: Sequence[Seen]) -> Iterator[tuple[int, int, Entry]]:
        waits: dict[int, list[Seen]] = defaultdict(list)
        for one in postponed:
            waits[one.id].append(one)
        made = self._tx.all(message.select().where(self._tx.mine(message), message.c.id >= FIRST_ID))
        told = _told_of(made)
        for row in made:
            if row.hop is None:
                continue  # the same notice to one more of the team
            title = Quoted(row.subject or self._name(row.block) or "…")
            for one in waits[row.id]:
                what = telling.waits(title, row.channel)
                until = self._reason(one.code, one.args)
                entry = Entry(one.at, "postponed", "schedule_send", "send", what, until, row.block, state="queued")
                yield row.run, row.hop, entry
            if row.done_at is None:
                continue
            letter = self._letter(row, told) if row.state == "sent" and row.channel in BY_MAIL else None
            if row.channel == "webhook":
                title = Quoted(row.address or "…")
            icon, tone, what = telling.sent(row.state, None, title, row.channel)
            why = self._reason(row.code, row.args) if row.code else None
            if row.channel == "webhook" and row.state == "sent":
                why = say("Only rehearsed: nothing was sent, and the answer is made up")
            if letter is not None:
                why = say("To {address}", address=letter.to)
            yield (
                row.run,
                row.hop,
                Entry(
                    row.done_at,
                    "message",
                    icon,
                    tone,
                    what,
                    why,
                    row.block,
                    state=row.state,
                    letter=letter,
                    code=row.code or "",
                ),
            )

    def _name(self, block: str) -> str:
        """What a message is called that was never written."""
        made = self._program.blocks[block]
        slug = made.document() if isinstance(made, Send) else ""
        return self._known.email_name(slug)

    def _letter(self, row: Any, told: Mapping[int, Sequence[str]]) -> Letter | None:
        said = delivery.outbox.said(self._house, self._tx, row.id)
        if said is None:
            return None
        to = ", ".join(told[row.id]) or row.address or ""
        return Letter(to, said.rendered.subject, said.rendered.html, said.rendered.text)

    def _ends(self) -> Iterator[tuple[int, Entry]]:
        for row in self._tx.all(run.select().where(self._tx.mine(run), run.c.ended_at.is_not(None))):
            kind = self._program.blocks[row.block].kind if row.block in self._program.blocks else None
            why = self._reason(row.code, row.args, kind) if row.code else None
            icon: str
            tone: Tone
            if row.state == "failed":
                icon, tone, what = "error", "bad", say("Stopped in the Flow {flow}", flow=self._flow)
            elif row.state == "ended":
                icon, tone, what = "flag", "timing", say("Reached the end of the Flow {flow}", flow=self._flow)
            else:
                icon, tone, what = "logout", "timing", say("Left the Flow {flow}", flow=self._flow)
            end = Entry(row.ended_at, "end", icon, tone, what, why, row.block, state=row.state, code=row.code or "")
            yield row.id, end


def _told_of(messages: Sequence[Any]) -> dict[int, list[str]]:
    """The addresses of each message: of a notice to the team, all to which it goes."""
    first: dict[tuple[int, str, int], int] = {}
    told: dict[int, list[str]] = defaultdict(list)
    for row in sorted(messages, key=lambda row: row.hop is None):
        if row.address:
            told[first.setdefault((row.run, row.block, row.queued_at), row.id)].append(row.address)
    return told


def stayed_out(program: Program, *, admitted: bool, at: int, event_id: int) -> Seen:
    """Why an event that a trigger listens to started nothing."""
    entry = program.entry
    if not admitted:
        return Seen(at, event_id, "filtered_out")
    if entry.again == "after_days":
        return Seen(at, event_id, "not_again", {"days": dump_arg(entry.again_days)})
    return Seen(at, event_id, "never_again")
