"""From a draft of a segment to one that is kept up with, and out of use again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, func, select, text

from blocks.contract import Problem
from blocks.phrase import Joined, Phrase, Quoted, say
from runtime.house import House
from runtime.ledger import Tx
from runtime.ledger.tables import flow, member, segment, version
from runtime.segments.document import SegmentDocument, document_problems


class NotPublishable(Exception):
    """The draft has problems that stop it. `problems` lists all of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = tuple(problems)


class NoSuchSegment(LookupError):
    """There is no segment with this slug, or it was never published."""


class InUse(Exception):
    """The segment cannot be put away. `users` are the names of the flows and segments that ask for it."""

    def __init__(self, users: Sequence[str]) -> None:
        super().__init__(", ".join(users))
        self.users = tuple(users)

    @property
    def phrase(self) -> Phrase:
        """The reason in a sentence."""
        names = Joined(tuple(say("{name}", name=Quoted(name)) for name in self.users))
        return say("It is in use by {names}. Change or archive those first.", names=names)


class Gone(Exception):
    """A flow cannot go on, because it asks for segments that were put away. `names` are theirs."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))
        self.names = tuple(names)

    @property
    def phrase(self) -> Phrase:
        """The reason in a sentence."""
        names = Joined(tuple(say("{name}", name=Quoted(name)) for name in self.names))
        return say(
            "It asks for {names}, which is no Segment any more. Bring that back first, or publish the Flow without it.",
            names=names,
        )


# One publisher of segments at a time, so that none is checked against what another is about to change.
_ALONE = text("SELECT pg_advisory_xact_lock(7267, :workspace)")


@dataclass(frozen=True, slots=True)
class Standing:
    """A segment as it is published. `rule` is whether it has one; without, it is a list. `since_at` is UTC microseconds."""

    slug: str
    name: str
    state: Literal["live", "archived"]
    rule: bool
    members: int
    counting: bool
    """Whether the rule is still being held against everybody for the first time."""
    since_at: int
    document: Mapping[str, Any]
    """What was published."""


def check_segment(house: House, workspace: int, slug: str, document: SegmentDocument) -> list[Problem]:
    """Everything that `publish` would look at, without publishing. Takes some milliseconds; reads only."""
    from runtime.engine.publishing.known import known_to

    known = known_to(house, workspace)
    found = document_problems(document, known)
    found = [
        Problem(one.code, one.phrase, "bad", one.block, one.field) if one.code == "unknown_segment" else one
        for one in found
    ]
    with house.ledger.read(workspace) as tx:
        circle = _in_a_circle(tx, slug, document)
    if circle is not None:
        found = [one for one in found if one.code != "unknown_segment" or slug not in document.named]
        found.append(circle)
    return found


def _in_a_circle(tx: Tx, slug: str, document: SegmentDocument) -> Problem | None:
    circle = _circle(slug, document, _documents(tx))
    if not circle:
        return None
    names = Joined(tuple(say("{name}", name=Quoted(name)) for name in circle))
    said = say("These Segments name each other in a circle: {names}. Take the condition out of one.", names=names)
    return Problem("circle", said, field="rule")


def publish(house: House, workspace: int, slug: str, by: str) -> None:
    """Put the draft's rule into the ledger. Who is in it is worked out at once, some hundred contacts at a time, and nobody
    is told of that; from then on entering and leaving are events.

    Raises NoSuchSegment, NotPublishable, and pydantic's ValidationError for a draft that is no segment.
    """
    drafts = house.desk.drafts(workspace)
    draft = drafts.get("segment", slug)
    if draft is None:
        raise NoSuchSegment(slug)
    document = SegmentDocument.model_validate(draft.document)
    bad = [problem for problem in check_segment(house, workspace, slug, document) if problem.level == "bad"]
    if bad:
        raise NotPublishable(bad)
    with house.ledger.write(workspace) as tx:
        if tx.dialect == "postgresql":
            tx.execute(_ALONE, {"workspace": workspace})
        # Once more: of two that name each other, both may have been checked before either was published.
        if (circle := _in_a_circle(tx, slug, document)) is not None:
            raise NotPublishable([circle])
        release(tx, slug, document, house.clock.now())
    drafts.mark_published("segment", slug, draft.rev)
    house.ring()


def release(tx: Tx, slug: str, document: SegmentDocument, now: int) -> int:
    """Put a checked document into the ledger as the one that is kept up with. Returns the segment's id."""
    row = {"name": document.name, "document": document.to_json(), "state": "live", "since_at": now}
    row["planned"] = None if document.rule is None else 0
    found: int | None = tx.scalar(select(segment.c.id).where(tx.mine(segment), segment.c.slug == slug))
    if found is not None:
        tx.execute(segment.update().where(tx.mine(segment), segment.c.id == found).values(row))
        return found
    (made,) = tx.reserve(1)
    tx.insert(segment, [{"id": made, "slug": slug, **row}])
    return made


def archive(house: House, workspace: int, slug: str, by: str) -> None:
    """Out of use: nobody is in it any more, and nobody is told. Publishing brings it back. Raises NoSuchSegment, InUse."""
    with house.ledger.write(workspace) as tx:
        users = users_of(tx, slug)
        if users:
            raise InUse(users)
        away = {"state": "archived", "planned": None, "since_at": house.clock.now()}
        gone = tx.execute(segment.update().where(tx.mine(segment), segment.c.slug == slug).values(away)).rowcount
    if house.desk.drafts(workspace).get("segment", slug) is not None:
        house.desk.drafts(workspace).archive("segment", slug, by, house.clock.now())
    elif not gone:
        raise NoSuchSegment(slug)


def delete(house: House, workspace: int, slug: str, by: str) -> None:
    """Archive it and put its draft into the bin. Raises NoSuchSegment, InUse."""
    archive(house, workspace, slug, by)
    if house.desk.drafts(workspace).get("segment", slug) is not None:
        house.desk.drafts(workspace).bin("segment", slug, by, house.clock.now())


def bring_back(house: House, workspace: int, slug: str, by: str) -> None:
    """Out of the archive or the bin, and, if it was published, live again as it was. Raises NoSuchDraft."""
    house.desk.drafts(workspace).restore("segment", slug, by, house.clock.now())
    with house.ledger.write(workspace) as tx:
        row = tx.first(select(segment.c.document).where(tx.mine(segment), segment.c.slug == slug))
        if row is not None:
            release(tx, slug, SegmentDocument.model_validate(row.document), house.clock.now())
    house.ring()


def rename(house: House, workspace: int, slug: str, name: str, by: str) -> None:
    """Another name; the slug, by which flows and rules mean it, stays. Raises NoSuchDraft."""
    draft = house.desk.drafts(workspace).rename("segment", slug, name, by, house.clock.now())
    call(house, workspace, slug, draft.name)


def call(house: House, workspace: int, slug: str, name: str) -> None:
    """Let what is published go by the name of its draft."""
    with house.ledger.write(workspace) as tx:
        tx.execute(segment.update().where(tx.mine(segment), segment.c.slug == slug).values(name=name))


def users_of(tx: Tx, slug: str) -> list[str]:
    """Names of the flows that run, and of the other live segments, that ask for a segment. A flow that is finishing runs:
    those inside still come to the blocks that ask."""
    return users(tx, (slug,))[slug]


def users(tx: Tx, slugs: Iterable[str]) -> dict[str, list[str]]:
    """The same for several segments by their slugs, in as many statements as for one."""
    flows = tx.all(
        select(flow.c.name, version.c.document)
        .join(version, version.c.id == flow.c.version)
        .where(tx.mine(flow), flow.c.state.in_(("live", "paused", "finishing")))
        .order_by(flow.c.name)
    )
    asking = [(row.name, row.document, "") for row in flows]
    asking += [(row.name, row.document, row.slug) for row in _documents(tx).values()]
    return {
        slug: [name for name, document, own in asking if own != slug and asks_for(document, slug)] for slug in slugs
    }


def gone(tx: Tx, document: Mapping[str, Any]) -> list[str]:
    """Names of the segments that a flow asks for and that were put away."""
    away = select(segment.c.slug, segment.c.name).where(tx.mine(segment), segment.c.state == "archived")
    return [row.name for row in tx.all(away.order_by(segment.c.name)) if asks_for(document, row.slug)]


def asks_for(document: Any, slug: str) -> bool:
    """Whether a rule or a setting within a document asks for the segment."""
    if isinstance(document, Mapping):
        return document.get("segment") == slug or any(asks_for(inner, slug) for inner in document.values())
    return isinstance(document, list) and any(asks_for(inner, slug) for inner in document)


def standings(tx: Tx) -> list[Standing]:
    """The published segments by name, each with how many are in it."""
    rows = tx.all(select(segment).where(tx.mine(segment)).order_by(segment.c.name))
    counted = select(member.c.segment, func.count().label("members")).where(tx.mine(member)).group_by(member.c.segment)
    members = {row.segment: row.members for row in tx.all(counted)}
    return [
        Standing(
            row.slug,
            row.name,
            row.state,
            row.document.get("rule") is not None,
            members.get(row.id, 0) if row.state == "live" else 0,
            row.planned is not None,
            row.since_at,
            row.document,
        )
        for row in rows
    ]


def members_of(tx: Tx, slug: str, limit: int = 50, after: int = 0) -> list[tuple[int, int]]:
    """(contact, since when) of those who are in a live segment, by contact; for the next page give the last as `after`."""
    query = (
        select(member.c.contact, member.c.since_at)
        .join(segment, segment.c.id == member.c.segment)
        .where(tx.mine(segment), segment.c.slug == slug, segment.c.state == "live", member.c.contact > after)
    )
    rows = tx.all(query.order_by(member.c.contact).limit(limit))
    return [(row.contact, row.since_at) for row in rows]


def segments_of(tx: Tx, contact: int) -> list[tuple[str, str]]:
    """(slug, name) of the live segments a contact is in, by name."""
    query = (
        select(segment.c.slug, segment.c.name)
        .join(member, member.c.segment == segment.c.id)
        .where(tx.mine(segment), segment.c.state == "live", member.c.contact == contact)
    )
    return [(row.slug, row.name) for row in tx.all(query.order_by(segment.c.name))]


def names(tx: Tx) -> dict[str, str]:
    """What the live segments are called, by their slugs."""
    return {slug: row.name for slug, row in _documents(tx).items()}


def is_live(tx: Tx, slug: str) -> bool:
    """Whether a segment is published and not archived."""
    return slug in _documents(tx)


def _documents(tx: Tx) -> dict[str, Row[Any]]:
    rows = tx.all(
        select(segment.c.slug, segment.c.name, segment.c.document)
        .where(tx.mine(segment), segment.c.state == "live")
        .order_by(segment.c.name)
    )
    return {row.slug: row for row in rows}


def _circle(slug: str, document: SegmentDocument, others: Mapping[str, Row[Any]]) -> list[str]:
    """Names along a way from the segment back to itself; none if there is no such way."""
    named = {other: SegmentDocument.model_validate(row.document).named for other, row in others.items()}
    named[slug] = document.named

    def search(at: str, way: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        for inner in named.get(at, ()):
            if inner == slug:
                yield way
            elif inner not in way:
                yield from search(inner, (*way, inner))

    names = {other: row.name for other, row in others.items()} | {slug: document.name}
    return [names[one] for one in next(search(slug, (slug,)), ())]
