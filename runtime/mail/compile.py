"""From a document to templates, once per published version: everything that is the same for every recipient.

Sections write MJML; Liquid tags are swapped for words that two HTML tools leave alone; MJML makes HTML of it, premailer
inlines the styles, the tags are put back. About 5 ms. Per recipient only the templates are filled in (`render.py`).
"""

import html
from typing import Literal

from pydantic import BaseModel, ConfigDict

from runtime.mail import inline, markup, mjml
from runtime.mail.brand import Brand
from runtime.mail.document import EmailDocument
from runtime.mail.errors import TagBroken
from runtime.mail.liquid import Template
from runtime.mail.section import Section
from runtime.mail.sentinels import Sentinels
from runtime.mail.theme import WIDTH, Theme
from runtime.mail.tracking import tracked

_FILLER = "&#847;&zwnj;&nbsp;" * 60
"""Invisible, so that mail programs do not fill up the preview line with the beginning of the e-mail."""


class CompiledLink(BaseModel):
    """A link whose clicks can be counted: its id in `follow` (see `render.py`), its words, its target as written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    section: str
    words: str
    target: str


class CompiledEmail(BaseModel):
    """An e-mail ready to be filled in: Liquid templates and the fixed parts of its head. Stored with its version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    name: str
    kind: Literal["marketing", "transactional"]
    language: str
    from_name: str
    from_address: str | None
    reply_to: str | None
    subject: str
    preview: str
    html: str
    text: str
    links: tuple[CompiledLink, ...] = ()
    tracked: bool = False
    """Whether opens and clicks are noticed; nothing was, in e-mails that were published before that could be."""

    @property
    def marketing(self) -> bool:
        """Whether it needs consent and an unsubscribe link."""
        return self.kind == "marketing"


def compile_email(document: EmailDocument, brand: Brand) -> CompiledEmail:
    """The templates of `document` in the looks of `brand`.

    Raises TagBroken, which names section and field, for a merge tag that cannot be read, and CompileFailed if no sound
    HTML comes out. Whether the e-mail should go out is not asked here but in `checks.py`.
    """
    theme = Theme(brand, document.language, document.kind == "marketing")
    subject = _of_head("subject", document.subject)
    preview = _of_head("preview_text", document.preview_text)
    links = [
        CompiledLink(id=link.id, section=section.id, words=link.words, target=link.target)
        for section in document.sections
        for link in section.links(theme)
    ]
    compiled = CompiledEmail(
        name=document.name,
        kind=document.kind,
        language=document.language,
        from_name=document.from_name.strip() or brand.name,
        from_address=document.from_address or None,
        reply_to=document.reply_to or None,
        subject=subject,
        preview=preview,
        html=_html(document, theme),
        text=_text(document, theme),
        links=tuple(links),
        tracked=tracked(document, (link.target for link in links)),
    )
    for source, is_html in ((compiled.html, True), (compiled.text, False)):
        Template(source, html=is_html)
    return compiled


def _of_head(field: str, text: str) -> str:
    try:
        return markup.plain(text)
    except TagBroken as wrong:
        raise TagBroken(wrong.phrase, field=field) from wrong


def _html(document: EmailDocument, theme: Theme) -> str:
    body = "".join(_mjml(section, theme) for section in document.sections)
    sentinels = Sentinels(_page(document, theme, body))
    page = mjml.to_html(sentinels.source)
    page = inline.with_inlined(page, theme.css)
    # Without line breaks of its own the page needs no other line ends for the wire, once per recipient.
    return sentinels.restored(page.replace("\n", " "))


def _mjml(section: Section, theme: Theme) -> str:
    try:
        return section.mjml(theme)
    except TagBroken as wrong:
        raise TagBroken(wrong.phrase, section.id, _field_of(section)) from wrong


def _field_of(section: Section) -> str:
    """The first setting of `section` whose merge tags cannot be read."""
    for written in section.written():
        try:
            markup.plain(written.text)
        except TagBroken:
            return written.field
    return ""


def _page(document: EmailDocument, theme: Theme, body: str) -> str:
    brand = theme.brand
    gap = '<mj-raw><div class="cw-gap" style="font-size:24px;line-height:24px">&nbsp;</div></mj-raw>'
    preview = ""
    if document.preview_text.strip():
        preview = (
            '<mj-raw><div style="display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;'
            f'overflow:hidden;mso-hide:all">{markup.inline(document.preview_text)}{_FILLER}</div></mj-raw>'
        )
    pixel = (
        f"<mj-raw>{markup.block('if pixel_url')}"
        '<img src="{{ pixel_url | safe_url }}" width="1" height="1" alt="" style="display:block" />'
        f"{markup.block('endif')}</mj-raw>"
    )
    return (
        f'<mjml lang="{document.language}" dir="ltr"><mj-head><mj-title>{markup.inline(brand.name)}</mj-title>'
        f'<mj-attributes><mj-all font-family="{html.escape(theme.body_font, quote=False)}"/></mj-attributes>'
        '<mj-raw><meta name="color-scheme" content="light dark"/>'
        '<meta name="supported-color-schemes" content="light dark"/></mj-raw></mj-head>'
        f'<mj-body background-color="{brand.background}" width="{WIDTH}px" css-class="cw-page">{preview}{gap}'
        f'<mj-section padding="0" background-color="{brand.surface}" border-radius="12px" css-class="cw-card">'
        f"<mj-column>{body}</mj-column></mj-section>{gap}{pixel}</mj-body></mjml>"
    )


def _text(document: EmailDocument, theme: Theme) -> str:
    parts = (section.plain(theme).strip("\n") for section in document.sections)
    return "\n\n".join(part for part in parts if part)
