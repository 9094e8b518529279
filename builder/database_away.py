"""What a page answers while the database cannot be used: one sentence instead of an error of the server's."""

import logging
import re

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runtime.process import database_trouble
from runtime.words import words

log = logging.getLogger(__name__)

WAIT = "5"
"""Seconds after which it is worth trying again."""
TRY_AGAIN_LATER = 1013
"""WebSocket's word for it."""


class DatabaseAway:
    """Stands in front of the pages, the door included, which has to ask the database who is there."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def pass_on(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, pass_on)
        except Exception as error:
            trouble = database_trouble(error)
            if trouble is None or begun:
                raise
            log.warning("%s", trouble)
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": TRY_AGAIN_LATER})
                return
            w = words(re.split("[,;]", Headers(scope=scope).get("accept-language", ""))[0])
            said = w("The database cannot be reached at the moment. Nothing is lost. Try again in a little while.")
            answer = Response(said, 503, {"retry-after": WAIT}, "text/plain")
            await answer(scope, receive, send)
