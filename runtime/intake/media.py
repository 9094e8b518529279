"""Pictures that were uploaded for e-mails: kept in DATA/media under names of ours, and only what e-mail programs show.

The type is read from the bytes and never from what the upload says. SVG can carry scripts and is not taken.
"""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from blocks.phrase import say
from runtime.accounts.refused import Refused
from runtime.house import House
from runtime.ledger.tables import media

MOST_BYTES = 5_000_000
TYPES = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}
_NAME_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Media:
    """A picture. `file` is its name on disk and in addresses, `name` what it was called when it was uploaded."""

    id: int
    file: str
    name: str
    type: str
    size: int
    created_at: int

    @property
    def path(self) -> str:
        """Where it is shown, below this installation's address."""
        return f"/media/{self.file}"


def keep(house: House, workspace: int, data: bytes, filename: str) -> Media:
    """Keep a picture. Raises Refused if it is none, or too large."""
    if len(data) > MOST_BYTES:
        raise Refused(say("This picture is larger than {n} MB. Make it smaller first.", n=MOST_BYTES // 1_000_000))
    ending = ending_of(data)
    if ending is None:
        raise Refused(say("This is no picture that e-mail programs show. Choose a PNG, JPEG, GIF or WebP file."))
    file = f"{secrets.token_hex(16)}.{ending}"
    _write(folder(house) / file, data)
    name = "".join(letter for letter in Path(filename).name if letter.isprintable())[:_NAME_LIMIT] or file
    now = house.clock.now()
    with house.ledger.write(workspace) as tx:
        (id_,) = tx.reserve(1)
        row = {"id": id_, "file": file, "name": name, "type": TYPES[ending], "size": len(data), "created_at": now}
        tx.insert(media, [row])
    return Media(id_, file, name, TYPES[ending], len(data), now)


def everything(house: House, workspace: int) -> list[Media]:
    """The workspace's pictures, the newest first."""
    with house.ledger.read(workspace) as tx:
        return [_media(row) for row in tx.all(media.select().where(tx.mine(media)).order_by(media.c.id.desc()))]


def folder(house: House) -> Path:
    """Where the files are."""
    return house.settings.data / "media"


def ending_of(data: bytes) -> str | None:
    """The ending for these bytes, or None if they are no picture of a kind that is taken."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return None


def _write(file: Path, data: bytes) -> None:
    """Whole or not at all, and there to stay: its row is written after it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_suffix(".new")
    with half.open("wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())
    half.replace(file)


def _media(row: Row[Any]) -> Media:
    return Media(row.id, row.file, row.name, row.type, row.size, row.created_at)
