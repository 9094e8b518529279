"""Paragraphs with marks, lists and links: a small safe subset of HTML that an editor can show and give back.

Kept are p, br, b, i, u, s, ul, ol, li, and a with a harmless href; of everything else only the text stays. `clean` is
applied whenever a document is read, so no other HTML gets any further.
"""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import groupby

from runtime.mail import markup

_SAME = {"strong": "b", "em": "i", "ins": "u", "del": "s", "strike": "s"}
_MARKS = ("a", "b", "i", "u", "s")
_BLOCKS = frozenset({"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "section", "article", "td"})
_LISTS = frozenset({"ul", "ol"})
_SILENT = frozenset({"script", "style", "head", "title", "template", "noscript", "iframe", "object", "svg", "math"})
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*:", re.IGNORECASE)
_KNOWN_SCHEMES = frozenset({"http:", "https:", "mailto:", "tel:"})

Marks = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Span:
    """A run of text with the marks on it, outermost first, a link as ("a", href). The text "\\n" is a line break."""

    text: str
    marks: Marks = ()


@dataclass(slots=True)
class Part:
    """A paragraph ("p") or an item of a list ("ul", "ol"). `first`: it opens a list of its own."""

    kind: str
    spans: list[Span]
    first: bool = False


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[Part] = []
        self._open: Part | None = None
        self._lists: list[str] = []
        self._new_list = False
        self._marks: list[tuple[str, str]] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tag = _SAME.get(tag, tag)
        if tag in _SILENT:
            self._silent += 1
        elif tag == "br":
            self._part().spans.append(Span("\n", self._held()))
        elif tag in _MARKS:
            self._marks.append((tag, (dict(attrs).get("href") or "").strip() if tag == "a" else ""))
        elif tag in _LISTS:
            self._open, self._new_list = None, True
            self._lists.append(tag)
        elif tag == "li" or (tag in _BLOCKS and not self._in_item()):
            self._open = None

    def handle_endtag(self, tag: str) -> None:
        tag = _SAME.get(tag, tag)
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _MARKS:
            held = [at for at, (mark, _) in enumerate(self._marks) if mark == tag]
            if held:
                del self._marks[held[-1]]
        elif tag in _LISTS:
            self._open = None
            if self._lists:
                self._lists.pop()
        elif tag == "li" or (tag in _BLOCKS and not self._in_item()):
            self._open = None

    def handle_data(self, data: str) -> None:
        if not self._silent and (self._open is not None or data.strip()):
            self._part().spans.append(Span(data.replace("\r", "").replace("\n", " "), self._held()))

    def _in_item(self) -> bool:
        return self._open is not None and self._open.kind in _LISTS

    def _part(self) -> Part:
        if self._open is None:
            kind = self._lists[-1] if self._lists else "p"
            self._open = Part(kind, [], first=self._new_list and kind in _LISTS)
            self._new_list = False
            self.parts.append(self._open)
        return self._open

    def _held(self) -> Marks:
        held = {tag: href for tag, href in self._marks if tag != "a" or _may_link(href)}
        # One order for all, so that cleaning what is clean changes nothing.
        return tuple((tag, held[tag]) for tag in _MARKS if tag in held)


def _may_link(href: str) -> bool:
    # Browsers ignore tabs and line breaks inside a scheme, so "java\tscript:" is one too.
    scheme = _SCHEME.match(re.sub(r"[\x00-\x20\x7f]", "", href))
    return bool(href) and (scheme is None or scheme[0].lower() in _KNOWN_SCHEMES)


def parts(text: str) -> list[Part]:
    """The paragraphs and list items of `text`, which may be any HTML. Empty ones are left out."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    found = []
    opens = False
    for part in reader.parts:
        opens = opens or part.first
        spans = _joined(part.spans)
        if spans:
            found.append(Part(part.kind, spans, first=opens and part.kind in _LISTS))
            opens = False
    return found


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in spans:
        if joined and joined[-1].marks == span.marks and "\n" not in (joined[-1].text, span.text):
            joined[-1] = Span(joined[-1].text + span.text, span.marks)
        else:
            joined.append(span)
    while joined and not joined[-1].text.strip():
        joined.pop()
    while joined and not joined[0].text.strip():
        joined.pop(0)
    return joined


def _written(text: str, literal: Callable[[str], str], target: Callable[[str], str]) -> str:
    html_parts: list[str] = []
    open_list = ""
    for part in parts(text):
        if open_list and (part.kind != open_list or part.first):
            html_parts.append(f"</{open_list}>")
            open_list = ""
        if part.kind in _LISTS and not open_list:
            html_parts.append(f"<{part.kind}>")
            open_list = part.kind
        element = "li" if part.kind in _LISTS else "p"
        runs = groupby(part.spans, key=_href)
        inner = "".join(_run(href, list(spans), literal, target) for href, spans in runs)
        html_parts.append(f"<{element}>{inner}</{element}>")
    if open_list:
        html_parts.append(f"</{open_list}>")
    return "".join(html_parts)


def _href(span: Span) -> str | None:
    return next((href for tag, href in span.marks if tag == "a"), None)


def _run(href: str | None, spans: list[Span], literal: Callable[[str], str], target: Callable[[str], str]) -> str:
    inner = "".join(_span(span, literal) for span in spans)
    return inner if href is None else f'<a href="{target(href)}">{inner}</a>'


def _span(span: Span, literal: Callable[[str], str]) -> str:
    if span.text == "\n":
        return "<br />"
    tags = [tag for tag, _ in span.marks if tag != "a"]
    before, after = "".join(f"<{tag}>" for tag in tags), "".join(f"</{tag}>" for tag in reversed(tags))
    return f"{before}{literal(span.text)}{after}"


def clean(text: str) -> str:
    """The safe subset of `text`. Cleaning twice changes nothing more."""
    return _written(text, lambda run: html.escape(run, quote=False), html.escape)


def links(text: str) -> Iterator[tuple[str, str]]:
    """Words and href of each link, in order."""
    for part in parts(text):
        for href, spans in groupby(part.spans, key=_href):
            if href is not None:
                yield "".join(span.text for span in spans), href


def wording(text: str) -> str:
    """The text without marks, a paragraph to a line."""
    return "\n".join("".join(span.text for span in part.spans) for part in parts(text))


def to_mjml(text: str, link_id: Callable[[str], str]) -> str:
    """HTML for an MJML text element, with merge tags as they are. `link_id` names a link by its href.

    Raises TagBroken.
    """
    return _written(text, markup.inline, lambda href: markup.address(href, link_id(href)))


def to_plain(text: str, link_id: Callable[[str], str]) -> str:
    """Lines for the plain part; a link's target follows its words. Raises TagBroken."""
    paragraphs: list[str] = []
    number = 0
    for part in parts(text):
        number = 1 if part.first else number + 1
        bullet = {"ul": "- ", "ol": f"{number}. "}.get(part.kind, "")
        line = bullet
        for href, spans in groupby(part.spans, key=_href):
            line += "".join(markup.plain(span.text) for span in spans)
            line += "" if href is None else markup.plain_link(href, link_id(href), " ( ", " )")
        joined = paragraphs and part.kind in _LISTS and not part.first
        paragraphs.append(line if not joined else f"\x00{line}")
    return "\n\n".join(paragraphs).replace("\n\n\x00", "\n")
