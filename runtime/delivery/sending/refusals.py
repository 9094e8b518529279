"""Whether a server refuses one message after the other: then it is not theirs, and somebody has to look."""

from dataclasses import dataclass, field

TAKES_NONE = "server_takes_none"
"""The reason where a server does so."""
MANY = 5
"""So many different messages in a row, with none taken in between."""


@dataclass(slots=True)
class Refusals:
    """Those in a row of one workspace at one server."""

    since: int | None = None
    """When the first of them was refused (UTC microseconds)."""
    answer: str = ""
    """The server's words to the latest."""
    _messages: set[int] = field(default_factory=set)
    _known: bool = False

    @classmethod
    def known(cls, since: int, answer: str) -> "Refusals":
        """What a process before this one has seen already."""
        return cls(since, answer, _known=True)

    @property
    def many(self) -> bool:
        """Whether it is worth saying."""
        return self._known or len(self._messages) >= MANY

    def refused(self, message: int, answer: str, now: int) -> None:
        """One more, or the same again."""
        self.since = now if self.since is None else self.since
        self.answer = answer
        if not self.many:
            self._messages.add(message)

    def taken(self) -> None:
        """All is well."""
        self.since, self.answer, self._known = None, "", False
        self._messages.clear()
