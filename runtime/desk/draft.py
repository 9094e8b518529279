"""One draft, and what can stand in the way of changing it."""

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["flow", "email", "brand", "segment"]
State = Literal["active", "archived", "bin"]
KINDS: tuple[Kind, ...] = ("flow", "email", "brand", "segment")


@dataclass(frozen=True, slots=True)
class Draft:
    """A document as it was last saved. Instants are UTC microseconds.

    `rev` counts its changes; a draft is unchanged since publishing when `published_rev` equals it. `document` is the
    caller's own copy.
    """

    kind: Kind
    slug: str
    name: str
    document: dict[str, Any]
    rev: int
    state: State
    created_at: int
    changed_at: int
    changed_by: str
    published_rev: int | None = None


class ChangedElsewhere(Exception):
    """Somebody else saved in the meantime. `draft` is what is there now; nothing was written."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(f"{draft.kind} {draft.slug!r} is at rev {draft.rev}, saved by {draft.changed_by}")
        self.draft = draft


class NoSuchDraft(KeyError):
    """There is no draft of this kind and slug."""

    def __init__(self, kind: str, slug: str) -> None:
        super().__init__(f"There is no {kind} {slug!r}")
        self.kind = kind
        self.slug = slug


class SlugTaken(ValueError):
    """The slug that was asked for belongs, or once belonged, to another draft."""

    def __init__(self, kind: str, slug: str) -> None:
        super().__init__(f"The {kind} {slug!r} exists already")
        self.kind = kind
        self.slug = slug
