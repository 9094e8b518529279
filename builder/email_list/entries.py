"""What the list of e-mails shows: each draft, and the flows that send it."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Literal

from blocks import KINDS
from blocks.contract import Send
from blocks.phrase import Phrase
from runtime.desk import Draft
from runtime.house import House
from runtime.mail.tags import glimpse

State = Literal["active", "archived", "bin"]
STATES: tuple[State, ...] = ("active", "archived", "bin")


@dataclass(frozen=True, slots=True)
class Entry:
    """One e-mail of the list. `changed_at` is UTC microseconds; `used_in` are names of flows that send it."""

    slug: str
    name: str
    subject: Phrase | None
    marketing: bool
    state: State
    rev: int
    changed_at: int
    used_in: tuple[str, ...]


def entries(house: House, workspace: int) -> list[Entry]:
    """All e-mails, the one touched last first. Raises DeskDamaged."""
    drafts = house.desk.drafts(workspace)
    users: dict[str, list[str]] = defaultdict(list)
    for flow in drafts.list("flow"):
        for slug in sorted(_sent_by(flow.document)):
            users[slug].append(flow.name)
    kept = [draft for state in STATES for draft in drafts.list("email", state)]
    return sorted((_entry(draft, users[draft.slug]) for draft in kept), key=lambda entry: -entry.changed_at)


def _entry(draft: Draft, users: list[str]) -> Entry:
    return Entry(
        slug=draft.slug,
        name=draft.name,
        subject=glimpse(str(draft.document.get("subject") or "")),
        marketing=draft.document.get("kind") != "transactional",
        state=draft.state,
        rev=draft.rev,
        changed_at=draft.changed_at,
        used_in=tuple(users),
    )


def _sent_by(document: dict[str, Any]) -> set[str]:
    """Slugs of the e-mails that a flow document's blocks send."""
    found = set()
    for block in document.get("blocks", ()):
        kind = KINDS.get(block.get("kind", ""))
        slug = block.get("settings", {}).get("email")
        if kind is not None and issubclass(kind, Send) and isinstance(slug, str) and slug:
            found.add(slug)
    return found
