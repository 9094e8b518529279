"""What is the same for everybody who gets one e-mail: parsed templates, brand, prepared MIME. Made once, kept while in use."""

import zlib
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, tuple_

from runtime.ledger import Tx
from runtime.ledger.tables import version_mail
from runtime.mail import Brand, CompiledEmail, Renderer, Skeleton

KEPT = 32
"""E-mails kept ready at the same time; each takes about half a megabyte."""
MOST_WORDS = 500
"""Signed links kept for an e-mail; where a field stands in a target, few of them come again."""
_WINDOW = 32_768


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes, and where replies go. `name` and `reply_to` may be empty."""

    name: str
    address: str
    reply_to: str = ""

    @property
    def domain(self) -> str:
        """The part after "@"."""
        return self.address.rpartition("@")[2]


NOBODY = Sender("Cartwheel", "hello@localhost.localdomain")
"""Who writes where nobody has said so yet: enough for the local outbox, refused by any real server."""


class Press:
    """One e-mail of one version, ready to be filled in."""

    def __init__(
        self,
        compiled: CompiledEmail,
        brand: Brand,
        own_name: str = "",
        kept: Mapping[str, Any] | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> None:
        """`extra` are further header fields of every message."""
        self._extra = extra
        self.kept = kept or {}
        """What stands in a test for what a run would have kept."""
        self.compiled = compiled
        self.brand = brand
        self.renderer = Renderer(compiled)
        self.link_words: dict[tuple[str, str], str] = {}
        """What has been signed of its links: (id, where it leads) to the word. Most are the same for everybody."""
        self._own_name = own_name
        self._skeletons: dict[Sender, Skeleton] = {}
        self._primed: Any = None

    @classmethod
    def of(cls, document: dict[str, Any], compiled: dict[str, Any]) -> "Press":
        """From what publishing stored."""
        own_name = str(document["email"].get("from_name") or "").strip()
        brand = Brand.model_validate(document["brand"])
        return cls(CompiledEmail.model_validate(compiled), brand, own_name, document.get("kept"))

    def sender(self, preferred: Sender | None) -> Sender:
        """Who writes: what the e-mail says, else what the shop prefers, else the shop's name at a harmless address."""
        fallback = preferred or NOBODY
        name = self._own_name or (preferred.name if preferred else "") or self.compiled.from_name or fallback.name
        return Sender(name, self.compiled.from_address or fallback.address, self.compiled.reply_to or fallback.reply_to)

    def skeleton(self, sender: Sender) -> Skeleton:
        """The fixed parts of the message. Raises HeaderRefused."""
        found = self._skeletons.get(sender)
        if found is None:
            if len(self._skeletons) > 8:
                self._skeletons.clear()
            found = self._skeletons[sender] = Skeleton(
                from_name=sender.name,
                from_address=sender.address,
                reply_to=sender.reply_to or None,
                marketing=self.compiled.marketing,
                extra=self._extra,
            )
        return found

    def pack(self, content: bytes) -> bytes:
        """Squeeze what one recipient got. Most of it is the template, so about a twentieth is left."""
        if self._primed is None:
            self._primed = zlib.compressobj(1, zlib.DEFLATED, 15, 8, zlib.Z_DEFAULT_STRATEGY, self._template())
        # Copying one that has read the template is cheaper than reading it again for every message.
        squeezer = self._primed.copy()
        packed: bytes = squeezer.compress(content) + squeezer.flush()
        return packed

    def unpack(self, packed: bytes) -> bytes:
        """Undo `pack`. Raises zlib.error if another template was used."""
        return zlib.decompressobj(15, self._template()).decompress(packed)

    def _template(self) -> bytes:
        return (self.compiled.text + self.compiled.html).encode()[-_WINDOW:]


PressKey = tuple[int, str]
"""(version, block)"""


class Presses:
    """The e-mails in use."""

    def __init__(self) -> None:
        self._kept: OrderedDict[PressKey, Press | Exception] = OrderedDict()

    def load(self, tx: Tx, wanted: Iterable[PressKey]) -> None:
        """Make ready what is not yet, in one statement. A version never changes, so what is kept stays right."""
        missing = sorted(set(wanted) - self._kept.keys())
        if missing:
            found = select(version_mail).where(
                tx.mine(version_mail), tuple_(version_mail.c.version, version_mail.c.block).in_(missing)
            )
            for row in tx.all(found):
                self._kept[row.version, row.block] = _pressed(row.document, row.compiled)

    def get(self, key: PressKey) -> Press | None:
        """The e-mail of a version's block, if it was loaded and there is one. Raises what keeps it from being used."""
        press = self._kept.get(key)
        if press is not None:
            self._kept.move_to_end(key)
        if isinstance(press, Exception):
            raise press
        return press

    def trim(self) -> None:
        """Forget those that were not used for longest."""
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)


def _pressed(document: dict[str, Any], compiled: dict[str, Any]) -> Press | Exception:
    """What cannot be used must not keep the other e-mails of a batch from being sent; each message of it says why."""
    try:
        return Press.of(document, compiled)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with what was stored
        return error
