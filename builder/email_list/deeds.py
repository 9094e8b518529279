"""What can be done to an e-mail from the list. Called in threads, through `access.act`."""

from builder.access import Visitor
from runtime.words import Words


def create(user: Visitor, name: str, w: Words) -> str:
    """A new e-mail with the sections that nearly every one has, in the language of `w`. Returns its slug."""
    sections = [
        {"kind": "header", "id": "s1"},
        {"kind": "heading", "id": "s2", "text": w("Hello")},
        {"kind": "text", "id": "s3", "html": f"<p>{w('Write here what you want to say.')}</p>"},
        {"kind": "button", "id": "s4", "label": w("To the shop"), "link": "{{ shop.website }}"},
        {"kind": "footer", "id": "s5"},
    ]
    document = {"format": 1, "name": name, "kind": "marketing", "language": w.language, "sections": sections}
    drafts = user.house.desk.drafts(user.workspace)
    return drafts.create("email", name, document, user.email, user.house.clock.now()).slug


def rename(user: Visitor, slug: str, name: str) -> None:
    """Another name; the slug stays."""
    user.house.desk.drafts(user.workspace).rename("email", slug, name, user.email, user.house.clock.now())


def duplicate(user: Visitor, slug: str, name: str) -> str:
    """An e-mail like it. Returns the new slug."""
    drafts = user.house.desk.drafts(user.workspace)
    return drafts.duplicate("email", slug, name, user.email, user.house.clock.now()).slug


def put_away(user: Visitor, slug: str, where: str) -> None:
    """Into the archive or the bin. Published flows keep their own copies."""
    drafts = user.house.desk.drafts(user.workspace)
    (drafts.bin if where == "bin" else drafts.archive)("email", slug, user.email, user.house.clock.now())


def bring_back(user: Visitor, slug: str) -> None:
    """Out of the archive or the bin."""
    user.house.desk.drafts(user.workspace).restore("email", slug, user.email, user.house.clock.now())
