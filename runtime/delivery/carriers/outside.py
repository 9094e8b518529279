"""Calls other apps: each call in a thread of its own, because what is called may take its time."""

import contextlib
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from blocks.phrase import Phrase, Quoted, say
from runtime.delivery.carriers import Parcel
from runtime.delivery.carriers.local import Local
from runtime.delivery.carriers.switch import Switch
from runtime.delivery.carriers.trouble import Trouble
from runtime.delivery.sending.answers import Reply
from runtime.outside import Allowed, NotCalled, Request, call
from runtime.reasons import REASONS

MOST_KEPT = 16_384
"""Bytes of an answer that a run keeps."""
MOST_READ = 65_536
_DEEPEST = 20


@dataclass(slots=True, eq=False)
class Call(Parcel):
    """A call that is ready. `keep` is the name under which the run keeps the answer, "" for nowhere."""

    request: Request | None = None
    keep: str = ""


class Outside:
    """Calls over HTTP."""

    name = "webhook"
    at_once = 32
    at_one_app = 4
    """The most calls under way to one app, so that one that does not answer keeps nobody else from being called."""

    def __init__(self, switch: Switch, allowed: Allowed) -> None:
        self._allowed = allowed
        self._out: Counter[str] = Counter()
        """Calls under way, by app."""
        self._done: deque[tuple[Parcel, Reply]] = deque()
        self._ear, self._bell = socket.socketpair()
        for end in (self._ear, self._bell):
            end.setblocking(False)
        self._switch = switch
        switch.add(self._ear, self._heard)

    def trouble(self) -> Trouble | None:
        """What an app does not take is told with the message; none speaks for all the others."""
        return None

    def room(self, wanted: int) -> int:
        return min(wanted, self.at_once - self._out.total())

    def room_at(self, place: str) -> int:
        return self.at_one_app - self._out[place]

    def begin(self, parcels: Sequence[Parcel]) -> None:
        """Nothing can be said before the call itself."""

    def go(self, parcels: Sequence[Parcel]) -> None:
        for parcel in parcels:
            self._out[parcel.place] += 1
            threading.Thread(target=self._call, args=(parcel,), name="call", daemon=True).start()

    def drop(self, parcels: Sequence[Parcel]) -> None:
        """Nothing was begun."""

    def tick(self, now: float) -> None:
        """Every call ends by itself."""

    def close(self) -> None:
        self._switch.remove(self._ear)
        for end in (self._ear, self._bell):
            end.close()

    def _call(self, parcel: Parcel) -> None:
        try:
            reply = _reply(parcel, self._allowed)
        except Exception:  # noqa: BLE001 - a thread that ends without a word would hold its message for ever
            reply = Reply("lost")
        self._done.append((parcel, reply))
        with contextlib.suppress(OSError):  # it has been woken often enough already, or is closed
            self._bell.send(b"!")

    def _heard(self, _events: int) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._ear.recv(256):
                pass
        while self._done:
            parcel, reply = self._done.popleft()
            self._out[parcel.place] -= 1
            if not self._out[parcel.place]:
                del self._out[parcel.place]
            parcel.done(parcel, reply)


class Paper(Local):
    """Where a flow is only rehearsed: nothing leaves, and every app takes what it would have been sent."""

    name = "paper"

    def go(self, parcels: Sequence[Parcel]) -> None:
        for parcel in parcels:
            keep = parcel.keep if isinstance(parcel, Call) else ""
            parcel.done(parcel, Reply("accepted", 200, kept=(keep, {"status": 200}) if keep else None))


def _reply(parcel: Parcel, allowed: Allowed) -> Reply:
    if not isinstance(parcel, Call) or parcel.request is None:
        raise TypeError("no call")
    if time.monotonic() > parcel.good_until:
        return Reply("broken")
    try:
        answered = call(parcel.request, allowed, most=MOST_READ, until=parcel.good_until)
    except NotCalled as not_called:
        why = Phrase(REASONS[not_called.code], {name: Quoted(str(arg)) for name, arg in not_called.args_.items()})
        return Reply("lost" if not_called.sent else "refused", why=why, pointless=not_called.for_good)
    kept = (parcel.keep, _kept(answered.status, answered.body, cut=answered.cut)) if parcel.keep else None
    if 200 <= answered.status < 300:
        return Reply("accepted", answered.status, kept=kept)
    why = say("the other app answered {status}", status=str(answered.status))
    return Reply("refused", answered.status, why=why, kept=kept)


def _kept(status: int, body: bytes, *, cut: bool) -> dict[str, Any]:
    """What a run keeps of an answer: its status, and what it said where that is JSON and not too much."""
    if cut or len(body) > MOST_KEPT:
        return {"status": status, "too_large": True}
    try:
        said = _clean(orjson.loads(body), _DEEPEST)
    except (orjson.JSONDecodeError, RecursionError):
        return {"status": status}
    return {"status": status, "body": said}


def _clean(value: Any, room: int) -> Any:
    """Without what no database keeps, and no deeper than anybody asks for."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {key.replace("\0", ""): _clean(one, room - 1) for key, one in value.items()} if room else None
    if isinstance(value, list):
        return [_clean(one, room - 1) for one in value] if room else None
    return value
