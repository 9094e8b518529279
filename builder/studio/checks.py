"""What is asked of an e-mail before it goes out, with what is fine already."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from blocks.phrase import Phrase, say
from runtime.mail import Brand, EmailDocument, MergeField, Problem, check_email
from runtime.mail.theme import Theme

Level = Literal["ok", "warn", "bad"]

_SUBJECT = frozenset({"no_subject", "false_reply", "bad_address", "bad_name"})
_LINKS = frozenset({"bad_link", "no_website"})
_FIELDS = frozenset({"tag_broken", "unknown_field", "no_fallback"})
_PICTURES = frozenset({"no_alt"})
_LAW = frozenset({"no_footer", "no_postal_address"})
_NO_MARKETING = frozenset({"coupon_in_transactional", "recommended_in_transactional"})
_CONTRAST = frozenset({"low_contrast"})
_SIZE = frozenset({"too_long"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list. `section` and `field` are where a problem is; both are "" where nothing leads anywhere."""

    level: Level
    phrase: Phrase
    section: str = ""
    field: str = ""
    brand: bool = False
    """The problem is in the brand kit."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The list, and what it is made of."""

    lines: tuple[Line, ...]
    problems: tuple[Problem, ...]

    @property
    def good(self) -> int:
        """How many lines are fine."""
        return sum(line.level == "ok" for line in self.lines)

    @property
    def asked(self) -> int:
        """How many lines there are."""
        return len(self.lines)

    @property
    def level(self) -> Level:
        """The worst of all."""
        levels = {line.level for line in self.lines}
        return "bad" if "bad" in levels else "warn" if "warn" in levels else "ok"


def check(document: EmailDocument, brand: Brand, fields: Sequence[MergeField], size: int) -> Checked:
    """Ask everything. `size` is that of the HTML in bytes, 0 if it cannot be made at present. Some 10 ms."""
    problems = check_email(document, brand, fields)
    left = list(problems)
    lines: list[Line] = []
    targets = _link_settings(document)
    for codes, fine in _questions(document, brand, size):
        found = [problem for problem in left if not codes or _code(problem, targets) in codes]
        left = [problem for problem in left if problem not in found]
        lines += [_line(problem) for problem in found] or [Line("ok", fine)]
    return Checked(tuple(lines), tuple(problems))


def _link_settings(document: EmailDocument) -> frozenset[tuple[str, str]]:
    """(section, field) of each setting that is a link."""
    return frozenset(
        (section.id, written.field)
        for section in document.sections
        for written in section.written()
        if written.widget == "url"
    )


def _code(problem: Problem, links: frozenset[tuple[str, str]]) -> str:
    """A link that is empty leads nowhere either."""
    empty = problem.code == "empty_setting" and (problem.section, problem.field) in links
    return "bad_link" if empty else problem.code


def _questions(document: EmailDocument, brand: Brand, size: int) -> Iterator[tuple[frozenset[str], Phrase]]:
    """Codes of problems, and what is said if there is none of them. The last takes all others."""
    yield _SUBJECT, say("It has a subject")
    links = _count_links(document, brand)
    if links:
        yield _LINKS, say("The link leads somewhere | The {n} links lead somewhere", n=links)
    yield _FIELDS, say("No field leaves a gap")
    if any(section.kind == "image" for section in document.sections):
        yield _PICTURES, say("Every picture is described")
    if document.kind == "marketing":
        yield _LAW, say("Address and unsubscribe link are there")
    else:
        yield _NO_MARKETING, say("Nothing in it is marketing")
    yield _CONTRAST, say("Text contrast is good, light and dark")
    if size:
        yield _SIZE, say("{size} KB. Gmail shows all of it.", size=max(1, round(size / 1024)))
    yield frozenset(), say("Every section is filled in")


def _count_links(document: EmailDocument, brand: Brand) -> int:
    theme = Theme(brand, document.language, document.kind == "marketing")
    return sum(1 for section in document.sections for _ in section.links(theme))


def _line(problem: Problem) -> Line:
    brand = problem.code in ("no_postal_address", "low_contrast", "no_website")
    return Line(problem.level, problem.phrase, problem.section, problem.field, brand)
