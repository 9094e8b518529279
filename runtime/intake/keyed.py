"""What the addresses for programs do alike: the key, the body, and what is answered where something is not right."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TypeVar

from starlette.types import Receive, Send

from runtime.accounts import keys
from runtime.accounts.keys import Key, Kind
from runtime.clock import MINUTE
from runtime.house import House
from runtime.intake.http import MOST_BYTES, Gone, TooLarge, answer_json, read_body
from runtime.intake.limits import Limit
from runtime.intake.reading import NotReadable, NotRight
from runtime.intake.remembered import Remembered
from runtime.intake.writer import CannotStore, Full, NewEvent, Writer
from runtime.ledger import Tx

log = logging.getLogger(__name__)

Header = tuple[bytes, bytes]
Result = TypeVar("Result")
Touch = Callable[[Tx], None]


class Refusal(Exception):
    """The request cannot be taken: status, a sentence, further headers."""

    def __init__(self, status: int, sentence: str, *headers: Header) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.headers = headers


NO_KEY = 'Send your key in the header "Authorization: Bearer …". Keys are made on the settings page.'
BAD_KEY = "This key is not known. It may have been revoked; make another on the settings page."
TOO_LARGE = f"The body is larger than {MOST_BYTES // 1_000_000} MB. Send fewer events at a time."
NOT_JSON = 'Send JSON, with the header "Content-Type: application/json".'
TOO_OFTEN = "That is too often. Wait a little, then send it again."
BUSY = "Too much is waiting to be stored. Nothing of this was stored. Send it again in a second."
NO_STORE = "The database cannot be written at the moment. Nothing of this was stored. Send it again later."


class Keyed:
    """The keys that are remembered, and the tries that are counted."""

    def __init__(self, house: House) -> None:
        self._keys: Remembered[Key] = Remembered(partial(keys.find, house))
        self._of_key = Limit(rate=20_000, burst=40_000)
        self._failures = Limit(rate=1 / 6, burst=20)
        self._used: dict[int, int] = {}

    def touch(self, key: Key, now: int) -> Touch | None:
        """Note once a minute that the key is used."""
        if self._used.get(key.id, 0) > now - MINUTE:
            return None
        self._used[key.id] = now
        return partial(keys.used, found=key, now=now)

    async def key(self, headers: Mapping[bytes, bytes], peer: str, kind: Kind, wrong_kind: str) -> Key:
        """The key of a request, which must be of this kind. Raises Refusal; `wrong_kind` is said of another one."""
        scheme, _, secret = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        if scheme.lower() != "bearer" or not secret:
            raise self._failed(peer, NO_KEY)
        key = self._keys.at_hand(secret)
        if key is None:
            if self._failures.exhausted(peer) and not self._keys.known(secret):
                raise self._failed(peer, BAD_KEY)
            try:
                key = await self._keys.get(secret)
            except Exception as error:  # noqa: BLE001 - any driver's error means the same to whoever sends
                log.error("Keys cannot be looked up: %s", error)
                raise Refusal(503, NO_STORE, (b"retry-after", b"5")) from None
        if key is None:
            raise self._failed(peer, BAD_KEY)
        if key.kind != kind:
            raise Refusal(403, wrong_kind)
        return key

    async def body(self, key: Key, headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
        """The JSON that a request brings. Raises Refusal."""
        if not headers.get(b"content-type", b"").lower().startswith(b"application/json"):
            raise Refusal(415, NOT_JSON)
        if not self._of_key.allows(key.id):
            raise Refusal(429, TOO_OFTEN, (b"retry-after", b"1"))
        try:
            return await read_body(receive, headers)
        except TooLarge:
            raise Refusal(413, TOO_LARGE) from None

    def _failed(self, peer: str, sentence: str) -> Refusal:
        if not self._failures.allows(peer):
            return Refusal(429, TOO_OFTEN, (b"retry-after", b"%d" % self._failures.wait))
        return Refusal(401, sentence, (b"www-authenticate", b'Bearer realm="Cartwheel"'))


async def answered(work: Awaitable[None], send: Send, noun: str) -> None:
    """Await `work`, and answer what it refuses; `noun` is what a list is of."""
    try:
        await work
    except Refusal as refusal:
        await answer_json(send, refusal.status, {"error": refusal.sentence}, *refusal.headers)
    except NotReadable as problem:
        await answer_json(send, 400, {"error": str(problem)})
    except NotRight as problem:
        text = f"Nothing was stored, because the {noun} is not right."
        if problem.total > 1:
            text = f"Nothing was stored, because {problem} {noun}s are not right. Mend them and send the list again."
        await answer_json(send, 422, {"error": text, "problems": [wrong.as_json() for wrong in problem.wrongs]})
    except Gone:
        return


async def store(writer: Writer, events: list[NewEvent], touch: Touch | None) -> int:
    """Store events and return how many were new. Raises Refusal where that is not possible now."""
    return await stored(writer.put(events, touch))


async def stored(storing: Awaitable[Result]) -> Result:
    try:
        return await storing
    except Full:
        raise Refusal(503, BUSY, (b"retry-after", b"1")) from None
    except CannotStore:
        raise Refusal(503, NO_STORE, (b"retry-after", b"5")) from None
