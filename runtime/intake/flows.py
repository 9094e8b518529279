"""POST /api/v1/flows/<slug>/contacts: a program adds contacts to a flow. Answered after the commit."""

import asyncio
import re
from functools import partial

from starlette.types import Receive, Scope, Send

from runtime.engine.by_hand.adding import CannotAdd, door
from runtime.house import House
from runtime.intake.http import answer_json, headers_of, peer_of
from runtime.intake.keyed import Keyed, Refusal, answered, stored
from runtime.intake.reading import MOST_EVENTS, read_additions
from runtime.intake.writer import Writer
from runtime.words import words

PREFIX = "/api/v1/flows/"
_PATH = re.compile(re.escape(PREFIX) + r"([^/]{1,200})/contacts/?")
WRONG_KIND = "This key cannot add contacts to flows. Make one of the kind that may do so on the settings page."


class FlowsApi:
    """The address."""

    def __init__(self, house: House, writer: Writer, keyed: Keyed) -> None:
        self._house, self._writer, self._keyed = house, writer, keyed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await answered(self._take(scope, receive, send), send, "contact")

    async def _take(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = _PATH.fullmatch(scope["path"])
        if path is None:
            raise Refusal(404, f"There is nothing here. Contacts are added at {PREFIX}<slug>/contacts.")
        if scope["method"] != "POST":
            raise Refusal(405, "Add contacts with POST.", (b"allow", b"POST"))
        headers, slug = headers_of(scope), path[1]
        key = await self._keyed.key(headers, peer_of(scope), "api", WRONG_KIND)
        body = await self._keyed.body(key, headers, receive)
        await asyncio.to_thread(self._look, key.workspace, slug)
        now = self._house.clock.now()
        read = partial(read_additions, body, key.workspace, now, slug, key.name)
        new, count = await stored(self._writer.put_read(read, MOST_EVENTS // 10, self._keyed.touch(key, now)))
        await answer_json(send, 200, {"accepted": new, "duplicates": count - new})

    def _look(self, workspace: int, slug: str) -> None:
        """Whether contacts can be added to the flow at all."""
        with self._house.ledger.read(workspace) as tx:
            try:
                door(tx, slug)
            except CannotAdd as refused:
                text = words("en").text(refused.phrase)
                raise Refusal(409 if refused.there else 404, text) from None
