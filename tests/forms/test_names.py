"""What is suggested where somebody names a field."""

from blocks.contract import Known
from blocks.own_fields import WHO
from builder.forms.around import Around
from builder.forms.naming import field_options, settable_options
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


def test_a_field_that_was_chosen_is_said_in_words_though_no_event_has_brought_it() -> None:
    around = Around(words("en"), lambda: Known(events={"Order placed": frozenset({"total"})}))
    options = field_options(around, "event", ("Review written",), "order_id")
    assert [(one["value"], one["label"]) for one in options] == [("order_id", "order id")]
    assert [one["value"] for one in field_options(around, "event", ("Order placed",), "total")] == ["total"]
    assert field_options(around, "event", ("Review written",)) == []


def test_who_a_contact_is_has_the_same_names_everywhere() -> None:
    assert set(IDENTITIES) == WHO
