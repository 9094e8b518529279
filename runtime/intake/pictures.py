"""GET /media/<file>: uploaded pictures, for e-mail programs. Their names are random, so they can be kept for ever."""

import re

from starlette.responses import FileResponse
from starlette.types import Receive, Scope, Send

from runtime.house import House
from runtime.intake.http import answer_json
from runtime.intake.media import TYPES, folder

_FILE = re.compile(r"[0-9a-f]{32}\.(" + "|".join(TYPES) + ")")
_HEADERS = {
    "cache-control": "public, max-age=31536000, immutable",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "cross-origin",
}


class Pictures:
    """The address."""

    def __init__(self, house: House) -> None:
        self._folder = folder(house)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        file = scope["path"].removeprefix("/media/")
        match = _FILE.fullmatch(file)
        if match is None or scope["method"] not in ("GET", "HEAD") or not (self._folder / file).is_file():
            await answer_json(send, 404, {"error": "There is nothing here."})
            return
        await FileResponse(self._folder / file, media_type=TYPES[match[1]], headers=_HEADERS)(scope, receive, send)
