"""Style sheet rules into style attributes, because some mail programs read only those. The one file for premailer.

It takes 2 to 4 ms, so it runs once per published version, never per recipient.
"""

import logging
import re
import threading

from blocks.phrase import say
from runtime.mail.errors import CompileFailed

_COMMENT_OR_STYLE = re.compile(r"<!--\[if.*?<!\[endif\]-->|<style\b", re.DOTALL)
_TURN = threading.Lock()


def with_inlined(page: str, css: str) -> str:
    """`page` with the rules of `css` inlined and kept in a style element too, for phones, dark mode and hovering.

    The page's own style elements stay untouched: MJML has inlined what matters of them already, and their table resets
    would be repeated in every cell. Raises CompileFailed.
    """
    marked = _COMMENT_OR_STYLE.sub(
        lambda found: '<style data-premailer="ignore"' if found[0] == "<style" else found[0], page
    )
    sheet = f'<style type="text/css">{css}</style></head>'
    try:
        with _TURN:  # premailer's cache of parsed rules and the logger it sets up belong to the whole process.
            inlined = _premailed(marked.replace("</head>", sheet, 1))
    except (SyntaxError, ValueError, AssertionError) as wrong:
        raise CompileFailed(say("The styles could not be applied: {wrong}", wrong=str(wrong))) from wrong
    return inlined.replace(' data-premailer="ignore"', "")  # left behind on styles with a media attribute


def _premailed(page: str) -> str:
    # Imported here: it brings 17 MB along (lxml, cssutils, requests), and the worker, which only fills in, needs none.
    from premailer import Premailer

    # strip_important would take away what phones and dark mode rely on; basic attributes would overwrite the pixel
    # widths that Outlook needs; with allow_network a stylesheet link would be fetched from our own network.
    inlined: str = Premailer(
        page,
        keep_style_tags=True,
        strip_important=False,
        disable_validation=True,
        allow_network=False,
        allow_loading_external_files=False,
        disable_basic_attributes=["width", "height", "align", "valign", "bgcolor"],
        cssutils_logging_level=logging.CRITICAL,
    ).transform(pretty_print=False)
    return inlined
