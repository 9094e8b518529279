"""Who is where in a flow: its runs, page by page, and one of them with every step and message.

Each list is read along an index, newest first, however many runs there are: what an index cannot keep in one order
(several states, several versions) is read once for each and merged.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, func, or_, select

from blocks.values import fold
from runtime.engine.holding.kept_time import WENT_OVER
from runtime.ledger import Tx
from runtime.ledger.tables import flow, identity, message, run, step, version
from runtime.people import contacts
from runtime.people.addresses import IDENTITIES
from runtime.people.contacts import Contact

State = Literal["all", "inside", "ended", "left", "failed"]
STATES: Mapping[str, tuple[str, ...]] = {
    "inside": ("open",),
    "ended": ("ended",),
    "left": ("left", "departed", "replaced"),
    "failed": ("failed",),
}
"""What is chosen on screen to the states of runs."""
MOST_FOUND = 200
"""Contacts that a search may find."""
MOST_COUNTED = 1000

Cursor = tuple[int, int]
"""(entered_at, id) of the last run of a page."""

_STEP = ("hop", "block", "at", "outlet", "code", "args")
_COLUMNS = (
    "id", "contact", "version", "block", "state", "hops", "entered_at", "arrived_at", "wake_at", "ended_at", "code", "args",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow that was published at least once."""

    id: int
    name: str
    state: str
    versions: Mapping[int, int]
    """Ids of its versions to their numbers."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which runs: of a flow, in a state, at a block, of those whose address begins like this or whose name has it in it."""

    flow: Flow
    state: State = "inside"
    block: str = ""
    find: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One run. Instants are UTC microseconds; `code` and `args` say why it waits, or why it ended (`runtime.reasons`)."""

    id: int
    person: Contact
    version: int
    number: int
    block: str
    state: str
    hops: int
    entered_at: int
    arrived_at: int
    wake_at: int | None
    ended_at: int | None
    code: str | None
    args: Mapping[str, Any] | None
    leaving: bool = False
    """Whether they have left already, and go the last way that is drawn for it."""

    @property
    def cursor(self) -> Cursor:
        """For `page`: what comes after this one."""
        return (self.entered_at, self.id)


@dataclass(frozen=True, slots=True)
class Step:
    """A block that a run came through, with what was decided there, and the version by which it was."""

    hop: int
    block: str
    at: int
    outlet: str
    code: str | None
    args: Mapping[str, Any] | None
    version: int


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of a run, and what became of it. `hop` is that of its step; None for one that told one more of a team."""

    id: int
    hop: int | None
    version: int
    block: str
    subject: str | None
    state: str
    at: int
    code: str | None
    args: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Way:
    """A run with all that happened in it, and the drawing that it goes by."""

    entry: Entry
    slug: str
    flow_name: str
    document: Mapping[str, Any]
    steps: Sequence[Step]
    messages: Sequence[Sent]
    kept: Mapping[str, Any]
    """What its blocks have kept with it."""


def flow_of(tx: Tx, slug: str) -> Flow | None:
    """The published flow of this name; None if it never was published."""
    row = tx.first(select(flow.c.id, flow.c.name, flow.c.state).where(tx.mine(flow), flow.c.slug == slug))
    if row is None:
        return None
    versions = tx.all(select(version.c.id, version.c.number).where(tx.mine(version), version.c.flow == row.id))
    return Flow(row.id, row.name, row.state, {one.id: one.number for one in versions})


def documents(tx: Tx, versions: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    """What was drawn, by the id of the version."""
    rows = tx.all(select(version.c.id, version.c.document).where(tx.mine(version), version.c.id.in_(versions)))
    return {row.id: row.document for row in rows}


def standing(tx: Tx, of: Flow) -> dict[tuple[int, str], int]:
    """How many are inside, by (version, block)."""
    query = (
        select(run.c.version, run.c.block, func.count().label("people"))
        .where(run.c.version.in_(list(of.versions)), run.c.state == "open")
        .group_by(run.c.version, run.c.block)
    )
    return {(row.version, row.block): row.people for row in tx.all(query)}


def failed(tx: Tx, of: Flow) -> int:
    """How many runs have failed, up to `MOST_COUNTED`."""
    some = select(run.c.id).where(run.c.flow == of.id, run.c.state == "failed").limit(MOST_COUNTED).subquery()
    return int(tx.scalar(select(func.count()).select_from(some)))


def page(tx: Tx, wish: Wish, limit: int = 50, before: Cursor | None = None) -> list[Entry]:
    """Runs, those who entered last first; for the next page give the last one's `cursor` as `before`."""
    columns = tuple(run.c[name] for name in _COLUMNS)
    rows: list[Any] = []
    for part in _parts(tx, wish):
        query = select(*columns).where(tx.mine(run), part)
        if before is not None:
            at, id_ = before
            query = query.where(run.c.entered_at <= at, or_(run.c.entered_at < at, run.c.id < id_))
        rows += tx.all(query.order_by(run.c.entered_at.desc(), run.c.id.desc()).limit(limit))
    rows = sorted(rows, key=attrgetter("entered_at", "id"), reverse=True)[:limit]
    return _entries(tx, rows, wish.flow.versions)


def every(tx: Tx, wish: Wish) -> dict[int, int]:
    """All runs that are meant: their ids, and how many steps each has taken."""
    parts = _parts(tx, wish)
    return {
        row.id: row.hops for part in parts for row in tx.all(select(run.c.id, run.c.hops).where(tx.mine(run), part))
    }


def of_contact(tx: Tx, flow_id: int, contact_id: int) -> int | None:
    """The latest run of a contact in a flow."""
    query = select(run.c.id).where(tx.mine(run), run.c.contact == contact_id, run.c.flow == flow_id)
    found: int | None = tx.scalar(query.order_by(run.c.entered_at.desc(), run.c.id.desc()).limit(1))
    return found


def one(tx: Tx, id_: int) -> Way | None:
    """A run, from its first step on; None if this workspace has none with that id."""
    columns = (*(run.c[name] for name in _COLUMNS), run.c.flow, run.c.kept)
    row = tx.first(select(*columns).where(tx.mine(run), run.c.id == id_))
    if row is None:
        return None
    versions = tx.all(
        select(version.c.id, version.c.number, version.c.published_at).where(
            tx.mine(version), version.c.flow == row.flow
        )
    )
    drawn = tx.first(select(version.c.number, version.c.document).where(version.c.id == row.version))
    of = tx.first(select(flow.c.slug, flow.c.name).where(tx.mine(flow), flow.c.id == row.flow))
    entries = _entries(tx, [row], {row.version: drawn.number}) if drawn is not None else []
    if drawn is None or of is None or not entries:
        # Whose contact was erased has no way any more.
        return None
    steps: Sequence[Any] = tx.all(
        select(*(step.c[name] for name in _STEP)).where(tx.mine(step), step.c.run == id_).order_by(step.c.hop)
    )
    by = _versions_of(steps, row.entered_at, row.version, versions)
    queued = select(
        message.c.id, message.c.hop, message.c.version, message.c.block, message.c.subject, message.c.state,
        func.coalesce(message.c.done_at, message.c.due_at).label("at"), message.c.code, message.c.args,
    ).where(tx.mine(message), message.c.run == id_)  # fmt: skip
    messages: Sequence[Any] = tx.all(queued.order_by(message.c.hop))
    return Way(
        entry=entries[0],
        slug=of.slug,
        flow_name=of.name,
        document=drawn.document,
        steps=[Step(**found._asdict(), version=on) for found, on in zip(steps, by, strict=True)],
        messages=[Sent(*found) for found in messages],
        kept=row.kept or {},
    )


def _versions_of(steps: Sequence[Any], entered_at: int, version_now: int, versions: Sequence[Any]) -> list[int]:
    """The version by which each step was taken. A step does not keep it; but a run enters, and goes over to, the version
    that was published last at that moment, and stays on it until it goes over again."""
    number = {one.id: one.number for one in versions}
    over = [place for place, one in enumerate(steps) if one.code in WENT_OVER]
    began = [entered_at, *(steps[place].at for place in over)]
    stays = [version_now]
    for at in reversed(began[:-1]):
        older = [one for one in versions if one.number < number.get(stays[-1], 0)]
        then = [one for one in older if one.published_at <= at]
        stays.append(max(then or older, key=lambda one: one.number).id if older else stays[-1])
    stays.reverse()
    # The step that tells of going over is the last one on the version before.
    return [stays[bisect_left(over, place)] for place in range(len(steps))]


def _parts(tx: Tx, wish: Wish) -> Iterator[ColumnElement[bool]]:
    """Conditions that exclude one another, each of which one index answers in order."""
    of, states = wish.flow, STATES.get(wish.state, ())
    here = (run.c.block == wish.block,) if wish.block else ()
    if wish.find.strip():
        these = (run.c.state.in_(states),) if states else ()
        yield and_(run.c.contact.in_(_found(tx, wish.find)), run.c.flow == of.id, *these, *here)
    elif wish.block and wish.state == "inside":
        for version_id in of.versions:
            yield and_(run.c.version == version_id, run.c.state == "open", *here)
    elif states:
        for state in states:
            yield and_(run.c.flow == of.id, run.c.state == state, *here)
    else:
        yield and_(run.c.flow == of.id, *here)


def _found(tx: Tx, text: str) -> list[int]:
    """Contacts of whom an address, a number or an id begins like this, and, unless it is an address, whose name has it in it."""
    named = [] if "@" in text else [one.id for one in contacts.search(tx, text, MOST_FOUND)]
    wanted = fold(contacts.sought(text))
    query = select(identity.c.contact).where(
        tx.mine(identity),
        identity.c.kind.in_(list(IDENTITIES)),
        identity.c.value >= wanted,
        identity.c.value < wanted + "\U0010ffff",
    )
    return sorted({*named, *(row.contact for row in tx.all(query.limit(MOST_FOUND)))})


def _entries(tx: Tx, rows: Sequence[Any], numbers: Mapping[int, int]) -> list[Entry]:
    people = contacts.many(tx, {row.contact for row in rows})
    waiting = [
        and_(step.c.run == row.id, step.c.hop == row.hops - 1) for row in rows if row.state == "open" and row.hops
    ]
    last = select(step.c.run, step.c.code, step.c.args)
    why = {row.run: row for row in tx.all(last.where(or_(*waiting)))} if waiting else {}
    return [
        Entry(
            person=people[row.contact],
            number=numbers.get(row.version, 0),
            code=why[row.id].code if row.id in why else row.code,
            args=why[row.id].args if row.id in why else row.args,
            leaving=row.state == "open" and row.code is not None,
            **{name: getattr(row, name) for name in _COLUMNS if name not in ("contact", "code", "args")},
        )
        for row in rows
        if row.contact in people
    ]
