"""Words that stand in for Liquid tags while HTML tools are at work, for the tools would break the tags.

Tried: premailer writes a space in an address as %20, MJML cannot read "<" in a tag, and both print `>` as `&gt;`. A word
survives in text, attributes and styles; a comment keeps its place between the rows of a table.
"""

import re

from blocks.phrase import say
from runtime.mail.errors import CompileFailed

_TAG = re.compile(r"<!--(\{%.*?%\})-->|(\{\{.*?\}\}|\{%.*?%\})", re.DOTALL)


class Sentinels:
    """The tags of one document and the words that stand for them."""

    def __init__(self, source: str) -> None:
        self._prefix = "zq"
        while self._prefix in source:
            self._prefix += "q"
        self._tags: list[str] = []
        self.source = _TAG.sub(self._swap, source)
        """`source` with words instead of tags."""

    def _swap(self, found: re.Match[str]) -> str:
        self._tags.append(found[1] or found[2])
        word = f"{self._prefix}{len(self._tags) - 1:05d}z"
        return f"<!--{word}-->" if found[1] else word

    def restored(self, page: str) -> str:
        """`page` with every tag back in its place. Raises CompileFailed if one was lost or came out twice."""
        word = re.compile(rf"(<!--)?{self._prefix}(\d{{5}})z(-->)?")
        seen = [0] * len(self._tags)

        def tag(found: re.Match[str]) -> str:
            number = int(found[2])
            seen[number] += 1
            # Inside a conditional comment for Outlook the word has no comment marks of its own.
            before, after = (found[1] or "", found[3] or "")
            return self._tags[number] if before and after else f"{before}{self._tags[number]}{after}"

        page = word.sub(tag, page)
        lost = [self._tags[number] for number, times in enumerate(seen) if times != 1]
        if lost:
            raise CompileFailed(say("The field {tag} was lost on the way", tag=lost[0]))
        return page
