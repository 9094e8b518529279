"""POST /api/v1/events: one event or a list of them, from programs that have a key.

The busiest address of all, so it is plain ASGI. Answered after the commit.
"""

from contextlib import suppress
from functools import partial

from starlette.types import Receive, Scope, Send

from runtime.house import House
from runtime.intake.http import answer_json, headers_of, peer_of
from runtime.intake.keyed import Keyed, Refusal, Touch, answered, store, stored
from runtime.intake.own_events import OWN_EVENTS
from runtime.intake.reading import MOST_EVENTS, read_events
from runtime.intake.reading_apart import WORTH_IT, Lost, ReadingApart
from runtime.intake.writer import Writer

PATH = "/api/v1/events"
SOURCE = "api"
IN_PLACE = 4_000
"""Bytes that are read on the event loop: less than 0.2 ms of work. Larger bodies are read by the thread that writes, or
by a process of its own (`reading_apart`)."""
SMALLEST = 200
"""Bytes of a small event, by which the length of a list is guessed before it is read."""

WRONG_KIND = "This key cannot send events. Make one of the kind that sends events on the settings page."


class EventsApi:
    """The address."""

    def __init__(self, house: House, writer: Writer, keyed: Keyed) -> None:
        self._house = house
        self._writer = writer
        self._keyed = keyed
        self._apart = ReadingApart()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await answered(self._take(scope, receive, send), send, "event")

    async def _take(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            raise Refusal(405, "Send events with POST.", (b"allow", b"POST"))
        headers = headers_of(scope)
        key = await self._keyed.key(headers, peer_of(scope), "ingest", WRONG_KIND)
        body = await self._keyed.body(key, headers, receive)
        now = self._house.clock.now()
        touch = self._keyed.touch(key, now)
        if len(body) <= IN_PLACE:
            events = read_events(body, key.workspace, SOURCE, now, refused=OWN_EVENTS)
            new, count = await store(self._writer, events, touch), len(events)
        else:
            with self._apart:
                new, count = await self._take_list(body, key.workspace, now, touch)
        await answer_json(send, 200, {"accepted": new, "duplicates": count - new})

    async def _take_list(self, body: bytes, workspace: int, now: int, touch: Touch | None) -> tuple[int, int]:
        if len(body) >= WORTH_IT and self._apart.at_hand():
            with suppress(Lost):
                events = await self._apart.read(body, workspace, SOURCE, now, OWN_EVENTS)
                return await store(self._writer, events, touch), len(events)
        read = partial(read_events, body, workspace, SOURCE, now, refused=OWN_EVENTS)
        guess = min(len(body) // SMALLEST, MOST_EVENTS)
        return await stored(self._writer.put_read(read, guess, touch))
