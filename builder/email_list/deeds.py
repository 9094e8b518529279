"""How an e-mail begins. Called in threads, through `access.act`."""

from builder.access import Visitor
from runtime.mail import words_in
from runtime.words import Words


def create(user: Visitor, name: str, w: Words) -> str:
    """A new e-mail with the sections that nearly every one has, in the language of `w`. Returns its slug."""
    begin = words_in(w.language)["placeholder"]
    sections = [
        {"kind": "header", "id": "s1"},
        {"kind": "heading", "id": "s2", "text": w("Hello")},
        {"kind": "text", "id": "s3", "html": f"<p>{begin}</p>"},
        {"kind": "button", "id": "s4", "label": w("To the shop"), "link": "{{ shop.website }}"},
        {"kind": "footer", "id": "s5"},
    ]
    document = {"format": 1, "name": name, "kind": "marketing", "language": w.language, "sections": sections}
    drafts = user.house.desk.drafts(user.workspace)
    return drafts.create("email", name, document, user.email, user.house.clock.now()).slug
