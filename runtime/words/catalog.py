"""The catalogs: one .po file a language, from English message ids to texts.

Only what we write ourselves is read: comments, msgid and msgstr, each of one or several quoted lines. Reading a catalog
takes 2 ms and is done once; Babel's reader would cost the worker its import and a compiled copy beside every source.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from runtime.places import ROOT

LANGUAGES: Mapping[str, str] = {"en": "English", "id": "Bahasa Indonesia", "th": "ไทย"}
"""The languages of the screens, as their readers call them."""

FOLDER = ROOT / "runtime" / "catalogs"
MANY = " | "
"""Stands between the form for one and the form for many."""


def catalog_file(language: str) -> Path:
    """Where a language's catalog is. English has none: its texts are the ids."""
    return FOLDER / f"{language}.po"


@cache
def catalog(language: str) -> Mapping[str, str]:
    """Message id to text; ids that are not translated yet are left out."""
    file = catalog_file(language)
    if language not in LANGUAGES or not file.exists():
        return {}
    return {msgid: text for msgid, text in read_po(file.read_text("utf-8")).items() if msgid and text}


def read_po(source: str) -> dict[str, str]:
    """Message ids to texts, as they stand in a .po file; "" for what is not translated."""
    found: dict[str, str] = {}
    msgid, text, target = "", "", ""
    for number, raw in enumerate(source.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        keyword, _, rest = line.partition(" ")
        if keyword in ("msgid", "msgstr"):
            target, line = keyword, rest.strip()
            if target == "msgid":
                msgid, text = "", ""
        if not target or not line.startswith('"'):
            raise ValueError(f"Line {number} of the catalog is neither msgid nor msgstr: {raw}")
        # The escapes of a .po file that we write (\n, \t, \", \\) are JSON's.
        piece = json.loads(line)
        if target == "msgid":
            msgid += piece
        else:
            text += piece
            found[msgid] = text
    return found


def write_po(language: str, entries: Mapping[str, str], places: Mapping[str, Iterable[str]]) -> str:
    """The text of a .po file, in the order of `entries`; `places` says in which files an id is used."""
    head = (
        'msgid ""\n'
        'msgstr ""\n'
        f'"Language: {language}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=UTF-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
    )
    blocks = [head]
    for msgid, text in entries.items():
        used = "".join(f"#: {place}\n" for place in sorted(places.get(msgid, ())))
        blocks.append(f"{used}msgid {_quoted(msgid)}\nmsgstr {_quoted(text)}\n")
    return "\n".join(blocks)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
