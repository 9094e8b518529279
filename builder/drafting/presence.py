"""Who has a draft open to change it. One page at a time may; the others look on, and may take over.

Kept in memory: there is one process with pages. Should it ever forget, the desk still refuses to overwrite what somebody
else saved (`ChangedElsewhere`); this only says so beforehand.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Any


async def _nothing() -> None:
    """A page that has nothing to store."""


@dataclass(eq=False)
class Seat:
    """A page with the draft open. `there` says whether its browser is connected, `moved` is called when that page may
    change the draft from now on, or may no longer."""

    who: str
    since: int
    """UTC microseconds."""
    tab: str = ""
    there: Callable[[], bool] = lambda: True
    moved: Callable[[], Any] = lambda: None
    stored: Callable[[Any], Any] = lambda draft: None
    """Called with what another page has stored."""
    flush: Callable[[], Awaitable[Any]] = _nothing
    """Stores what is not stored yet, before another page takes over."""


@dataclass
class _Table:
    seats: list[Seat] = field(default_factory=list)
    pen: Seat | None = None


class Presence:
    """The pages by draft. A draft's key is any value: (workspace, kind, slug)."""

    def __init__(self) -> None:
        self._tables: dict[Hashable, _Table] = defaultdict(_Table)

    def sit(self, key: Hashable, seat: Seat) -> Seat | None:
        """Open it. Returns who is changing it, if somebody else is; else it is for this page to change.

        A page whose browser is gone, or that is the same tab before it was loaded anew, gives way.
        """
        table = self._tables[key]
        if seat not in table.seats:
            table.seats.append(seat)
        pen = table.pen
        if pen is not None and pen is not seat and pen.there() and not (pen.tab and pen.tab == seat.tab):
            return pen
        table.pen = seat
        if pen is not None and pen is not seat:
            pen.moved()
        return None

    def take(self, key: Hashable, seat: Seat) -> None:
        """Change it here from now on; the page that did so looks on."""
        table = self._tables[key]
        before, table.pen = table.pen, seat
        for one in (before, seat):
            if one is not None:
                one.moved()

    def leave(self, key: Hashable, seat: Seat) -> None:
        """The page is closed. The one that has waited longest may change the draft."""
        table = self._tables.get(key)
        if table is None or seat not in table.seats:
            return
        table.seats.remove(seat)
        if table.pen is seat:
            table.pen = next((one for one in table.seats if one.there()), None)
            if table.pen is not None:
                table.pen.moved()
        if not table.seats:
            del self._tables[key]

    def holder(self, key: Hashable) -> Seat | None:
        """Who may change it now."""
        table = self._tables.get(key)
        return table.pen if table is not None else None

    def tell(self, key: Hashable, seat: Seat | None, draft: Any) -> None:
        """Show the other pages what was stored; all of them if it was stored from elsewhere."""
        table = self._tables.get(key)
        for one in list(table.seats) if table is not None else ():
            if one is not seat:
                one.stored(draft)
