"""Which web addresses an e-mail may carry, whoever they come from: a marketer, a shop's event, a contact's field."""

import re
from urllib.parse import quote

_SAFE = re.compile(r"(?:https?://[^\s/?#]|mailto:[^\s]|tel:[+0-9*#(])", re.IGNORECASE)
_WEB = re.compile(r"https?://[^\s/?#]", re.IGNORECASE)
_READY = re.compile(r"https?://[^\x00-\x20\x7f\"'<>\\^`{|}/?#][^\x00-\x20\x7f\"'<>\\^`{|}]*")
_PLACE = re.compile(r"(?:https?://|mailto:)([^/?#]*)", re.IGNORECASE)
_BLANK = re.compile(r"\s|%20", re.IGNORECASE)
_TOUCHY = re.compile(r"[\x00-\x20\x7f\"'<>\\^`{|}]")


def clean_url(value: object) -> str:
    """`value` without outer blanks, with what could end an attribute or open a template tag percent-encoded."""
    if not isinstance(value, str):
        return ""
    value = value.strip()
    return _TOUCHY.sub(lambda found: f"%{ord(found[0]):02X}", value) if _TOUCHY.search(value) else value


NOWHERE = "#"
"""The target of a link that leads nowhere, until the link is taken away."""


def usable(value: object) -> str:
    """`value` as an address that may stand in an attribute and be followed, or "" if it is none."""
    if not isinstance(value, str):
        return ""
    if _READY.fullmatch(value):
        return value
    url = clean_url(value)
    return url if is_safe(url) else ""


def is_safe(url: str) -> bool:
    """Whether it is a web, mailto or tel address. Anything else (javascript:, data:, relative) is not followed."""
    return _SAFE.match(url) is not None


def is_web(url: str) -> bool:
    """Whether it is an absolute http or https address."""
    return _WEB.match(url) is not None


def has_blank_in_its_place(url: str) -> bool:
    """Whether there is a blank in the name of a website or in an address, which then leads nowhere. Further on in an address a
    blank is percent-encoded, as browsers do."""
    found = _PLACE.match(url.strip())
    return found is not None and bool(_BLANK.search(found[1]))


def url_part(value: str) -> str:
    """`value` made fit to stand in the middle of an address; slashes stay."""
    return quote(value, safe="/-._~")
