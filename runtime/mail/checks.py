"""What is wrong with an e-mail. The same checks run while it is composed and again at publishing; each names its place."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from blocks.phrase import Phrase, Quoted, say
from runtime.mail import headers, rich
from runtime.mail.brand import Brand
from runtime.mail.colours import READABLE, contrast
from runtime.mail.compile import compile_email
from runtime.mail.document import EmailDocument
from runtime.mail.errors import HeaderRefused, MailError, TagBroken
from runtime.mail.liquid import try_tag
from runtime.mail.merge_fields import MERGE_FIELDS, MergeField, sample_data, with_shop
from runtime.mail.problems import Problem
from runtime.mail.render import Renderer
from runtime.mail.section import Section, Written
from runtime.mail.sections.footer import Footer
from runtime.mail.tags import Tag, pieces
from runtime.mail.theme import Theme
from runtime.mail.urls import clean_url, has_blank_in_its_place, is_safe, usable
from runtime.mail.words import is_placeholder

CLIPPED_FROM = 102 * 1024
"""Bytes of HTML from which Gmail cuts an e-mail off, and the unsubscribe link with it."""

NOTICED = frozenset({"no_website", "as_it_came"})
"""Codes of warnings about what everybody who gets the e-mail would stumble over."""

_REPLY = re.compile(r"\s*(re|fw|fwd|aw|wg|sv|bls|ตอบกลับ|ส่งต่อ)\s*(\[\d+\])?\s*[::]", re.IGNORECASE)


def check_email(document: EmailDocument, brand: Brand, fields: Sequence[MergeField] = MERGE_FIELDS) -> list[Problem]:
    """Every problem of `document`: its head, its sections in their order, the whole. Only warnings: it may be published.

    `fields` are the workspace's (`merge_fields`), so that its own contact fields are known.
    """
    theme = Theme(brand, document.language, document.kind == "marketing")
    known = {field.path: field for field in with_shop(fields, brand)}
    sample = sample_data(brand, document.language, fields)
    found = [*_head(document, known, sample)]
    for section in document.sections:
        found += _section(section, known, sample, falls_back=bool(brand.website))
        found += section.problems(theme)
    found += _whole(document, theme)
    if not any(problem.code == "tag_broken" for problem in found):
        found += _result(document, brand)
    return found


def tags_in(text: str) -> list[str]:
    """The fields that a text names, with dots: contact.first_name. Raises TagBroken."""
    return [part.name for part in pieces(text) if isinstance(part, Tag)]


def tags_of(document: EmailDocument) -> list[str]:
    """The fields that an e-mail names. Raises TagBroken."""
    texts = [document.subject, document.preview_text]
    texts += [text for section in document.sections for written in section.written() for text, _ in _texts(written)]
    return [name for text in texts for name in tags_in(text)]


def _head(document: EmailDocument, known: Mapping[str, MergeField], sample: Mapping[str, object]) -> Iterator[Problem]:
    if not document.subject.strip():
        yield Problem("no_subject", say("Write a subject"), field="subject")
    elif document.kind == "marketing" and _REPLY.match(document.subject):
        text = say("A subject that looks like a reply misleads people, and the law forbids it in marketing")
        yield Problem("false_reply", text, field="subject")
    for field in ("subject", "preview_text"):
        title = EmailDocument.model_fields[field].title or field
        yield from _tags(Written(field, title, "text", getattr(document, field), needed=False), "", known, sample)
    for field, value in (("from_address", document.from_address), ("reply_to", document.reply_to)):
        if value:
            try:
                headers.address(EmailDocument.model_fields[field].title or field, value)
            except HeaderRefused as wrong:
                yield Problem("bad_address", wrong.phrase, field=field)
    if headers.has_control(document.from_name):
        yield Problem("bad_name", say("The name of the sender holds a line break"), field="from_name")


def _section(
    section: Section, known: Mapping[str, MergeField], sample: Mapping[str, object], *, falls_back: bool
) -> Iterator[Problem]:
    """`falls_back` is whether a link that turns out empty leads to the shop's website."""
    for written in section.written():
        if not written.text.strip():
            if written.needed:
                text = say("{section}: {field} is empty", section=_title(section), field=Phrase(written.title))
                yield Problem("empty_setting", text, section=section.id, field=written.field)
            continue
        yield from _tags(written, section.id, known, sample)
        if written.widget == "rich" and is_placeholder(rich.wording(written.text)):
            text = say("{section}: this is still the text it came with", section=_title(section))
            yield Problem("as_it_came", text, "warn", section.id, written.field)
        for href in _hrefs(written):
            if not _leads_somewhere(href, web_only=written.widget == "image"):
                text = say(
                    "{section}: {address} is no web address. Begin it with https://",
                    section=_title(section),
                    address=Quoted(href[:80]),
                )
                yield Problem("bad_link", text, section=section.id, field=written.field)
            elif _is_torn(href):
                text = say(
                    "{section}: there is a space in {address}. Take it out.",
                    section=_title(section),
                    address=Quoted(href[:80]),
                )
                yield Problem("bad_link", text, section=section.id, field=written.field)
            elif written.widget != "image" and not falls_back and _may_be_empty(href, known):
                text = say(
                    "{section}: its link may lead nowhere. Put your website into the brand kit, to which it leads then.",
                    section=_title(section),
                )
                yield Problem("no_website", text, "warn", section.id, written.field)


def _hrefs(written: Written) -> list[str]:
    if written.widget == "rich":
        return [href for _, href in rich.links(written.text)]
    return [written.text] if written.widget in ("url", "image") else []


def _leads_somewhere(href: str, *, web_only: bool) -> bool:
    try:
        first = next(iter(pieces(href.strip())), "")
    except TagBroken:
        return True  # Reported as a broken tag.
    if isinstance(first, Tag):
        return True
    url = clean_url(first)
    return is_safe(url) and not (web_only and not url.lower().startswith("http"))


def _is_torn(href: str) -> bool:
    """Whether a space stands where none can: before the first slash. One further on is taken as it is meant."""
    try:
        first = next(iter(pieces(href.strip())), "")
    except TagBroken:
        return False
    return isinstance(first, str) and has_blank_in_its_place(first)


def _may_be_empty(href: str, known: Mapping[str, MergeField]) -> bool:
    """Whether a link begins with a field that may hold no address, and says no other instead."""
    try:
        first = next(iter(pieces(href.strip())), "")
    except TagBroken:
        return False
    if not isinstance(first, Tag) or usable(first.fallback):
        return False
    about = known.get(first.name)
    return about is None or about.may_be_empty


def _texts(written: Written) -> Iterator[tuple[str, bool]]:
    """The texts of a setting, and whether each is a link's target, which falls back to the shop's website."""
    if written.widget == "rich":
        yield rich.wording(written.text), False
        yield from ((href, True) for _, href in rich.links(written.text))
    else:
        yield written.text, written.widget in ("url", "image")


def _tags(
    written: Written, section: str, known: Mapping[str, MergeField], sample: Mapping[str, object]
) -> Iterator[Problem]:
    for text, is_link in _texts(written):
        try:
            tags = [part for part in pieces(text) if isinstance(part, Tag)]
            for tag in tags:
                try_tag(tag.source, sample)
        except TagBroken as wrong:
            yield Problem("tag_broken", wrong.phrase, section=section, field=written.field)
            continue
        for tag in tags:
            yield from _tag(tag, section, written.field, known, is_link=is_link)


def _tag(tag: Tag, section: str, field: str, known: Mapping[str, MergeField], *, is_link: bool) -> Iterator[Problem]:
    about = known.get(tag.name)
    root = tag.path[0]
    if about is None and not (root in ("event", "run") and len(tag.path) > 1):
        text = say("There is no field {field}", field=Quoted(tag.name))
        # With a fallback nobody gets a gap, and the workspace may come to know the field later.
        spared = root == "contact" and len(tag.path) > 1 and tag.fallback is not None
        yield Problem("unknown_field", text, "warn" if spared else "bad", section, field)
    elif tag.fallback is None and not is_link and (about is None or about.may_be_empty):
        text = say(
            "{field} may be empty: say what stands there then",
            field=about.title if about is not None else Quoted(tag.name),
        )
        yield Problem("no_fallback", text, "warn", section, field)


def _whole(document: EmailDocument, theme: Theme) -> Iterator[Problem]:
    if not document.sections:
        yield Problem("nothing_in_it", say("There is nothing in this e-mail yet"))
    if theme.marketing:
        footers = [section for section in document.sections if isinstance(section, Footer)]
        if not footers:
            text = say("Add a footer: a marketing e-mail needs an unsubscribe link and your postal address")
            yield Problem("no_footer", text)
        elif not theme.brand.postal_address.strip():
            text = say("Put your postal address into the brand kit: the law asks for it in marketing e-mails")
            yield Problem("no_postal_address", text, section=footers[0].id)
    if contrast(theme.brand.ink, theme.brand.surface) < READABLE:
        yield Problem("low_contrast", say("Text in the colours of the brand kit is hard to read"), "warn")


@lru_cache(maxsize=256)
def _result(document: EmailDocument, brand: Brand) -> tuple[Problem, ...]:
    """What only shows when the e-mail is made. Kept, because it takes 10 ms and a flow asks for all its e-mails."""
    try:
        rendered = Renderer(compile_email(document, brand)).render(sample_data(brand, document.language))
    except MailError as wrong:
        return (Problem(wrong.code, wrong.phrase),)
    size = len(rendered.html.encode())
    if size <= CLIPPED_FROM:
        return ()
    text = say("{size} KB: Gmail shows only the first 102 KB. Make it shorter.", size=round(size / 1024))
    return (Problem("too_long", text, "warn"),)


def _title(section: Section) -> Phrase:
    """The kind's title, which is a message id found in its card rather than by `say`."""
    return Phrase(section.card.title)
