"""Reads a file of contacts (CSV): which line is whom, and of every line that cannot be taken, which column and why.

Spreadsheets write what they like: UTF-8 or the code page of the machine, commas, semicolons or tabs, days before months,
Buddhist years. What can be told apart is; how it was taken is said, so that a person can see that it is right.
"""

import csv
import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from blocks.phrase import Phrase, say
from runtime.accounts.refused import Refused
from runtime.people.addresses import IDENTITIES
from runtime.people.who import CONSENT, TAGS

MOST_BYTES = 10_000_000
MOST_LINES = 50_000
MOST_COLUMNS = 100
LONGEST_CELL = 5_000
BUDDHIST = 543
"""Years between the Buddhist calendar and ours; a year over 2400 is one of it."""

_NAMES = {
    "e_mail": "email", "email_address": "email", "mail": "email", "surel": "email", "อีเมล": "email",
    "phone_number": "phone", "mobile": "phone", "telephone": "phone", "telepon": "phone", "โทรศัพท์": "phone",
    "เบอร์โทร": "phone", "customerid": "customer_id", "birth_date": "birthday", "date_of_birth": "birthday",
    "วันเกิด": "birthday", "tanggal_lahir": "birthday", "tag": TAGS, "consent": "email_consent",
}  # fmt: skip
_CONSENTS = {"email_consent": "email", "sms_consent": "sms"}
_PROOF = {"consent_source": "source", "consent_text": "text", "consent_time": "time"}
_YES = frozenset({"yes", "y", "true", "1", "ya", "ใช่"})
_NO = frozenset({"no", "n", "false", "0", "tidak", "ไม่", "ไม่ใช่"})
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAYS = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_WORDS = re.compile(r"[\s\-]+")


@dataclass(frozen=True, slots=True)
class WrongLine:
    """Why a line cannot be taken. `number` is the line of the file, the header being 1; `column` as the file calls it."""

    number: int
    column: str
    reason: Phrase


@dataclass(frozen=True, slots=True)
class Line:
    """A line that can be taken: whom it is about, as an event says it."""

    number: int
    who: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Dates:
    """A column that holds dates, and an example of how they were understood."""

    column: str
    written: str
    read: str


@dataclass(slots=True)
class Sheet:
    """What a file says. `hash` tells it from every other file."""

    hash: str
    encoding: str
    columns: Sequence[str]
    """As fields, in their order."""
    lines: list[Line] = field(default_factory=list)
    wrong: list[WrongLine] = field(default_factory=list)
    dates: list[Dates] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Lines with anything in them, without the header."""
        return len(self.lines) + len({one.number for one in self.wrong})


def read_sheet(data: bytes, first_line: int = 2) -> Sheet:
    """The contacts of a file, whose lines are numbered from `first_line` on. Raises Refused for one that cannot be read at
    all. Costs about 20 µs a line."""
    if len(data) > MOST_BYTES:
        raise Refused(say("This file is larger than {n} MB. Split it.", n=MOST_BYTES // 1_000_000))
    text, encoding = _text(data)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=False))
    except csv.Error as error:
        raise Refused(say("This file is no CSV: {error}", error=str(error))) from None
    if not rows or not any(cell.strip() for cell in rows[0]):
        raise Refused(say("The first line must name the columns, among them email, phone or customer_id."))
    if len(rows) - 1 > MOST_LINES:
        raise Refused(say("This file has more than {n} lines. Split it.", n=MOST_LINES))
    named = [cell.strip() for cell in rows[0]]
    columns = [_name(cell) for cell in named]
    if not set(columns) & IDENTITIES.keys():
        raise Refused(say("No column is called email, phone or customer_id, so nobody can be recognised."))
    if len(columns) > MOST_COLUMNS:
        raise Refused(say("This file has more than {n} columns.", n=MOST_COLUMNS))
    twice = next((name for place, name in enumerate(columns) if name and name in columns[:place]), None)
    if twice is not None:
        raise Refused(say("Two columns are called {name}. Remove one.", name=twice))
    sheet = Sheet(hashlib.sha256(data).hexdigest(), encoding, [name for name in columns if name])
    _Reader(sheet, named, columns).read([[cell.strip() for cell in row] for row in rows[1:]], first_line)
    return sheet


def _text(data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding. Thai in Windows-874 comes in long runs of bytes over 127, the accents of
    Windows-1252 one by one."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        order = ["utf-16"]
    else:
        high = len(re.findall(rb"[\x80-\xff]", data))
        in_runs = sum(map(len, re.findall(rb"[\xa1-\xfb]{3,}", data)))
        order = ["utf-8-sig", *(("cp874", "cp1252") if in_runs * 2 > high else ("cp1252", "cp874"))]
    for name in order:
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text, {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp874": "Windows-874"}.get(name, "Windows-1252")
    raise Refused(say("This file is no text. Save it as CSV in UTF-8."))


def _separator(text: str) -> str:
    header = re.sub(r'"[^"]*"', "", text.split("\n", 1)[0])
    return max(",;\t", key=header.count)


def _name(cell: str) -> str:
    """A heading as a field: "E-mail address" is email, "First name" is first_name; others keep their own letters."""
    plain = _WORDS.sub("_", cell.strip().lower())
    return _NAMES.get(plain, plain)[:100]


class _Reader:
    """Reads the lines of one sheet."""

    def __init__(self, sheet: Sheet, named: Sequence[str], columns: Sequence[str]) -> None:
        self._sheet, self._columns = sheet, columns
        self._heading = {name: heading for name, heading in zip(columns, named, strict=True) if name}
        self._first: dict[tuple[str, str], int] = {}
        self._day_first: dict[str, bool] = {}

    def read(self, rows: list[list[str]], first_line: int) -> None:
        self._find_dates(rows)
        for number, cells in enumerate(rows, start=first_line):
            if not any(cells):
                continue
            wrong: list[tuple[str, Phrase]] = []
            who = self._line(number, cells, wrong)
            if wrong:
                self._sheet.wrong += [WrongLine(number, self._heading.get(name, name), why) for name, why in wrong]
            else:
                self._sheet.lines.append(Line(number, who))

    def _line(self, number: int, cells: list[str], wrong: list[tuple[str, Phrase]]) -> dict[str, Any]:
        if len(cells) > len(self._columns):
            wrong.append(("", say("This line has more cells than there are columns.")))
            return {}
        who: dict[str, Any] = {}
        consent: dict[str, str] = {}
        for name, cell in zip(self._columns, cells, strict=False):
            if not name or not cell:
                continue
            if len(cell) > LONGEST_CELL:
                wrong.append((name, say("Longer than {n} characters.", n=LONGEST_CELL)))
            elif name in IDENTITIES:
                self._identity(number, name, cell, who, wrong)
            elif name in _CONSENTS:
                if (answer := _answer(cell)) is None:
                    wrong.append((name, say("Must be yes or no.")))
                else:
                    consent[_CONSENTS[name]] = answer
            elif name in _PROOF:
                day = self._date(name, cell) if name in self._day_first else cell
                consent[_PROOF[name]] = day or cell
            elif name == TAGS:
                who[TAGS] = [tag.strip() for tag in re.split(r"[|,;]", cell) if tag.strip()]
            elif name in self._day_first:
                if (found := self._date(name, cell)) is None:
                    wrong.append((name, say("There is no such day.")))
                else:
                    who[name] = found
            else:
                who[name] = cell
        if not wrong and not who.keys() & IDENTITIES.keys():
            wrong.append(("", say("Has neither an e-mail address nor a phone number nor a customer id.")))
        if "yes" in consent.values() and not consent.get("source"):
            wrong.append(("consent_source", say("Say where they agreed: it has to be shown if somebody asks.")))
        if consent.keys() & set(_CONSENTS.values()):
            who[CONSENT] = consent
        return who

    def _identity(
        self, number: int, name: str, cell: str, who: dict[str, Any], wrong: list[tuple[str, Phrase]]
    ) -> None:
        # A spreadsheet's way to keep a number from being reckoned.
        value = IDENTITIES[name](cell.removeprefix("'"))
        if value is None:
            wrong.append((name, _NOT[name]))
            return
        first = self._first.setdefault((name, value), number)
        if first != number:
            wrong.append((name, say("The same as in line {n}.", n=first)))
        who[name] = value

    # ---- dates

    def _find_dates(self, rows: list[list[str]]) -> None:
        """Columns of which every cell is a date, and whether days come first in them."""
        for place, name in enumerate(self._columns):
            if not name or name in IDENTITIES:
                continue
            cells = [row[place] for row in rows if place < len(row) and row[place]]
            if not cells or not all(_ISO.fullmatch(cell) or _DAYS.fullmatch(cell) for cell in cells):
                continue
            parts = [found for cell in cells if (found := _DAYS.fullmatch(cell))]
            month_first = any(int(one[2]) > 12 for one in parts) and not any(int(one[1]) > 12 for one in parts)
            self._day_first[name] = not month_first
            if (
                read := next((got for cell in cells if (got := self._date(name, cell)) not in (None, cell)), None)
            ) is not None:
                written = next(cell for cell in cells if self._date(name, cell) == read)
                self._sheet.dates.append(Dates(self._heading[name], written, read))

    def _date(self, name: str, cell: str) -> str | None:
        if (iso := _ISO.fullmatch(cell)) is not None:
            year, month, day = (int(part) for part in iso.groups())
        elif (other := _DAYS.fullmatch(cell)) is not None:
            first, second, year = (int(part) for part in other.groups())
            day, month = (first, second) if self._day_first[name] else (second, first)
        else:
            return None
        try:
            return date(year - BUDDHIST if year > 2400 else year, month, day).isoformat()
        except ValueError:
            return None


_NOT = {
    "email": say("This is no e-mail address."),
    "phone": say("This is no phone number."),
    "customer_id": say("This is no customer id: it must have 1 to 200 characters."),
}


def _answer(cell: str) -> str | None:
    plain = cell.casefold()
    return "yes" if plain in _YES else "no" if plain in _NO else None
