"""What is suggested where somebody names a field."""

from blocks.contract import Known
from blocks.own_fields import WHO
from builder.forms.around import Around
from builder.forms.naming import settable_options
from runtime.people.addresses import IDENTITIES
from runtime.words import words


def test_a_block_is_offered_only_fields_that_it_can_change() -> None:
    seen = {"email", "phone", "customer_id", "tags[]", "children[].name", "address.city", "timezone", "locale"}
    known = Known(contact_fields=frozenset(seen | {"zone", "language", "city", "t%2Dshirt size"}))
    options = settable_options(Around(words("en"), lambda: known))
    assert [(one["value"], one["label"]) for one in options] == [
        ("city", "city"),
        ("language", "language"),
        ("t-shirt size", "t-shirt size"),
        ("zone", "zone"),
    ]


def test_who_a_contact_is_has_the_same_names_everywhere() -> None:
    assert set(IDENTITIES) == WHO
