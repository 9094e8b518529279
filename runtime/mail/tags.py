"""Merge tags in what a marketer writes: `Hello {{ contact.first_name | default: "there" }}`."""

import re
from dataclasses import dataclass
from functools import lru_cache

from blocks.phrase import Phrase, Quoted, say
from runtime.mail.errors import TagBroken
from runtime.mail.liquid import read_tag
from runtime.mail.merge_fields import MERGE_FIELDS

_TITLES = {field.path: field.title for field in MERGE_FIELDS}
_TAG = re.compile(r"(\{\{.*?\}\})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Tag:
    """One merge tag. `source` is as written; `fallback` is None where there is none."""

    source: str
    path: tuple[str, ...]
    filters: tuple[str, ...]
    fallback: str | None

    @property
    def name(self) -> str:
        """The field with dots: contact.first_name."""
        return ".".join(self.path)

    @property
    def inner(self) -> str:
        """What stands between the braces."""
        return self.source[2:-2].strip("-").strip()


Piece = str | Tag


@lru_cache(maxsize=4096)
def pieces(text: str) -> tuple[Piece, ...]:
    """Text and merge tags in turn. Raises TagBroken for a tag that is not closed or is no merge tag."""
    found: list[Piece] = []
    for part in _TAG.split(text):
        if part.startswith("{{"):
            if not part.endswith("}}"):
                raise TagBroken(say("{text} opens a field with two braces and does not close it", text=_near(part)))
            found.append(Tag(part, *read_tag(part)))
        elif "{{" in part:
            raise TagBroken(say("{text} opens a field with two braces and does not close it", text=_near(part)))
        elif "{%" in part:
            raise TagBroken(say("{text}: conditions and loops do not work here, only fields do", text=_near(part)))
        elif part:
            found.append(part)
    return tuple(found)


def _near(text: str) -> Quoted:
    start = max(text.find("{{"), text.find("{%"), 0)
    return Quoted(text[start : start + 40])


def glimpse(text: str, length: int = 60) -> Phrase | None:
    """One line of `text` with its fields by the names that their chips have. None if there is nothing in it."""
    try:
        parts = pieces(text)
    except TagBroken:
        parts = (text,)
    said: dict[str, str | Phrase] = {}
    left = length
    for number, part in enumerate(parts):
        if isinstance(part, Tag):
            title = _TITLES.get(part.name) or Phrase(part.path[-1].replace("_", " "))
            said[f"part{number}"] = say("[{field}]", field=title)
            left -= len(title.msgid) + 2
        else:
            line = re.sub(r"\s+", " ", part)
            said[f"part{number}"] = line if len(line) <= left else f"{line[: max(left - 1, 0)].rstrip()}…"
            left -= len(line)
        if left < 0:
            break
    if not any(isinstance(one, Phrase) or one.strip() for one in said.values()):
        return None
    return Phrase("".join(f"{{{name}}}" for name in said), said)
