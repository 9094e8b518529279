"""An e-mail that shows everything a brand kit changes."""

from runtime.mail import EmailDocument, read_document
from runtime.words import Words

_SOMEWHERE = "https://example.com"
"""What leads nowhere would not look like a link."""


def sample_email(w: Words, language: str) -> EmailDocument:
    """Written in the reader's language; `language` is that of the few words of ours in it."""
    return read_document(
        {
            "name": w("Example"),
            "subject": w("Example"),
            "language": language,
            "sections": [
                {"kind": "header", "id": "header"},
                {"kind": "heading", "id": "heading", "text": w("Good morning")},
                {
                    "kind": "text",
                    "id": "text",
                    "html": f"<p>{w('This is how your texts look.')} "
                    f'<a href="{_SOMEWHERE}">{w("And this is a link.")}</a></p>',
                },
                {"kind": "products", "id": "products", "show_total": True},
                {"kind": "button", "id": "button", "label": w("To the shop"), "link": _SOMEWHERE},
                {
                    "kind": "button",
                    "id": "second",
                    "label": w("Another button"),
                    "link": _SOMEWHERE,
                    "colour": "accent",
                },
                {"kind": "notice", "id": "notice", "text": w("A line that should not be overlooked")},
                {"kind": "coupon", "id": "coupon", "text": w("Your code"), "code": "TEA-10"},
                {"kind": "footer", "id": "footer"},
            ],
        }
    )
