"""Lists: segments without a rule, whose members are put on and taken off."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Text, bindparam, cast, select

from blocks.phrase import Phrase, Quoted, say
from runtime.ledger import Tx
from runtime.ledger.lists import among, listed
from runtime.ledger.tables import segment
from runtime.segments.document import SegmentDocument
from runtime.segments.roster import Crossing, cross, inside
from runtime.segments.stirring import stir

LAST = (1 << 62) - 1
"""An event after all that there are."""
AT_ONCE = 500
"""So many contacts are put on or taken off in one transaction."""

_LIVE = select(segment.c.id, segment.c.slug, segment.c.name, cast(segment.c.document, Text).label("document")).where(
    segment.c.workspace == bindparam("workspace"), segment.c.state == "live", among(segment.c.slug, "slugs")
)


class NotAList(ValueError):
    """Nobody can be put on it by hand: there is no such list. `phrase` says so."""

    def __init__(self, phrase: Phrase) -> None:
        super().__init__(phrase.msgid)
        self.phrase = phrase


@dataclass(frozen=True, slots=True)
class Listing:
    """A contact who is to be put on a list, or taken off."""

    segment: str
    contact: int
    on: bool
    at: int = LAST
    """The event because of which, if it was one of the batch."""


def put_on(tx: Tx, slug: str, contacts: Iterable[int], now: int) -> int:
    """Put contacts (`AT_ONCE` at most) on a list, and let "Entered segment" happen to those who were not on it. How many
    those are; ring the house afterwards. Raises NotAList."""
    return _by_hand(tx, slug, contacts, now, on=True)


def take_off(tx: Tx, slug: str, contacts: Iterable[int], now: int) -> int:
    """Take contacts (`AT_ONCE` at most) off a list, and let "Left segment" happen to those who were on it. How many those
    are; ring the house afterwards. Raises NotAList."""
    return _by_hand(tx, slug, contacts, now, on=False)


def settle(tx: Tx, listings: Sequence[Listing], now: int, depths: Mapping[int, int]) -> list[Crossing]:
    """What flows asked for in a batch, in their order; because of each event the last word on a contact and a list counts. A
    list that is gone by now is passed over. Who crosses, by that; a constant number of statements."""
    lists = {row.slug: row for row in _lists(tx, {one.segment for one in listings})}
    wanted = {(one.segment, one.contact, one.at): one.on for one in listings if one.segment in lists}
    there = inside(tx, [row.id for row in lists.values()], {contact for _, contact, _ in wanted})
    crossings = []
    for (slug, contact, at), on in wanted.items():
        place = (lists[slug].id, contact)
        if (place in there) != on:
            crossings.append(Crossing(lists[slug].id, slug, lists[slug].name, contact, entered=on, at=at))
            there ^= {place}
    cross(tx, crossings, now, depths)
    return crossings


def _by_hand(tx: Tx, slug: str, contacts: Iterable[int], now: int, *, on: bool) -> int:
    found = _lists(tx, {slug})
    if not found:
        raise NotAList(say("There is no published Segment without a rule that is called {name}.", name=Quoted(slug)))
    ids = set(contacts)
    there = inside(tx, [found[0].id], ids)
    crossings = [
        Crossing(found[0].id, slug, found[0].name, id_, entered=on)
        for id_ in sorted(ids)
        if ((found[0].id, id_) in there) != on
    ]
    cross(tx, crossings, now, defaultdict(int))
    stir(tx, [one.contact for one in crossings], "in_segment")
    return len(crossings)


def _lists(tx: Tx, slugs: Iterable[str]) -> list[Row[Any]]:
    """Those of the segments that have no rule."""
    rows = tx.all(_LIVE, {"workspace": tx.workspace, "slugs": listed(tx, slugs)})
    return [row for row in rows if SegmentDocument.model_validate_json(row.document).rule is None]
