"""Makes an example of a rehearsal: the same, with somebody made up, and nothing in it that says who somebody is."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from blocks.durations import write_length
from blocks.examples import MOST_LINES, Ends, Example, Expectation, GetsMessage, Happens, Person
from blocks.flow import Flow
from blocks.phrase import Phrase, Quoted
from blocks.registry import KINDS
from blocks.values import fold, moment
from runtime.clock import MINUTE, SECOND
from runtime.ledger import Tx
from runtime.people import consent, contacts
from runtime.rehearsal.script import MadeUp
from runtime.rehearsal.told import Rehearsal
from runtime.zones import zone_of

_WHO = frozenset({"email", "phone", "name", "first_name", "last_name", "full_name", "address", "customer_id"})
"""Names of fields that say who somebody is."""
_PRODUCT = frozenset({"product_id", "variant_id", "sku"})
_TELLS = re.compile(r"@|https?:|\+?\d[\d ()-]{6,}")
"""An address, a link that leads to somebody's cart, a phone number."""


def kept_example(tx: Tx, name: str, document: Flow, who: int | MadeUp, result: Rehearsal) -> Example:
    """The example that says: what this rehearsal came to is what must come true.

    Of a contact and of events only what the flow looks at is copied, and of that nothing that tells who it is; a cart or
    an order is called 1, 2 and so on. What a contact did before is not copied. Raises LookupError if they are gone.
    """
    looked_at = set(_texts([doc.settings for doc in document.blocks], document.entry, document.exits))
    if any(doc.kind in KINDS and KINDS[doc.kind].looks_at_items for doc in document.blocks):
        looked_at |= {"items", *_PRODUCT}
    person = _person(who) if isinstance(who, MadeUp) else _like(tx, who, looked_at)
    keys = {document.entry.key, *(leave.key for leave in document.exits)}
    keys |= {str(doc.settings.get("key") or "") for doc in document.blocks}
    called: dict[str, str] = {}

    def properties(given: Mapping[str, Any] | None) -> dict[str, Any]:
        kept = {}
        for key, value in (given or {}).items():
            if key in keys:
                kept[key] = called.setdefault(repr(value), str(len(called) + 1))
            elif key in looked_at and key not in _WHO and (plain := _plain_of(key, value)) is not None:
                kept[key] = plain
        return kept

    return Example(
        name=name,
        contact=person,
        start=moment(result.start).astimezone(zone_of(result.zone)).replace(tzinfo=None, second=0, microsecond=0),
        happenings=tuple(
            Happens(
                name=one.name,
                after=_after(one.at, result.start),
                properties=properties(one.properties),
                contact=_fields(one.contact, looked_at),
            )
            for one in result.script[:MOST_LINES]
        ),
        expects=tuple(_came_true(document, result))[:MOST_LINES],
    )


def _person(who: MadeUp) -> Person:
    return Person(
        email=who.email,
        name=who.name,
        consent=who.consent,
        zone=who.zone,
        language=who.language,
        tags=who.tags,
        fields=dict(who.fields),
    )


def _like(tx: Tx, who: int, looked_at: set[str]) -> Person:
    labels = set(map(fold, looked_at))
    found = contacts.get(tx, who)
    if found is None:
        raise LookupError(f"There is no contact {who}")
    stands = consent.standing(tx, [who], "email").get(who)
    said: Literal["yes", "no"] | None = None
    if stands is not None:
        said = "yes" if stands.answer == "yes" else "no"
    return Person(
        # Without an address, they would get nothing; so would their double.
        email=Person().email if found.email else "",
        consent=said,
        zone=found.zone or "",
        language=found.language or "",
        tags=tuple(tag for tag in found.tags if fold(tag) in labels),
        fields=_fields(found.fields, looked_at),
    )


def _fields(fields: Mapping[str, Any], looked_at: set[str]) -> dict[str, Any]:
    kept = {name: _plain(value) for name, value in fields.items() if name in looked_at and name not in _WHO}
    return {name: value for name, value in kept.items() if value is not None}


def _came_true(document: Flow, result: Rehearsal) -> Iterator[Expectation]:
    for entry in result.entries:
        if entry.kind != "message":
            continue
        after = _after(entry.at, result.start)
        if entry.state in ("sent", "uncertain"):
            yield GetsMessage(message=entry.block, after=after)
        else:
            yield GetsMessage(message=entry.block, after=after, state="skipped", because=entry.code)
    ends = [entry for entry in result.entries if entry.kind == "end"]
    if not result.way:
        yield Ends(ends="outside")
    elif result.inside:
        yield Ends(ends="inside")
    elif ends and ends[-1].state == "ended" and not ends[-1].code:
        yield Ends(ends="end")
    elif ends and ends[-1].state in ("left", "departed"):
        yield Ends(ends="left", by=_exit(document, ends[-1].why))


def _exit(document: Flow, why: Phrase | None) -> str:
    """What the exit is called, if it was an event that took them out."""
    event = why.args.get("event") if why is not None else None
    return next((leave.called for leave in document.exits if leave.event and event == Quoted(leave.event)), "")


def _after(at: int, start: int) -> str:
    # Whole minutes of the start, too: the example begins at a full one.
    return write_length((at // MINUTE - start // MINUTE) * MINUTE // SECOND)


def _texts(*parts: Any) -> Iterator[str]:
    """Every text in settings and rules, and the first word of a path like "items[].kind"."""
    for part in parts:
        match part:
            case str():
                yield part
                yield re.split(r"[.\[]", part, maxsplit=1)[0]
            case Mapping():
                yield from _texts(*part.values())
            case list() | tuple():
                yield from _texts(*part)
            case _ if hasattr(part, "model_dump"):
                yield from _texts(part.model_dump(mode="json"))


def _plain(value: Any) -> Any:
    """A value without the texts in it that tell who somebody is; None if nothing is left."""
    match value:
        case str():
            return None if _TELLS.search(value) else value
        case Mapping():
            kept = {key: _plain_of(key, one) for key, one in value.items() if key not in _WHO}
            return {key: one for key, one in kept.items() if one is not None} or None
        case list() | tuple():
            return [one for one in map(_plain, value) if one is not None] or None
    return value


def _plain_of(key: str, value: Any) -> Any:
    # The number of a product looks like that of a phone.
    return value if key in _PRODUCT and isinstance(value, str) else _plain(value)
