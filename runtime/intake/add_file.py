"""Adds the contacts of a file to a flow: first what would happen, then all of it, some hundred lines at a time.

Each line is an event with an id of the file's hash and the line's number, so that a file that is read twice, or taken up
again after it was cut off, adds nobody twice.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import orjson
from sqlalchemy import bindparam, select

from blocks.phrase import Phrase
from blocks.triggers.added_trigger import ADDED, told
from runtime.engine.by_hand.adding import door, kept_out
from runtime.house import House
from runtime.intake.contact_file import Line, Sheet
from runtime.intake.writer import NewEvent, digest_of, store
from runtime.ledger import Tx
from runtime.ledger.documents import in_both_forms
from runtime.ledger.lists import among, listed
from runtime.ledger.tables import identity, seen
from runtime.people.addresses import IDENTITIES

SOURCE = "file"
AT_ONCE = 300
"""Lines that are stored in one transaction; while it lasts, intake waits."""

_OWNERS = select(identity.c.value, identity.c.contact).where(
    identity.c.workspace == bindparam("workspace"),
    identity.c.kind == bindparam("kind"),
    among(identity.c.value, "values"),
)
_SEEN = select(seen.c.digest).where(
    seen.c.workspace == bindparam("workspace"), seen.c.digest.in_(bindparam("digests", expanding=True))
)


@dataclass(slots=True)
class Preview:
    """What would happen. `take` are the lines that would be added."""

    take: list[Line] = field(default_factory=list)
    new: int = 0
    """Of them, contacts that are not there yet."""
    before: int = 0
    """Lines that this very file has added already."""
    kept_out: list[tuple[Phrase, int]] = field(default_factory=list)
    """Why others would not be added, each with how many."""


def preview(house: House, workspace: int, slug: str, sheet: Sheet) -> Preview:
    """What adding a file would do now. Raises CannotAdd."""
    found, reasons = Preview(), dict[str, Phrase]()
    counts: Counter[str] = Counter()
    with house.ledger.read(workspace) as tx:
        into = door(tx, slug)
        for some in _some(sheet.lines):
            done = _added_before(tx, sheet, slug, some)
            owners = _owners(tx, some)
            why = kept_out(tx, into, set(owners.values()), house.clock.now())
            for line in some:
                owner = owners.get(line.number)
                if line.number in done:
                    found.before += 1
                elif owner is not None and owner in why:
                    counts[why[owner].msgid] += 1
                    reasons[why[owner].msgid] = why[owner]
                else:
                    found.new += owner is None
                    found.take.append(line)
    found.kept_out = [(reasons[msgid], count) for msgid, count in counts.items()]
    return found


def add(
    house: House,
    workspace: int,
    slug: str,
    sheet: Sheet,
    lines: Sequence[Line],
    by: str,
    progress: Callable[[float], None] = lambda share: None,
) -> int:
    """Add these lines. How many were not added before. Raises CannotAdd; what was stored until then stays added."""
    properties = told(slug, "file", by)
    written, typed = in_both_forms(properties)
    stored = done = 0
    for some in _some(lines):
        now = house.clock.now()
        events = [
            NewEvent(
                workspace,
                _digest(sheet, slug, line),
                ADDED,
                SOURCE,
                now,
                now,
                orjson.dumps(line.who).decode(),
                written,
                typed,
            )
            for line in some
        ]
        with house.ledger.write(workspace) as tx:
            door(tx, slug)
            stored += store(tx, events)[0]
        house.ring()
        done += len(some)
        progress(done / len(lines))
    return stored


def _some(lines: Sequence[Line]) -> Iterator[Sequence[Line]]:
    return (lines[start : start + AT_ONCE] for start in range(0, len(lines), AT_ONCE))


def _digest(sheet: Sheet, slug: str, line: Line) -> bytes:
    return digest_of(SOURCE, f"{sheet.hash}:{slug}:{line.number}")


def _added_before(tx: Tx, sheet: Sheet, slug: str, lines: Iterable[Line]) -> set[int]:
    digests = {_digest(sheet, slug, line): line.number for line in lines}
    rows = tx.all(_SEEN, {"workspace": tx.workspace, "digests": list(digests)})
    return {digests[bytes(row.digest)] for row in rows}


def _owners(tx: Tx, lines: Sequence[Line]) -> Mapping[int, int]:
    """Numbers of lines to the contacts they are about, as far as those are known: by the strongest identity that is."""
    found: dict[int, int] = {}
    for kind in IDENTITIES:
        wanted = {str(line.who[kind]): line.number for line in lines if kind in line.who and line.number not in found}
        if wanted:
            values = {"workspace": tx.workspace, "kind": kind, "values": listed(tx, wanted)}
            found |= {wanted[row.value]: row.contact for row in tx.all(_OWNERS, values)}
    return found
