"""Places in a preview that an editor can point at: every section between two marks, which are no part of the e-mail.

The preview is made by what makes the e-mail that is sent. So the marks go in as comments by way of the sections, and
without them every byte is the same.
"""

import base64
import hashlib
import re
from typing import Any, cast

from runtime.mail import EmailDocument, Section, markup
from runtime.mail.sections.products import Products
from runtime.mail.theme import Theme

_MARK = re.compile(r"<!--cw-mark:([A-Za-z0-9_-]+)-->")
_NOTE = re.compile(r"<!--cw-note-->.*?<!--cw-note-end-->", re.DOTALL)
_DARK = re.compile(r"@media\s*\(\s*prefers-color-scheme\s*:\s*dark\s*\)", re.IGNORECASE)
_LOOK = (
    '<base target="_blank"><style>'
    "tbody[id]:target{outline:2px solid #0b7a71;outline-offset:-2px}"
    "tbody[id]{scroll-margin:48px}html{scrollbar-width:thin}"
    "</style></head>"
)
"""Links open in a tab of their own; without this the frame would leave the e-mail."""
_PLACE = "cw-section-"
_PICK = (
    'let y=null;addEventListener("click",(e)=>{const a=e.target.closest("a");'
    "if(a&&(e.ctrlKey||e.metaKey||!e.detail))return;if(a)e.preventDefault();"
    f"""const s=e.target.closest("tbody[id^={_PLACE}]");"""
    'if(s){y=scrollY;parent.postMessage({section:s.id},"*")}});'
    'addEventListener("hashchange",()=>{if(y!==null)scrollTo(0,y);y=null})'
)
"""Tells which section was pressed, and stays where it was pressed. A link is followed by the keyboard or with Ctrl."""
_ONLY_PICK = base64.b64encode(hashlib.sha256(_PICK.encode()).digest()).decode()
_GUARD = (
    f"""<meta http-equiv="Content-Security-Policy" content="script-src 'sha256-{_ONLY_PICK}'; connect-src 'none'; """
    """frame-src 'none'; worker-src 'none'; object-src 'none'; form-action 'none'; base-uri 'none'">"""
)
"""The page's own policy: of all scripts that it may hold only that one runs. It comes before anything somebody typed."""
_HOVER = (
    f"<style>tbody[id^={_PLACE}]{{cursor:pointer}}"
    f"@media(hover:hover){{tbody[id^={_PLACE}]:hover:not(:target){{outline:2px dashed #0b7a71;outline-offset:-2px}}}}"
    f"</style><script>{_PICK}</script></head>"
)


class _Marked:
    """A section that leaves a mark where it begins, and says `empty` where it shows products and there are none."""

    def __init__(self, section: Section, empty: str) -> None:
        self._section = section
        self._empty = empty if isinstance(section, Products) else ""

    def mjml(self, theme: Theme) -> str:
        mark = f"<!--cw-mark:{self._section.id}-->"
        return f"<mj-raw>{mark}{self._note() if self._empty else ''}</mj-raw>{self._section.mjml(theme)}"

    def _note(self) -> str:
        nothing = f"{markup.block('for item in cart.items limit: 1')}{markup.block('else')}"
        look = "padding:12px 24px;background:#f4f6f5;color:#5a6662;font:13px/19px sans-serif;text-align:center"
        said = f'<tr><td style="{look}">{markup.inline(self._empty)}</td></tr>'
        return f"<!--cw-note-->{nothing}{said}{markup.block('endfor')}<!--cw-note-end-->"

    def __getattr__(self, name: str) -> Any:
        return getattr(self._section, name)


def marked(document: EmailDocument, empty: str = "") -> EmailDocument:
    """The document with a mark at each of its sections. Only for a preview: it cannot be saved. `empty` is said where
    products would stand and there are none."""
    sections = tuple(cast(Section, _Marked(section, empty)) for section in document.sections)
    return document.model_copy(update={"sections": sections})


def unmarked(page: str) -> str:
    """The HTML of a marked e-mail as it would be sent."""
    return _MARK.sub("", _NOTE.sub("", page))


def anchor(section: str) -> str:
    """Where a section stands in the page of `shown`."""
    return f"{_PLACE}{section}" if section else ""


def section_at(place: str) -> str:
    """The section that stands at an anchor, "" if that is none."""
    return place.removeprefix(_PLACE) if place.startswith(_PLACE) else ""


def shown(page: str, *, dark: bool, own_url: str, pick: bool = False) -> str:
    """The HTML of a marked e-mail for the frame: sections can be pointed at, and it is light or dark as wished, whatever
    the reader's own screen is. Pictures that this installation serves are asked for by path, whatever its name is.
    With `pick` the frame tells which section was pressed."""
    page = _MARK.sub(lambda mark: f'</tbody><tbody id="{anchor(mark[1])}">', page)
    page = _DARK.sub("@media all" if dark else "@media not all", page)
    page = page.replace(f'src="{own_url.rstrip("/")}/', 'src="/').replace("</head>", _LOOK, 1)
    if pick:
        page = page.replace("<head>", f"<head>{_GUARD}", 1).replace("</head>", _HOVER, 1)
    return page
