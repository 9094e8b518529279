"""What can be done to any draft on the desk from a list. Called in threads, through `access.act`."""

from builder.access import Visitor
from runtime.desk import Kind


def rename(user: Visitor, kind: Kind, slug: str, name: str) -> None:
    """Another name; the slug stays."""
    user.house.desk.drafts(user.workspace).rename(kind, slug, name, user.email, user.house.clock.now())


def duplicate(user: Visitor, kind: Kind, slug: str, name: str) -> str:
    """A draft like it. Returns the new slug."""
    drafts = user.house.desk.drafts(user.workspace)
    return drafts.duplicate(kind, slug, name, user.email, user.house.clock.now()).slug


def put_away(user: Visitor, kind: Kind, slug: str, where: str) -> None:
    """Into the archive or the bin. Published flows keep their own copies of e-mails."""
    drafts = user.house.desk.drafts(user.workspace)
    (drafts.bin if where == "bin" else drafts.archive)(kind, slug, user.email, user.house.clock.now())


def bring_back(user: Visitor, kind: Kind, slug: str) -> None:
    """Out of the archive or the bin."""
    user.house.desk.drafts(user.workspace).restore(kind, slug, user.email, user.house.clock.now())
