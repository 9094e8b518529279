"""Places in a preview that an editor can point at: every section between two marks, which are no part of the e-mail.

The preview is made by what makes the e-mail that is sent. So the marks go in as comments by way of the sections, and
without them every byte is the same.
"""

import re
from typing import Any, cast

from runtime.mail import EmailDocument, Section
from runtime.mail.theme import Theme

_MARK = re.compile(r"<!--cw-mark:([A-Za-z0-9_-]+)-->")
_DARK = re.compile(r"@media\s*\(\s*prefers-color-scheme\s*:\s*dark\s*\)", re.IGNORECASE)
_LOOK = (
    '<base target="_blank"><style>'
    "tbody[id]:target{outline:2px solid #0b7a71;outline-offset:-2px}"
    "tbody[id]{scroll-margin:48px}html{scrollbar-width:thin}"
    "</style></head>"
)
"""Links open in a tab of their own; without this the frame would leave the e-mail."""


class _Marked:
    """A section that leaves a mark where it begins."""

    def __init__(self, section: Section) -> None:
        self._section = section

    def mjml(self, theme: Theme) -> str:
        return f"<mj-raw><!--cw-mark:{self._section.id}--></mj-raw>{self._section.mjml(theme)}"

    def __getattr__(self, name: str) -> Any:
        return getattr(self._section, name)


def marked(document: EmailDocument) -> EmailDocument:
    """The document with a mark at each of its sections. Only for a preview: it cannot be saved."""
    sections = tuple(cast(Section, _Marked(section)) for section in document.sections)
    return document.model_copy(update={"sections": sections})


def unmarked(page: str) -> str:
    """The HTML of a marked e-mail as it would be sent."""
    return _MARK.sub("", page)


def anchor(section: str) -> str:
    """Where a section stands in the page of `shown`."""
    return f"cw-section-{section}" if section else ""


def shown(page: str, *, dark: bool, own_url: str) -> str:
    """The HTML of a marked e-mail for the frame: sections can be pointed at, and it is light or dark as wished, whatever
    the reader's own screen is. Pictures that this installation serves are asked for by path, whatever its name is."""
    page = _MARK.sub(lambda mark: f'</tbody><tbody id="{anchor(mark[1])}">', page)
    page = _DARK.sub("@media all" if dark else "@media not all", page)
    return page.replace(f'src="{own_url.rstrip("/")}/', 'src="/').replace("</head>", _LOOK, 1)
