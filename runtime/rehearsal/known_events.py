"""What an event that is not spelled out carries: what the latest one like it carried."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from blocks.contract import Timed, Trigger
from blocks.offered import Offered
from blocks.rules import Counted
from blocks.scheduled import Scheduled
from blocks.values import Typed, empty, moment, type_document
from runtime import shop
from runtime.engine.program import Program
from runtime.ledger import Tx
from runtime.ledger.tables import contact, event, product
from runtime.rehearsal.deeds import DEEDS
from runtime.rehearsal.paths import laid_over
from runtime.rehearsal.script import Happening, Opening

LOOKED_AT = 50
"""So many of the latest events are tried until one fits the trigger's filter."""


class _Unknown(Exception):
    """The filter looks something up, which only the engine does."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """An event held against a trigger's filter before anything happened. Time and zone play no part worth having."""

    now: datetime
    contact: Typed
    event: Typed
    flow: str
    kept: Typed

    def count(self, leaf: Counted) -> int:
        raise _Unknown


def events_wanted(program: Program) -> list[tuple[str, Trigger]]:
    """The triggers that wait for an event of the shop and not for the clock."""
    return [(id_, trigger) for id_, trigger in program.triggers if not isinstance(trigger, Timed | Scheduled)]


def first_event(tx: Tx, program: Program, who: int | None, start: int, opening: Opening) -> Happening | None:
    """The event that lets the contact in, made from the latest ones that fit. None if no trigger waits for an event."""
    found = _latest_that_fits(tx, program, who, start, opening.name)
    if found is None:
        return None
    return replace(found, properties=laid_over(found.properties or {}, opening.changes))


def _latest_that_fits(tx: Tx, program: Program, who: int | None, start: int, wanted: str) -> Happening | None:
    typed = tx.scalar(select(contact.c.typed).where(tx.mine(contact), contact.c.id == who)) or empty()
    fallback: Happening | None = None
    for _, trigger in events_wanted(program):
        for name in trigger.listens_to():
            if wanted not in ("", name):
                continue
            for properties in _like_it(tx, name, who):
                found = Happening(name, start, {**_of(trigger, properties), **trigger.addressed(program.slug)})
                fallback = fallback or found
                if _fits(trigger, typed, found.properties or {}, start, program.slug):
                    return found
            made_up = {**_off_the_shelf(tx, trigger), **trigger.tells(), **trigger.addressed(program.slug)}
            fallback = fallback or Happening(name, start, made_up)
    return fallback


def _of(trigger: Trigger, properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """These properties, for what the shelf brings with its mark in them."""
    return (
        {**properties, **trigger.tells(), "occasion": trigger.occasion()}
        if isinstance(trigger, Offered)
        else properties
    )


def _off_the_shelf(tx: Tx, trigger: Trigger) -> Mapping[str, Any]:
    """What would be told of the product that changed last; nothing where the shelf plays no part."""
    latest = select(product).where(tx.mine(product)).order_by(product.c.changed_at.desc()).limit(1)
    if not isinstance(trigger, Offered) or (row := tx.first(latest)) is None:
        return _of(trigger, {})
    about = shop.as_told(row)
    return _of(trigger, {**about, "items": [{**about, "quantity": 1}]})


def filled_in(tx: Tx, program: Program, who: int | None, happenings: Sequence[Happening]) -> list[Happening]:
    """The script in the order of time, each event with properties. They are all about the cart or order of the first."""
    filled: list[Happening] = []
    keys = [program.entry.key, *(leave.key for leave in program.exits)]
    same: dict[str, Any] = {}
    for one in sorted(happenings, key=lambda one: one.at):
        properties = one.properties
        if properties is None and one.name in DEEDS:
            properties = {}
        if properties is None:
            latest = next(_like_it(tx, one.name, who), {})
            properties = {**latest, **{key: value for key, value in same.items() if key in latest}}
        properties = laid_over(properties, one.changes)
        for key in filter(None, keys):
            if key in properties:
                same.setdefault(key, properties[key])
        filled.append(Happening(one.name, one.at, properties, one.contact))
    return filled


def _like_it(tx: Tx, name: str, who: int | None) -> Iterator[Mapping[str, Any]]:
    """Properties of the latest events of that name: the contact's own, then anybody's."""
    latest = select(event.c.properties).where(tx.mine(event), event.c.name == name).order_by(event.c.at.desc())
    for query in (latest.where(event.c.contact == who), latest):
        for row in tx.all(query.limit(LOOKED_AT)):
            yield row.properties


def _fits(trigger: Trigger, typed: Typed, properties: Mapping[str, Any], start: int, flow: str) -> bool:
    facts: Any = _Facts(moment(start), typed, type_document(properties), flow, empty())
    try:
        return trigger.admits(facts)
    except (_Unknown, AttributeError):
        return True
