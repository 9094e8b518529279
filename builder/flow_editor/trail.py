"""What can be undone and done again in a flow, kept while its page is away: in the e-mail studio, or loaded anew.

The history itself is the browser's. This is its copy in the memory of the server, as one session left it: whoever comes
back to the draft as they left it goes on from there, and in any other case begins anew.
"""

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from builder.access import Visitor
from builder.canvas import read_flow
from runtime.clock import HOUR
from runtime.desk import Draft

MOST_BYTES = 1_000_000
"""Of one flow. A step costs some hundred bytes; what is over is forgotten from the oldest step on."""
MOST = 64
"""Flows of which the steps are kept, those that were drawn on last."""
LONGEST = 12 * HOUR
"""Since somebody last drew on a flow."""

Document = Mapping[str, Any]
Parts = tuple[bytes, ...]
_PLACE = 8
"""Bytes that it takes to name a part."""


@dataclass(frozen=True, slots=True)
class _State:
    """A document in pieces, each as JSON; states share the pieces that are the same."""

    rest: bytes
    blocks: Parts
    links: Parts
    notes: Parts
    size: int = field(compare=False)
    """Bytes that this state takes besides those before."""


class Trail:
    """The states of one flow. `now` is the one that is shown."""

    def __init__(self, document: Document, rev: int) -> None:
        self.rev = rev
        """The draft that was stored last."""
        self._states = [_in_pieces(document, None)]
        self._at = 0
        self._forgotten = 0
        """Steps that the browser still has and that are forgotten here."""

    def follow(self, document: Document, depth: int, *, travelled: bool) -> None:
        """The document changed, and `depth` steps can be undone now. `travelled`: it was changed by undoing or doing again."""
        state, at = _in_pieces(document, self._states[self._at]), depth - self._forgotten
        if travelled and 0 <= at < len(self._states) and self._states[at] == state:
            self._at = at
        elif not travelled and at in (self._at, self._at + 1):
            # The same number of steps: it is part of the one before, such as the next letter that was typed.
            self._reach(at, state)
        else:
            self._states, self._at, self._forgotten = [state], 0, depth

    def replace(self, document: Document, rev: int) -> None:
        """Another document was stored in place of the one that is shown: one step more. Told twice, it is one."""
        if not self.resumes(document, rev):
            self._reach(self._at + 1, _in_pieces(document, self._states[self._at]))
            self.rev = rev

    def reopen(self) -> None:
        """From now on a new page goes on with it, which has no more steps than are here."""
        self._forgotten = 0

    def resumes(self, document: Document, rev: int) -> bool:
        """Whether a draft is as it was left here."""
        return rev == self.rev and _in_pieces(document, None) == self._states[self._at]

    def for_browser(self) -> dict[str, Any]:
        """All of it."""
        places: dict[bytes, int] = {}

        def place(part: bytes) -> int:
            return places.setdefault(part, len(places))

        states = [
            [place(one.rest), *([place(part) for part in parts] for parts in (one.blocks, one.links, one.notes))]
            for one in self._states
        ]
        return {"parts": [orjson.loads(part) for part in places], "states": states, "at": self._at}

    def _reach(self, at: int, state: _State) -> None:
        """A change: what was undone before it is forgotten."""
        self._states[at:] = [state]
        self._at = at
        self._make_room()

    def _make_room(self) -> None:
        over = sum(one.size for one in self._states) - MOST_BYTES
        while over > 0 and self._at > 0:
            over -= self._states.pop(0).size
            self._at -= 1
            self._forgotten += 1


class Trails:
    """Those of this process, which is the only one with pages. A key is any value: (session, workspace, slug)."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, tuple[Trail, int]] = OrderedDict()

    def begin(self, key: Hashable, document: Document, rev: int, now: int) -> Trail:
        """A new one, in place of any that there was."""
        trail = Trail(document, rev)
        self._kept[key] = trail, now
        self.touch(key, now)
        return trail

    def take_up(self, key: Hashable, document: Document, rev: int, now: int) -> Trail:
        """The one that leads to this document; a new one if none does."""
        self._forget_old(now)
        found = self._kept.get(key)
        if found is None or not found[0].resumes(document, rev):
            return self.begin(key, document, rev, now)
        found[0].reopen()
        self.touch(key, now)
        return found[0]

    def replace(self, key: Hashable, before: tuple[Document, int], after: tuple[Document, int], now: int) -> None:
        """A draft was stored in place of another, each with its `rev`: the page that is opened next can undo that."""
        found = self._kept.get(key)
        if found is not None and (found[0].resumes(*before) or found[0].resumes(*after)):
            trail = found[0]
        else:
            trail = self.begin(key, *before, now)
        trail.replace(*after)
        self.touch(key, now)

    def touch(self, key: Hashable, now: int) -> None:
        """Somebody drew on that flow just now."""
        if key in self._kept:
            self._kept[key] = self._kept[key][0], now
            self._kept.move_to_end(key)
        self._forget_old(now)

    def _forget_old(self, now: int) -> None:
        """What was drawn on last is at the end."""
        while self._kept and (len(self._kept) > MOST or now - next(iter(self._kept.values()))[1] > LONGEST):
            self._kept.popitem(last=False)


class Followed:
    """The trail of one session and flow, for a page that may change the draft from now on."""

    def __init__(self, user: Visitor, slug: str, document: Document, rev: int) -> None:
        self._key, self._clock = (user.session, user.workspace, slug), user.house.clock
        self._trail = TRAILS.take_up(self._key, document, rev, self._clock.now())

    def begin(self, document: Document, rev: int) -> None:
        """Another document: nothing before it can be undone."""
        self._trail = TRAILS.begin(self._key, document, rev, self._clock.now())

    def follow(self, document: Document, depth: int, *, travelled: bool) -> None:
        """The document changed (see `Trail.follow`)."""
        self._trail.follow(document, depth, travelled=travelled)
        TRAILS.touch(self._key, self._clock.now())

    def replace(self, document: Document, rev: int) -> None:
        """Another document was stored in place of this one (see `Trail.replace`)."""
        self._trail.replace(document, rev)
        TRAILS.touch(self._key, self._clock.now())

    def stored(self, rev: int) -> None:
        """The draft is at `rev` now."""
        self._trail.rev = rev

    def for_browser(self) -> dict[str, Any]:
        """All that can be undone and done again."""
        return self._trail.for_browser()


def follow_replaced(user: Visitor, slug: str, before: Draft, after: Draft) -> None:
    """A version came back as the draft of a flow, or went again: whoever opens the flow in this session can undo that."""
    states = [read_flow({**draft.document, "name": draft.name}) for draft in (before, after)]
    if states[0] is not None and states[1] is not None:
        key, now = (user.session, user.workspace, slug), user.house.clock.now()
        TRAILS.replace(key, (states[0].to_json(), before.rev), (states[1].to_json(), after.rev), now)


def _in_pieces(document: Document, before: _State | None) -> _State:
    known = (
        {} if before is None else {part: part for part in (*before.blocks, *before.links, *before.notes, before.rest)}
    )
    fresh = 0

    def piece(value: Any) -> bytes:
        nonlocal fresh
        made = orjson.dumps(value)
        if made not in known:
            fresh += len(made)
        return known.setdefault(made, made)

    blocks, links, notes = (tuple(map(piece, document.get(name, ()))) for name in ("blocks", "links", "notes"))
    rest = piece({name: value for name, value in document.items() if name not in ("blocks", "links", "notes")})
    return _State(rest, blocks, links, notes, size=fresh + _PLACE * (len(blocks) + len(links) + len(notes)))


TRAILS = Trails()
