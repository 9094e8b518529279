"""Whatever is sent, it is taken or refused in words; nothing breaks."""

from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.values import type_document
from runtime.intake import shopify
from runtime.intake.reading import NotReadable, NotRight, read_events
from runtime.people.card import Card
from runtime.people.who import Who, consent_of
from tests.intake.test_shopify import notice

NOW = 1_795_251_600_000_000

_leaf = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["dewi@example.com", "+66812345678", "2026-11-21T09:00:00Z", "9999-12-31", "yes", "19.90", "\0"])
)
_json = st.recursive(
    _leaf,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)
_contact = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("phone", "customer_id", "first_name", "language", "zone", "tags", "x"), _json),
        "email": st.just("dewi@example.com") | _json,
        "consent": _json
        | st.fixed_dictionaries({}, optional=dict.fromkeys(("email", "sms", "source", "time", "text"), _json)),
    },
)
_event = st.fixed_dictionaries(
    {},
    optional={
        "id": _json,
        "name": _json | st.just("Order placed"),
        "time": _json,
        "contact": _json | _contact,
        "properties": _json | st.dictionaries(st.text(max_size=5), _json, max_size=4),
        "other": _json,
    },
)


@given(st.lists(_event | _json, max_size=3) | _json)
@settings(max_examples=400, deadline=None)
def test_any_json_is_taken_or_refused_in_words(document: Any) -> None:
    try:
        events = read_events(orjson.dumps(document), 7, "api", NOW)
    except (NotReadable, NotRight):
        return
    for event in events:
        assert event.at <= NOW + 3_600_000_000
        assert "\\u0000" not in (event.who + event.properties).replace("\\\\", "")
        # The engine reads what was stored, and must not stumble either.
        who = Who.of(orjson.loads(event.who))
        assert who.identities
        consent_of(who)
        card = Card(1)
        card.learn(who.fields)
        card.tag(add=who.tags)
        card.columns()


@given(
    st.dictionaries(st.sampled_from(sorted(notice("checkout"))), _json, max_size=6),
    st.sampled_from(["create", "update"]),
)
@settings(max_examples=300, deadline=None)
def test_any_checkout_is_told_or_left(changes: dict[str, Any], topic: str) -> None:
    told = shopify.translate(f"checkouts/{topic}", notice("checkout") | changes)
    if told is not None:
        who = Who.of(orjson.loads(orjson.dumps(told.who)))
        assert who.identities
        assert "\\u0000" not in orjson.dumps(told.properties).decode()
        type_document(told.properties)
