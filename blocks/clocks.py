"""By whose clocks hours and days are meant: each contact's own, or those of one place for everybody."""

from typing import Annotated

from pydantic import AfterValidator, Field

from blocks.phrase import Phrase, say
from blocks.zones import zone_names


def _zone(name: str) -> str:
    if name and name not in zone_names():
        raise ValueError("is no time zone; write it like “Asia/Bangkok”.")
    return name


ZoneName = Annotated[str, Field(max_length=64), AfterValidator(_zone)]
"""An IANA name, or "" for none."""


def place_name(zone: str) -> str:
    """The city that a time zone is named after: "Jakarta" for "Asia/Jakarta"."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def where(zone: str) -> Phrase:
    """What is said after an hour: "where they live", or "by clocks in Bangkok" for the zone of a flow."""
    if not zone:
        return say("where they live")
    return say("by clocks in {place}", place=place_name(zone))
