"""From what a marketer typed to the pieces that MJML and the plain part are put together from.

Text is escaped, merge tags stay as they are. A literal "{" is printed by Liquid itself, so that no two pieces of text
can meet and become a tag. Loops and conditions of the generator stand in comments (`block`), because only a comment
keeps its place between the elements of a table on the way through two HTML tools.
"""

import html
import re

from runtime.mail.tags import Piece, Tag, pieces
from runtime.mail.urls import NOWHERE, clean_url, is_safe, is_web

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_BRACE = '{{ "{" }}'


def _literal(text: str) -> str:
    return html.escape(_CONTROL.sub("", text)).replace("{", _BRACE)


def inline(text: str) -> str:
    """Text for an element or a quoted attribute, on one line. Raises TagBroken."""
    return "".join(_literal(part) if isinstance(part, str) else part.source for part in pieces(text))


def lines(text: str) -> str:
    """Text for an element, with its line breaks. Raises TagBroken."""
    return inline(text.strip()).replace("\n", "<br />")


def plain(text: str) -> str:
    """Text for the plain part or a header. Raises TagBroken."""
    return "".join(
        _CONTROL.sub("", part).replace("{", _BRACE) if isinstance(part, str) else part.source for part in pieces(text)
    )


def block(tag: str) -> str:
    """A Liquid tag (`for item in cart.items`) that stands between elements."""
    return f"<!--{{% {tag} %}}-->"


def address(text: str, link: str) -> str:
    """A link's target as Liquid that prints a safe address, tracked under the id `link`.

    A target that begins with a field is checked when it is filled in; one that begins with text is checked here, and
    fields further in are percent-encoded so that they cannot become another target. Raises TagBroken.
    """
    parts = _target(text)
    if not parts:
        return NOWHERE
    before, target = _joined(parts)
    return f'{before}{{{{ {target} | link: "{link}" }}}}'


def plain_link(text: str, link: str, before: str = "", after: str = "") -> str:
    """The same for the plain part, between `before` and `after`; nothing of all that where the link leads nowhere.

    Raises TagBroken.
    """
    parts = _target(text)
    if not parts:
        return ""
    begun, target = _joined(parts)
    return f"{begun}{leads_on(target, link, before, after)}"


def leads_on(target: str, link: str, before: str, after: str) -> str:
    """Liquid that prints a Liquid expression as the target of a link in the plain part, as `plain_link` does."""
    return (
        f'{{% assign target = {target} | link: "{link}" %}}{{% if target != "{NOWHERE}" %}}'
        f"{before}{{{{ target }}}}{after}{{% endif %}}"
    )


def _target(text: str) -> tuple[Piece, ...]:
    """The pieces of a link's target; none if it cannot be followed, whatever the fields hold."""
    parts = pieces(text.strip())
    return () if parts and isinstance(parts[0], str) and not is_safe(clean_url(parts[0])) else parts


def _joined(parts: tuple[Piece, ...]) -> tuple[str, str]:
    """What Liquid has to do first, and the expression that is the target then."""
    assigns, names = [], []
    if len(parts) == 1:
        return "", parts[0].inner if isinstance(parts[0], Tag) else f'"{clean_url(parts[0])}"'
    for number, part in enumerate(parts):
        if isinstance(part, str):
            names.append(f'"{clean_url(part)}"')
        else:
            encoded = "" if number == 0 else " | url_part"
            assigns.append(f"{{% assign u{number} = {part.inner}{encoded} %}}")
            names.append(f"u{number}")
    chain = "".join(f" | append: {name}" for name in names[1:])
    return "".join(assigns), f"{names[0]}{chain}"


def picture(text: str) -> str:
    """An image's source: an http or https address, or Liquid that prints one. Raises TagBroken."""
    parts = pieces(text.strip())
    if len(parts) == 1 and isinstance(parts[0], Tag):
        return f"{{{{ {parts[0].inner} | safe_url }}}}"
    if not parts or not isinstance(parts[0], str) or not is_web(clean_url(parts[0])):
        return ""
    return "".join(
        html.escape(clean_url(part)) if isinstance(part, str) else f"{{{{ {part.inner} | url_part }}}}"
        for part in parts
    )
