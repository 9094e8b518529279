"""What was true of a contact between the events of a batch.

The engine takes many events at once, and who is in which segment is settled at the end. Of a contact to whom several things
have happened it is also asked how they stood before each further one: who comes into a segment by one event and goes out of
it by the next was in it, and flows hear of both, however the events were batched.

Most contacts of a batch have one event, and those that have several seldom have two that bear on a segment: for these nothing
is asked.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING

import orjson

from blocks.rules import Did
from blocks.values import Typed
from runtime.people.card import COLUMNS
from runtime.people.contacts import Change, typed_after
from runtime.segments.lists import LAST
from runtime.segments.roll import Kept
from runtime.segments.roster import Crossing

if TYPE_CHECKING:
    from runtime.engine.batch import Batch

MOST = 20
"""Moments that are told apart of a contact and a batch: of a flood of events about one person the last ones."""
_TYPED = COLUMNS.index("typed")


@dataclass(frozen=True, slots=True)
class Moment:
    """Just before an event of the batch."""

    without: frozenset[int]
    """The contact's events that have not happened yet."""
    typed: Typed | None
    """The contact as they were; None if as they are at the end."""
    lists: tuple[tuple[str, bool], ...]
    """Lists, and whether they are on them, where that is not as it was at the moment before."""
    counts: bool = True
    """Whether they are held against rules then."""


@dataclass(slots=True)
class _Story:
    """What a batch holds of one contact, in order."""

    cuts: list[int]
    """The events before which they are looked at."""
    ids: list[int] = field(default_factory=list)
    changes: list[tuple[int, Change]] = field(default_factory=list)
    listed: list[Crossing] = field(default_factory=list)

    def on_lists(self, since: int, until: int) -> tuple[tuple[str, bool], ...]:
        """On which lists they came, and off which, from one event on until before another."""
        return tuple((one.slug, one.entered) for one in self.listed if since <= one.at < until)


def moments_of(batch: "Batch", roll: Sequence[Kept], listed: Sequence[Crossing]) -> Mapping[int, Sequence[Moment]]:
    """Contacts to the moments at which they have to be looked at besides the end of the batch."""
    if len(batch.came) < 2:
        return {}
    names = {leaf.event for one in roll for leaf in one.ruled.reads if isinstance(leaf, Did)}
    first: dict[int, int] = {}
    bearing: dict[int, set[int]] = defaultdict(set)
    for id_, contact, name in batch.came:
        if first.setdefault(contact, id_) != id_ and (name in names or id_ in batch.people.before):
            bearing[contact].add(id_)
    for contact, at in _by_flows(batch, listed):
        if first.get(contact, at) < at:
            bearing[contact].add(at)
        else:
            first[contact] = at
    if not bearing:
        return {}
    stories = {contact: _Story(cuts=sorted(cuts)) for contact, cuts in bearing.items()}
    for id_, contact, _ in batch.came:
        if contact in stories:
            stories[contact].ids.append(id_)
    for change, at in zip(batch.people.changes, batch.people.changes_at, strict=True):
        if change.contact in stories:
            stories[change.contact].changes.append((at, change))
    for crossing in listed:
        if crossing.contact in stories:
            stories[crossing.contact].listed.append(crossing)
    return {contact: list(_moments(batch, contact, story)) for contact, story in stories.items()}


def _by_flows(batch: "Batch", listed: Iterable[Crossing]) -> Iterator[tuple[int, int]]:
    """Contacts whom flows have changed because of an event of this batch, and which one."""
    changes = [(change.contact, at) for change, at in zip(batch.people.changes, batch.people.changes_at, strict=True)]
    changes += [(one.contact, one.at) for one in listed]
    if changes:
        ids = {id_ for id_, _, _ in batch.came}
        yield from sorted((contact, at) for contact, at in changes if at in ids)


def _moments(batch: "Batch", contact: int, story: _Story) -> Iterator[Moment]:
    told = [id_ for id_ in story.ids if id_ in batch.people.before]
    # On which lists they are at the end, the ledger says already.
    start = {one.slug: not one.entered for one in reversed(story.listed)}
    yield Moment(frozenset(), None, tuple(start.items()), counts=False)
    since = 0
    for number, cut in enumerate(story.cuts):
        later = told[bisect_left(told, cut) :]
        typed = (
            orjson.loads(batch.people.before[later[0]].columns()[_TYPED])
            if later
            else batch.people.unchanged.get(contact)
        )
        if typed is not None:
            typed = reduce(typed_after, (change for at, change in story.changes if at < cut), typed)
        without = frozenset(story.ids[bisect_left(story.ids, cut) :])
        yield Moment(without, typed, story.on_lists(since, cut), counts=number >= len(story.cuts) - MOST)
        since = cut
    yield Moment(frozenset(), None, story.on_lists(since, LAST + 1), counts=False)
