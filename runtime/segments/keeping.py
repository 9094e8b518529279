"""Keeps up with who is in which segment: when something happens to a contact, and when time alone changes the answer.

Nobody is searched for. Whoever a batch of the engine has heard of is held against the rules once more, in the same
transaction. Where a rule looks back over days, the next instant at which its answer may change is kept for each contact as
a row that an index finds when it is due. A rule that is newly published is held against everybody, some hundred at a time.
"""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import Text, bindparam, cast, select

from blocks.rules import Facts
from runtime.engine.lookback.history import History
from runtime.engine.lookback.standpoint import Seen
from runtime.ledger import Tx
from runtime.ledger.bulk import run_many
from runtime.ledger.lists import among, listed
from runtime.ledger.tables import contact, review, segment
from runtime.segments import lists
from runtime.segments.evaluating import Before, Person
from runtime.segments.moments import Moment, moments_of
from runtime.segments.roll import Kept, roll_of, that_follow
from runtime.segments.roster import Crossing, cross, inside
from runtime.segments.turning import next_turn

if TYPE_CHECKING:
    from runtime.engine.batch import Batch
    from runtime.engine.programs import Programs

CHUNK = 100
"""Contacts that are looked at in one transaction at most when a rule is new or when time has come."""

_PEOPLE = select(contact.c.id, cast(contact.c.typed, Text).label("typed")).where(
    contact.c.workspace == bindparam("workspace"), among(contact.c.id, "ids")
)
_NEXT_FEW = (
    select(contact.c.id)
    .where(contact.c.workspace == bindparam("workspace"), contact.c.id > bindparam("after"))
    .order_by(contact.c.id)
    .limit(bindparam("limit"))
)
_NEW = (
    select(segment.c.id, segment.c.slug, segment.c.planned)
    .where(segment.c.workspace == bindparam("workspace"), segment.c.planned.is_not(None))
    .order_by(segment.c.id)
    .limit(1)
)
_DUE = (
    select(review.c.segment, review.c.contact)
    .where(review.c.workspace == bindparam("workspace"), review.c.due_at <= bindparam("now"))
    .order_by(review.c.due_at)
    .limit(bindparam("limit"))
)
_STANDING = select(review.c.segment, review.c.contact, review.c.due_at).where(
    among(review.c.contact, "contacts"), among(review.c.segment, "segments")
)
_SET = (
    "INSERT INTO review (workspace, segment, contact, due_at) VALUES (:workspace, :segment, :contact, :due_at)"
    " ON CONFLICT (contact, segment) DO UPDATE SET due_at = excluded.due_at"
)
_DROP = "DELETE FROM review WHERE contact = :contact AND segment = :segment"


def keep(batch: "Batch") -> None:
    """Look again at the contacts to whom something has happened, or whom a flow has changed. Costs one small query where
    there are no segments."""
    touched = (batch.people.changes, batch.listings)
    listed: list[Crossing] = []
    if batch.listings:
        listed = lists.settle(batch.tx, batch.listings, batch.now, batch.depths)
    if (batch.people.heard_of or batch.depths or any(touched)) and (roll := roll_of(batch.tx)):
        ids = batch.people.heard_of | batch.depths.keys() | {one.contact for some in touched for one in some}
        look(batch.tx, roll, ids, batch.now, batch.depths, between=moments_of(batch, roll, listed))


def review_due(batch: "Batch", programs: "Programs", limit: int) -> int:
    """Look at up to `limit` contacts for whom time may have changed the answer. Returns how many rows were due."""
    tx = batch.tx
    due = tx.all(_DUE, {"workspace": tx.workspace, "now": batch.now, "limit": min(limit, CHUNK)})
    run_many(tx, _DROP, [{"contact": row.contact, "segment": row.segment} for row in due])
    look(tx, roll_of(tx), {row.contact for row in due}, batch.now, {})
    return len(due)


def plan(batch: "Batch", programs: "Programs", limit: int) -> int:
    """Hold a rule that is new against some more contacts, and against the rules that name it. Nobody is told of it.
    Returns how many contacts there were."""
    tx = batch.tx
    new = tx.first(_NEW, {"workspace": tx.workspace})
    if new is None:
        return 0
    limit = min(limit, CHUNK)
    rows = tx.all(_NEXT_FEW, {"workspace": tx.workspace, "after": new.planned, "limit": limit})
    look(tx, that_follow(roll_of(tx), new.slug), {row.id for row in rows}, batch.now, {}, silent=True)
    planned = rows[-1].id if len(rows) == limit else None
    tx.execute(segment.update().where(tx.mine(segment), segment.c.id == new.id).values(planned=planned))
    return len(rows)


def look(
    tx: Tx,
    roll: Sequence[Kept],
    ids: Collection[int],
    now: int,
    depths: Mapping[int, int],
    *,
    silent: bool = False,
    between: Mapping[int, Sequence[Moment]] = MappingProxyType({}),
) -> None:
    """Hold these contacts against these segments, inner ones first, and write what has changed. A constant number of
    statements. Whoever a new rule has not come to yet enters silently. `between`: contacts who are also looked at as they
    were meanwhile, one moment after the other."""
    if not roll or not ids:
        return
    seen, history = Seen(now, now), History()
    leaves = tuple(dict.fromkeys(leaf for one in roll for leaf in one.ruled.reads))
    history.fetch(tx, ids, leaves, now, now)
    rows: Sequence[Any] = tx.all(_PEOPLE, {"workspace": tx.workspace, "ids": listed(tx, ids)})
    people = [Person(row.id, orjson.loads(row.typed), history, seen) for row in rows]
    there = inside(tx, [one.id for one in roll], ids)
    crossings: list[Crossing] = []
    turns: dict[tuple[int, int], int | None] = {}

    def hold(person: Person, one: Kept, as_then: Facts) -> None:
        place = (one.id, person.id)
        if (meets := one.ruled.rule.meets(as_then)) != (place in there):
            early = silent or (one.planned is not None and person.id > one.planned)
            crossings.append(Crossing(one.id, one.slug, one.name, person.id, entered=meets, silent=early))
            there.symmetric_difference_update({place})
            history.segments.put(person.id, one.slug, now if meets else None)

    for person in people if between else ():
        before = Before(person, person.contact)
        for moment in between.get(person.id, ()):
            for slug, on in moment.lists:
                history.segments.put(person.id, slug, now if on else None)
            before.contact, before.without = moment.typed or person.contact, moment.without
            for one in roll if moment.counts else ():
                hold(person, one, before)
    for one in roll:
        for person in people:
            hold(person, one, person)
            if one.ruled.by_time:
                turns[one.id, person.id] = next_turn(one.ruled.rule, person)
    cross(tx, crossings, now, depths)
    if turns:
        _appoint(tx, turns)


def _appoint(tx: Tx, turns: Mapping[tuple[int, int], int | None]) -> None:
    """Bring the rows that say when to look again up to date."""
    contacts, segments = {contact for _, contact in turns}, {segment for segment, _ in turns}
    values = {"contacts": listed(tx, contacts), "segments": listed(tx, segments)}
    standing = {(row.segment, row.contact): row.due_at for row in tx.all(_STANDING, values)}
    moved: list[dict[str, int]] = []
    over: list[dict[str, int]] = []
    for (of, who), at in turns.items():
        if at == standing.get((of, who)):
            continue
        place = {"workspace": tx.workspace, "segment": of, "contact": who}
        (over if at is None else moved).append(place if at is None else place | {"due_at": at})
    run_many(tx, _SET, moved)
    run_many(tx, _DROP, over)
