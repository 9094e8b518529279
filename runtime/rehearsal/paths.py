"""Values in a document by their paths, as rules write them: "total", "customer.city", "items[].kind"."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any
from urllib.parse import unquote


def laid_over(document: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The document with these values at these paths; None takes one away. In a list, every entry gets it; in an empty one,
    a first entry."""
    laid = deepcopy(dict(document))
    for path, value in changes.items():
        _put(laid, path.split("."), value)
    return laid


def value_at(document: Mapping[str, Any], path: str) -> Any:
    """What stands at a path, in a list what the first entry has there; None where nothing does."""
    found: Any = document
    for part in path.split("."):
        found = found.get(_key(part)) if isinstance(found, Mapping) else None
        if part.endswith("[]"):
            found = next(iter(found), None) if isinstance(found, list | tuple) else None
    return found


def _put(at: dict[str, Any], parts: Sequence[str], value: Any) -> None:
    part, rest = parts[0], parts[1:]
    key, listed = _key(part), part.endswith("[]")
    if not rest:
        if value is None:
            at.pop(key, None)
        else:
            at[key] = [value] if listed else value
        return
    inner = at.get(key)
    if listed:
        entries = [one for one in inner if isinstance(one, dict)] if isinstance(inner, list) else []
        if not entries and value is not None:
            at[key] = entries = [{}]
    else:
        entries = [inner] if isinstance(inner, dict) else []
        if not entries and value is not None:
            at[key] = {}
            entries = [at[key]]
    for entry in entries:
        _put(entry, rest, value)


def _key(part: str) -> str:
    return unquote(part.removesuffix("[]"))
