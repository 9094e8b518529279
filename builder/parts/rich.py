"""A sentence with some of its words in bold."""

from builder.parts.tag import tag

_MARK = "\x02"


def strong(text: str) -> str:
    """Mark a value as bold, to be given to `w(...)` and shown by `sentence`."""
    return f"{_MARK}{text.replace(_MARK, '')}{_MARK}"


def sentence(text: str) -> None:
    """Show a text here, what was marked by `strong` in bold. The rest is text as well: nothing is read as markup."""
    for place, part in enumerate(text.split(_MARK)):
        if part:
            tag("b" if place % 2 else "span", "", part)
