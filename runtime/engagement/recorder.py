"""Takes what the public routes see, and writes it down a little later, in a thread of its own: whoever follows a link waits
for nothing.

What happens to one message within a few seconds is looked at together, because only then a scanner can be told from a
person. Until it is written it is in memory: what a killed process had seen in its last seconds is lost, and nothing else.
"""

import logging
import threading
import time
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from itertools import islice, takewhile

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from runtime.calm import is_away
from runtime.engagement.machines import TOGETHER, Hit, Sent, who_did
from runtime.engagement.recording import Mails, Noticed, about, record
from runtime.house import House

log = logging.getLogger(__name__)

MOST_HELD = 20_000
"""Hits in memory at most; what comes beyond that is not counted."""
AT_ONCE = 100
"""Messages that are written about in one transaction."""
_AGAIN = 5.0
"""Seconds after which it is tried again where the database could not be written."""

Group = tuple[int, int]
"""(workspace, message)"""


class Recorder:
    """The one that writes. Its thread begins with the first hit and ends with `close`."""

    def __init__(self, house: House, together: float = TOGETHER) -> None:
        """`together`: seconds for which the hits of a message wait for each other."""
        self._house = house
        self._together = together
        self._mails = Mails()
        self._changed = threading.Condition()
        self._held: dict[Group, list[Hit]] = {}
        self._due: dict[Group, float] = {}
        """In the order in which they are due, so that only the first is looked at, however many wait."""
        self._count = 0
        self._writing = False
        self._closing = False
        self._thread: threading.Thread | None = None

    def notice(self, hit: Hit) -> None:
        """Take note of a hit. Never waits for anything and never fails."""
        group = (hit.workspace, hit.message)
        with self._changed:
            if self._count >= MOST_HELD or self._closing:
                return
            self._count += 1
            self._held.setdefault(group, []).append(hit)
            if not self._due:
                # Else whoever writes wakes anyway, for one that is due sooner.
                self._changed.notify_all()
            self._due.setdefault(group, time.monotonic() + self._together)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="engagement", daemon=True)
                self._thread.start()

    def flush(self) -> None:
        """Write down at once what is held, and return when it is written."""
        with self._changed:
            if self._thread is None:
                return
            self._due = dict.fromkeys(self._due, 0.0)
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._held and not self._writing)

    def close(self) -> None:
        """Write down what is held, then end. Blocks until then."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while (some := self._take()) is not None:
            by_workspace: dict[int, dict[int, list[Hit]]] = defaultdict(dict)
            for (workspace, message), hits in some.items():
                by_workspace[workspace][message] = hits
            for workspace, messages in by_workspace.items():
                self._write(workspace, messages)
            with self._changed:
                self._writing = False
                self._changed.notify_all()

    def _write(self, workspace: int, messages: Mapping[int, Sequence[Hit]]) -> None:
        """Write about these. What cannot be written is left out, alone; where the database is away, all of it waits."""
        parts = deque([messages])
        while parts:
            some = parts.popleft()
            try:
                write(self._house, workspace, some, self._mails)
            except Exception as error:  # noqa: BLE001 - whatever it was, the next ones are to be written
                why = (str(error).strip() or type(error).__name__).splitlines()[0]
                if _is_away(error):
                    log.error("What was opened and clicked cannot be written down: %s", why)
                    self._put_back(workspace, {id_: hits for part in (some, *parts) for id_, hits in part.items()})
                    return
                if len(some) > 1:
                    half, both = len(some) // 2, list(some.items())
                    parts.extendleft((dict(both[half:]), dict(both[:half])))
                else:
                    log.error("What was opened and clicked of message %d is left out: %s", *some, why)

    def _take(self) -> dict[Group, list[Hit]] | None:
        """The hits whose time has come, by message; None at the end."""
        with self._changed:
            while True:
                now = time.monotonic()
                ready = self._ready(now)
                if ready:
                    break
                if self._closing:
                    return None
                first = next(iter(self._due.values()), None)
                self._changed.wait(None if first is None else first - now)
            taken = {group: self._held.pop(group) for group in ready}
            for group in ready:
                del self._due[group]
            self._count -= sum(len(hits) for hits in taken.values())
            self._writing = True
            return taken

    def _ready(self, now: float) -> list[Group]:
        """The first messages whose time has come."""
        come = takewhile(lambda group: self._closing or self._due[group] <= now, self._due)
        return list(islice(come, AT_ONCE))

    def _put_back(self, workspace: int, messages: Mapping[int, Sequence[Hit]]) -> None:
        with self._changed:
            if self._closing:
                return
            for message, hits in messages.items():
                group = (workspace, message)
                self._held[group] = [*hits, *self._held.get(group, ())]
                self._due[group] = time.monotonic() + _AGAIN
                self._count += len(hits)
            self._due = dict(sorted(self._due.items(), key=lambda item: item[1]))


def _is_away(error: Exception) -> bool:
    """Whether an error says that the database cannot be written, rather than that these rows cannot."""
    if isinstance(error, DBAPIError):
        # PostgreSQL takes what is too large for an index for a trouble of its own (class 54).
        too_large = (getattr(error.orig, "sqlstate", None) or "").startswith("54")
        return error.connection_invalidated or (is_away(error) and not too_large)
    return is_away(error) or isinstance(error, NoConnectionFree)


def write(house: House, workspace: int, hits: Mapping[int, Sequence[Hit]], mails: Mails) -> None:
    """Tell people from machines and write down what happened to these messages of a workspace."""
    with house.ledger.write(workspace) as tx:
        messages = about(tx, hits, mails)
        noticed = []
        for id_, one in messages.items():
            whos = who_did(hits[id_], Sent(one.sent_at, len(one.mail.words)))
            noticed += [
                Noticed(id_, hit.what, hit.at, who, hit.link, hit.target)
                for hit, who in zip(hits[id_], whos, strict=True)
            ]
        happened = record(tx, noticed, messages, house.clock.now())
    if happened:
        house.ring()
