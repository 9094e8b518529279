"""The segments of a workspace whose rules are kept up with, in the order in which they have to be looked at."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from sqlalchemy import Text, bindparam, cast, select

from blocks.rules import Compare, Counted, Did, Got, LastDays, Rule, counted, leaves
from runtime.ledger import Tx
from runtime.ledger.prepared import Prepared
from runtime.ledger.tables import segment
from runtime.segments.document import SegmentDocument

_LIVE = Prepared(
    select(
        segment.c.id,
        segment.c.slug,
        segment.c.name,
        segment.c.planned,
        cast(segment.c.document, Text).label("document"),
    )
    .where(segment.c.workspace == bindparam("workspace"), segment.c.state == "live")
    .order_by(segment.c.id)
)


@dataclass(frozen=True)
class Ruled:
    """A segment with a rule, read once a version."""

    document: SegmentDocument
    rule: Rule

    @cached_property
    def reads(self) -> tuple[Counted, ...]:
        """What has to be looked up for it."""
        return counted(self.rule)

    @cached_property
    def by_time(self) -> bool:
        """Whether time alone can change who is in it."""
        return any(_by_time(leaf) for leaf in leaves(self.rule))


@dataclass(frozen=True, slots=True)
class Kept:
    """A live segment with a rule."""

    id: int
    slug: str
    name: str
    planned: int | None
    """The last contact that the rule was held against since it was published; None once all have been."""
    ruled: Ruled


def roll_of(tx: Tx) -> list[Kept]:
    """The live segments with a rule, those that others name before those others. One statement."""
    found = {}
    for row in tx.all(_LIVE, {"workspace": tx.workspace}):
        if (ruled := _read(row.document)) is not None:
            found[row.slug] = Kept(row.id, row.slug, row.name, row.planned, ruled)
    return [found[slug] for slug in _in_order({slug: one.ruled.document.named for slug, one in found.items()})]


def that_follow(roll: Sequence[Kept], slug: str) -> list[Kept]:
    """The segment and those whose members depend on it, in their order."""
    follow = {slug}
    for one in roll:
        if follow & set(one.ruled.document.named):
            follow.add(one.slug)
    return [one for one in roll if one.slug in follow]


@lru_cache(maxsize=1024)
def _read(document: str) -> Ruled | None:
    read = SegmentDocument.model_validate_json(document)
    return None if read.rule is None else Ruled(read, read.rule)


def _in_order(named: Mapping[str, Iterable[str]]) -> list[str]:
    """Inner ones first. Publishing refuses circles."""
    done: dict[str, None] = {}

    def visit(slug: str, within: frozenset[str]) -> None:
        if slug in done or slug in within or slug not in named:
            return
        for inner in named[slug]:
            visit(inner, within | {slug})
        done[slug] = None

    for slug in named:
        visit(slug, frozenset())
    return list(done)


def _by_time(leaf: Compare | Counted) -> bool:
    match leaf:
        case Compare():
            return leaf.op == "in_last_days"
        case Did():
            # Events may carry a time that is still to come.
            return True
        case Got():
            return isinstance(leaf.window, LastDays)
        case _:
            return False
