"""The fields an editor offers to insert, with an example of each."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from blocks.phrase import Phrase, say
from runtime.mail.brand import Brand
from runtime.mail.data import mail_data


@dataclass(frozen=True, slots=True)
class MergeField:
    """A field: its path (`contact.first_name`), its name for people, an example, and whether it may be empty."""

    path: str
    title: Phrase
    example: str
    may_be_empty: bool = True

    def tag(self, fallback: str | None = None) -> str:
        """The merge tag as it is written in a text."""
        if fallback is None:
            return f"{{{{ {self.path} }}}}"
        quote = "'" if '"' in fallback else '"'
        return f"{{{{ {self.path} | default: {quote}{fallback.replace(quote, '’')}{quote} }}}}"


MERGE_FIELDS: tuple[MergeField, ...] = (
    MergeField("contact.first_name", say("First name"), "Hannah"),
    MergeField("contact.last_name", say("Last name"), "Whitfield"),
    MergeField("contact.name", say("Full name"), "Hannah Whitfield"),
    MergeField("contact.email", say("E-mail address"), "hannah@example.com", may_be_empty=False),
    MergeField("contact.phone", say("Phone"), "+66 81 234 5678"),
    MergeField("contact.city", say("City"), "Chiang Mai"),
    MergeField("contact.country", say("Country"), "TH"),
    MergeField("cart.url", say("Link to their cart or order"), "https://shop.example/cart/8f2", may_be_empty=False),
    MergeField("cart.total", say("Total of the cart or order"), "1180"),
    MergeField("cart.count", say("Number of products"), "2", may_be_empty=False),
    MergeField("cart.currency", say("Currency"), "THB", may_be_empty=False),
    MergeField("shop.name", say("Your shop’s name"), "Doi Leaf"),
    MergeField("shop.website", say("Your website"), "https://shop.example"),
    MergeField("shop.address", say("Your postal address"), "41 Ratchadamnoen Road, Chiang Mai"),
    MergeField("shop.email", say("Your support e-mail"), "hello@shop.example"),
    MergeField("shop.phone", say("Your support phone"), "+66 53 123 456"),
    MergeField("unsubscribe_url", say("Unsubscribe link"), "https://shop.example/leave", may_be_empty=False),
)
"""What every workspace has. Fields of its own contacts and events come from `merge_fields`."""


def merge_fields(
    contact_fields: Iterable[str] = (),
    event_fields: Mapping[str, object] | None = None,
    kept: Mapping[str, Any] | None = None,
) -> tuple[MergeField, ...]:
    """All fields of a workspace: `contact_fields` are names, `event_fields` properties with an example value, `kept` what
    runs keep, with examples."""
    known = {field.path for field in MERGE_FIELDS}
    own = [
        MergeField(f"contact.{name}", Phrase(_readable(name)), "")
        for name in contact_fields
        if f"contact.{name}" not in known
    ]
    events = [
        MergeField(
            f"event.{name}", Phrase(_readable(name)), str(example) if isinstance(example, (str, int, float)) else ""
        )
        for name, example in (event_fields or {}).items()
    ]
    runs = [MergeField(f"run.{path}", Phrase(_readable(path)), example) for path, example in _leaves(kept or {})]
    return (*MERGE_FIELDS, *own, *events, *runs)


def with_shop(fields: Iterable[MergeField], brand: Brand) -> tuple[MergeField, ...]:
    """The fields as they are in this shop: what its brand kit says is never empty, and is its own example. The link to a
    cart falls back to its website."""
    shop = {f"shop.{name}": str(value) for name, value in brand.shop.items()}
    return tuple(_in_shop(field, shop) for field in fields)


def _in_shop(field: MergeField, shop: Mapping[str, str]) -> MergeField:
    if field.path == "cart.url":
        return replace(field, may_be_empty=not shop["shop.website"].strip())
    if field.path not in shop:
        return field
    return replace(field, example=shop[field.path], may_be_empty=not shop[field.path].strip())


def _leaves(document: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in document.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield prefix + key, str(value)


def _readable(name: str) -> str:
    words = name.replace("_", " ").replace(".", " ").strip()
    return words[:1].upper() + words[1:]


def sample_data(brand: Brand, language: str = "", fields: Iterable[MergeField] = MERGE_FIELDS) -> dict[str, object]:
    """An invented contact with two products in the cart: for previews before there is anybody, and for checks."""
    contact: dict[str, Any] = {}
    run: dict[str, Any] = {}
    event: dict[str, Any] = {
        "checkout_url": "https://shop.example/cart/8f2",
        "currency": brand.currency,
        "items": [
            {"name": "Mae Salong oolong", "variant": "100 g", "price": 640, "quantity": 1},
            {"name": "Gayo Aceh beans", "variant": "250 g", "price": 540, "quantity": 1},
        ],
    }
    for field in fields:
        root, _, name = field.path.partition(".")
        if root == "contact":
            contact[name] = field.example
        elif root == "event":
            event.setdefault(name, field.example)
        elif root == "run":
            *within, last = name.split(".")
            there = run
            for part in within:
                there = there.setdefault(part, {})
            there[last] = field.example
    return mail_data(
        contact,
        event,
        brand,
        run=run,
        unsubscribe_url="https://shop.example/leave",
        language=language,
    )
