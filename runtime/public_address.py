"""Whether customers can open the public address: one rule for publishing, sending, the doctor and the settings page."""

from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

_NEAR = ("localhost", "localdomain", "local", "internal", "lan", "home.arpa")
"""Ends of names that only a machine or a network of one's own knows (RFC 6761, 6762, 8375)."""


def is_local(base_url: str) -> bool:
    """Whether nobody but this machine or its own network can open links to this address, or there is none."""
    host = (urlsplit(base_url).hostname or "").rstrip(".")
    number = _number(host)
    if number is not None:
        return not number.is_global
    # Without a dot it is a name of the own network; one that ends with digits is an odd way to write a number.
    return "." not in host or host.rpartition(".")[2].isdigit() or host.endswith(tuple(f".{end}" for end in _NEAR))


def takes_one_click(base_url: str) -> bool:
    """Whether mailboxes show their own button to unsubscribe: it asks for https (RFC 8058)."""
    return urlsplit(base_url).scheme == "https"


def _number(host: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
