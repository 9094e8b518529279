"""The short name of a draft in addresses and exports: Latin letters, digits and hyphens, never changed, never reused."""

import re
from collections.abc import Container
from itertools import count
from unicodedata import normalize

LONGEST = 60
_SLUG = re.compile(r"[a-z0-9-]+")


def is_slug(text: str) -> bool:
    """Whether anything could be called that; what could not is never looked for."""
    return _SLUG.fullmatch(text) is not None


def slug_for(name: str, kind: str, taken: Container[str]) -> str:
    """A free slug for `name`. A name without Latin letters, such as a Thai one, gets the kind and a number: "flow-2"."""
    plain = normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].rstrip("-")
    base = words if re.search("[a-z]", words) else kind
    if base not in taken:
        return base
    return next(slug for number in count(2) if (slug := f"{base}-{number}") not in taken)
