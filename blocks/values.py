"""The typed form of a document: what rules compare.

Databases disagree about raw JSON (`n > 100` matches "abc" on one and aborts on another; `lower('É')` differs), so every
value is normalised once, at intake, by this one function. The result has four flat maps from a path to a value:

    n  numbers (a text that is a plain decimal counts as a number as well)
    t  texts, NFC and case-folded, cut after 1,024 characters
    d  instants, in UTC microseconds (ISO 8601 texts with a date)
    b  truths

Paths are keys joined by "."; a step into a list is "[]", and such a path holds a list of values.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from math import isfinite
from typing import Any, TypedDict
from unicodedata import is_normalized, normalize
from urllib.parse import quote, unquote

TEXT_LIMIT = 1024
LONGEST_NAME = 200
LONGEST_KEY = 200
"""Characters of a key that are kept as they are: an index of PostgreSQL takes 2,704 bytes in all."""
_DECIMAL = re.compile(r"[+-]?\d{1,15}(\.\d{1,9})?\Z")
_NUMERALS = frozenset("0123456789+-")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?( ?(Z|[+-]\d{2}:?\d{2}))?)?\Z")


class Typed(TypedDict):
    """The four maps of the typed form."""

    n: dict[str, Any]
    t: dict[str, Any]
    d: dict[str, Any]
    b: dict[str, Any]


def empty() -> Typed:
    """The typed form of nothing."""
    return {"n": {}, "t": {}, "d": {}, "b": {}}


@lru_cache(maxsize=4096)
def safe_key(key: str) -> str:
    """A key that means the same in every database's JSON path: letters, digits, "_", "-" and spaces stay."""
    return quote(key, safe=" -_") if not key.replace("_", "a").replace("-", "a").isalnum() else key


def safe_path(path: str) -> str:
    """A path as a person types it or as it was seen in data, in the form in which typed values keep it."""
    return ".".join(
        (safe_key(unquote(part.removesuffix("[]"))) + "[]") if part.endswith("[]") else safe_key(unquote(part))
        for part in path.split(".")
    )


def fold(text: str) -> str:
    """The form in which texts are compared."""
    if not text.isascii() and not is_normalized("NFC", text):
        text = normalize("NFC", text)
    return text[:TEXT_LIMIT].casefold()


def instant(text: str) -> int | None:
    """UTC microseconds of an ISO 8601 date or date-time; without a zone it is taken as UTC. None if it is neither.

    What is to mean "never" or "not known" (9999-12-31, 0001-01-01) becomes the last or the first instant with which one can
    still reckon, by any clock and a thousand months off.
    """
    if len(text) < 10 or text[4] != "-" or not _ISO_DATE.match(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return min(max(micros(moment if moment.tzinfo else moment.replace(tzinfo=UTC)), _FIRST), _LAST)


def micros(moment: datetime) -> int:
    """An aware datetime as UTC microseconds since 1970, exact."""
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def moment(us: int) -> datetime:
    """UTC microseconds as an aware datetime."""
    return _EPOCH + timedelta(0, 0, us)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = micros(datetime(100, 1, 1, tzinfo=UTC)), micros(datetime(9899, 12, 31, tzinfo=UTC))


def number(text: str) -> float | int | None:
    """The number that a plain decimal text stands for, else None."""
    if not text or text[0] not in "0123456789+-" or not _DECIMAL.match(text):
        return None
    return float(text) if "." in text else int(text)


def amount(value: Any) -> float | int | None:
    """The number that a value of a document is or, written as text, stands for; else None. A truth is none."""
    if isinstance(value, str):
        return number(value.strip())
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def type_leaf(value: Any) -> Typed:
    """The typed form of one value, under the empty path; rules use it for the value they compare with."""
    typed = empty()
    _leaf(typed, "", value, in_list=False)
    return typed


class TooDeep(ValueError):
    """A document is nested deeper than was allowed."""


def type_document(document: Mapping[str, Any], deepest: int = 100) -> Typed:
    """The typed form of a JSON object. Nulls leave no trace; numbers that are not finite are left out, and so is what
    has a name of over 200 characters, which no rule can ask for.

    Raises TooDeep if objects and lists are nested in more than `deepest` levels. Costs about 0.5 µs a value: intake does
    this for every event, and spends more time here than anywhere else.
    """
    typed = empty()
    _walk(typed, "", document, deepest, in_list=False)
    return typed


class _Paths(dict[str, str]):
    """The paths of keys under a prefix, kept because the events of one name all have the same; "" for a name that is too
    long."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    def __missing__(self, key: str) -> str:
        path = self._prefix + safe_key(key) if len(key) <= LONGEST_NAME else ""
        if len(self) < 100:
            self[key] = path
        return path


_paths = lru_cache(maxsize=256)(_Paths)


def _walk(typed: Typed, prefix: str, document: Mapping[str, Any], room: int, in_list: bool) -> None:
    if room == 0:
        raise TooDeep
    texts, numbers = typed["t"], typed["n"]
    paths = _paths(prefix)
    for key, value in document.items():
        path = paths[key]
        if not path:
            continue
        kind = type(value)
        # The commonest kinds here and not in `_leaf`, which saves a call a value.
        if kind is str:
            folded = value[:TEXT_LIMIT].casefold() if value.isascii() else fold(value)
            if not in_list:
                texts[path] = folded
            elif path in texts:
                texts[path].append(folded)
            else:
                texts[path] = [folded]
            if value[:1] in _NUMERALS:
                _read_text(typed, path, value, in_list)
        elif kind is dict:
            _walk(typed, path + ".", value, room - 1, in_list)
        elif kind is list:
            _list(typed, path + "[]", value, room - 1)
        elif kind is int and not in_list:
            numbers[path] = value
        else:
            _leaf(typed, path, value, in_list)


def _list(typed: Typed, path: str, values: list[Any], room: int) -> None:
    if room == 0:
        raise TooDeep
    for value in values:
        kind = type(value)
        if kind is dict:
            _walk(typed, path + ".", value, room - 1, in_list=True)
        elif kind is list:
            _list(typed, path + "[]", value, room - 1)
        else:
            _leaf(typed, path, value, in_list=True)


def _leaf(typed: Typed, path: str, value: Any, in_list: bool) -> None:
    kind = type(value)
    if kind is str:
        _put(typed["t"], path, fold(value), in_list)
        if value[:1] in _NUMERALS:
            _read_text(typed, path, value, in_list)
    elif kind is bool:
        _put(typed["b"], path, value, in_list)
    elif kind is int or (kind is float and isfinite(value)):
        _put(typed["n"], path, value, in_list)


def _read_text(typed: Typed, path: str, text: str, in_list: bool) -> None:
    """A text may stand for a number or an instant as well."""
    if (as_number := number(text)) is not None:
        _put(typed["n"], path, as_number, in_list)
    elif (at := instant(text)) is not None:
        _put(typed["d"], path, at, in_list)


def _put(leaves: dict[str, Any], path: str, leaf: Any, in_list: bool) -> None:
    if in_list:
        leaves.setdefault(path, []).append(leaf)
    else:
        leaves[path] = leaf


def text_of(typed: Typed, path: str) -> str | None:
    """The value at `path` as one comparable text: "1001" for 1001 and for "1001". None if it is missing or a list."""
    text = typed["t"].get(path)
    if isinstance(text, str):
        return text
    value = typed["n"].get(path)
    if value is None or isinstance(value, list):
        return None
    return str(int(value)) if value == int(value) else str(value)


def key_of(typed: Typed, path: str) -> str | None:
    """What tells carts, orders or products apart: `text_of`, with a digest in place of what no index would take."""
    text = text_of(typed, path)
    if text is None or len(text) <= LONGEST_KEY:
        return text
    return f"{text[: LONGEST_KEY - 32]}{blake2b(text.encode(), digest_size=16).hexdigest()}"
