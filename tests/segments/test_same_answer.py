"""A rule as SQL over all contacts gives the same answer as in Python for each of them, on both databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select

from blocks.rules import Rule, counted
from blocks.values import moment, type_document
from runtime.clock import DAY, SetClock
from runtime.engine.lookback.history import History
from runtime.engine.lookback.standpoint import Seen
from runtime.ledger import Ledger, Tx
from runtime.ledger.tables import (
    consent,
    contact,
    engagement,
    event,
    member,
    message,
    segment,
    suppression,
    version_mail,
)
from runtime.segments.counting import count, meeting, members
from runtime.segments.document import refusals
from runtime.segments.evaluating import Person

RULES: TypeAdapter[Any] = TypeAdapter(Rule)
NOW = 1_795_000_000_000_000
HOUR = DAY // 24

words = st.sampled_from(
    ["", "Dewi", "dewi", "DEWI", "Straße", "STRASSE", "นก", "É", "e\u0301", "é", "12", "12.50", "012", "-3", "100%", "a_b", "%",
     "\\", "true", "a'b\"c", "2026-11-19", "2026-11-18T10:00:00+07:00", "😀", "ﬁ"]
)  # fmt: skip
dates = st.integers(-40, 3).map(lambda days: moment(NOW + days * DAY).isoformat())
numbers = st.sampled_from([0, 1, -1, 12, 12.5, 0.1, 0.3, 1e20, 123456789012345, 2**53, -0.0, 30])
scalars = st.one_of(words, dates, numbers, st.booleans(), st.none())
FIELDS = ("city", "tags", "é", "weird \"key'. 100%")
PATHS = (
    "city",
    "city",
    "tags",
    "tags[]",
    "é",
    "weird \"key'%2E 100%25",
    "items[].price",
    "items[].tags[]",
    "nobody has it",
)
values = st.one_of(scalars, st.lists(scalars, max_size=3))
documents = st.fixed_dictionaries(dict.fromkeys(FIELDS, values)).flatmap(
    lambda flat: st.lists(
        st.fixed_dictionaries({"price": scalars, "tags": st.lists(words, max_size=2)}), max_size=2
    ).map(lambda items: {**flat, **({"items": items} if items else {})})
)
instants = st.integers(-40 * 24, 2).map(lambda hours: NOW + hours * HOUR) | st.sampled_from(
    [NOW, NOW - 30 * DAY, NOW - 30 * DAY - 1, NOW - 7 * DAY, NOW + 1]
)
EVENTS, EMAILS, SEGMENTS = ("Order placed", "Opened"), ("welcome", "thanks"), ("vip", "archived", "nowhere")

happened = st.tuples(st.sampled_from(EVENTS), instants, documents, st.sampled_from(["done", "done", "new"]))
deeds = st.tuples(
    st.sampled_from(["open", "click"]),
    st.sampled_from(["person", "person", "every_link"]),
    st.sampled_from(["", "https://doileaf.example/a", "https://doileaf.example/b"]),
    instants,
)
mailed = st.tuples(
    st.sampled_from(EMAILS),
    st.sampled_from(["sent", "uncertain", "skipped", "failed", "queued", "cancelled"]),
    instants,
    st.booleans(),
    st.lists(deeds, max_size=3, unique_by=lambda deed: deed[:3]),
)
answered = st.tuples(
    st.sampled_from(["email", "email", "sms"]),
    st.sampled_from(["yes", "yes", "no"]),
    st.sampled_from([NOW - DAY, NOW - HOUR, NOW]),
)
people = st.fixed_dictionaries(
    {
        "fields": documents,
        "email": st.sampled_from([None, "", "dewi@example.com", "blocked@example.com"]),
        "phone": st.sampled_from([None, "+66811111111", "+66822222222"]),
        "answers": st.lists(answered, max_size=3),
        "events": st.lists(happened, max_size=4),
        "mails": st.lists(mailed, max_size=3),
        "segments": st.sets(st.sampled_from(SEGMENTS[:2])),
    }
)

mixed = st.lists(words | numbers, min_size=1, max_size=3).map(tuple)
by_operator: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("is", "is_not"), st.one_of(words, numbers, st.booleans(), dates, mixed)),
    **dict.fromkeys(("contains", "contains_not", "starts_with"), st.one_of(words, numbers, mixed, st.just("nul\0"))),
    **dict.fromkeys(("over", "at_least", "under", "at_most"), st.one_of(numbers, st.just("12.50"))),
    **dict.fromkeys(("before", "after"), dates),
    "in_last_days": st.sampled_from([1, 0.5, 30, 3000]),
    **dict.fromkeys(("is_true", "is_false", "is_set", "is_not_set"), st.none()),
}


def compares(of: str) -> st.SearchStrategy[dict[str, Any]]:
    """Comparisons in which operator and value go together."""
    return st.sampled_from(sorted(by_operator)).flatmap(
        lambda op: st.fixed_dictionaries(
            {
                "kind": st.just("field"),
                "of": st.just(of),
                "field": st.sampled_from(PATHS),
                "op": st.just(op),
                "value": by_operator[op],
            }
        )
    )


windows = st.one_of(
    st.just({"kind": "ever"}), st.sampled_from([1, 7, 30, 35]).map(lambda days: {"kind": "last_days", "days": days})
)
wheres = st.one_of(
    st.none(),
    compares("event"),
    compares("contact"),
    st.lists(compares("event"), max_size=2).map(lambda rules: {"kind": "any", "rules": rules}),
    compares("event").map(lambda rule: {"kind": "not", "rule": rule}),
)
leaf = st.one_of(
    compares("contact"),
    st.fixed_dictionaries(
        {
            "kind": st.just("did"),
            "event": st.sampled_from(EVENTS),
            "negate": st.booleans(),
            "times": st.integers(1, 3),
            "window": windows,
            "where": wheres,
        }
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("got"),
            "what": st.sampled_from(["sent", "skipped", "failed", "opened", "clicked"]),
            "email": st.sampled_from(["", *EMAILS, "nobody's"]),
            "negate": st.booleans(),
            "times": st.integers(1, 2),
            "window": windows,
        }
    ),
    st.fixed_dictionaries(
        {"kind": st.just("in_segment"), "segment": st.sampled_from(SEGMENTS), "negate": st.booleans()}
    ),
    st.fixed_dictionaries(
        {"kind": st.just("reachable"), "channel": st.sampled_from(["email", "sms", "push"]), "negate": st.booleans()}
    ),
)
trees = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"kind": st.sampled_from(["all", "any"]), "rules": st.lists(inner, max_size=3)}),
        inner.map(lambda rule: {"kind": "not", "rule": rule}),
    ),
    max_leaves=5,
)


def read(tree: dict[str, Any]) -> Any | None:
    """The rule, if it is one: not every operator goes with every value."""
    try:
        return RULES.validate_python(tree)
    except ValidationError:
        return None


class _Enough(Exception):
    """Leaves a transaction without a trace."""


@contextmanager
def for_now(ledger: Ledger, shop: int) -> Iterator[Tx]:
    """A transaction of which nothing stays."""
    try:
        with ledger.write(shop) as tx:
            yield tx
            raise _Enough
    except _Enough:
        pass


def settle(tx: Tx, crowd: list[dict[str, Any]]) -> list[int]:
    """Put made-up contacts, and all that happened to them, into the ledger."""
    tx.insert(suppression, [{"channel": "email", "address": "blocked@example.com", "reason": "manual", "at": 1}])
    tx.insert(suppression, [{"channel": "sms", "address": "+66822222222", "reason": "manual", "at": 1}])
    tx.insert(suppression, [{"channel": "sms", "address": "dewi@example.com", "reason": "manual", "at": 1}])
    slugs = dict(zip(SEGMENTS, tx.reserve(2), strict=False))
    for slug, id_ in slugs.items():
        state = "archived" if slug == "archived" else "live"
        tx.insert(segment, [{"id": id_, "slug": slug, "name": slug, "document": {}, "state": state, "since_at": 1}])
    (version,) = tx.reserve(1)
    for slug in EMAILS:
        row = {"version": version, "block": slug, "marketing": True, "document": {}, "compiled": {}, "email": slug}
        tx.insert(version_mail, [row])
    ids = []
    for one in crowd:
        (id_,) = tx.reserve(1)
        ids.append(id_)
        typed = orjson.dumps(type_document(one["fields"])).decode()
        row = {"id": id_, "email": one["email"], "phone": one["phone"], "fields": one["fields"], "typed": typed}
        tx.insert(contact, [row | {"tags": [], "created_at": 1, "seen_at": 1}])
        for channel, answer, at in one["answers"]:
            row = {"id": tx.reserve(1)[0], "contact": id_, "channel": channel, "answer": answer, "at": at}
            tx.insert(consent, [row | {"source": "form", "proof": {}}])
        for name, at, properties, state in one["events"]:
            typed = orjson.dumps(type_document(properties)).decode()
            row = {"id": tx.reserve(1)[0], "name": name, "source": "api", "contact": id_, "at": at, "received_at": at}
            tx.insert(event, [row | {"who": {}, "properties": properties, "typed": typed, "state": state}])
        for slug, state, at, test, deeds_ in one["mails"]:
            (number,) = tx.reserve(1)
            place = {"message": number, "contact": id_, "version": version, "block": slug, "count": 1, "told": 1}
            for what, who, target, did_at in deeds_:
                deed = {"what": what, "who": who, "link": target, "first_at": did_at, "last_at": did_at}
                tx.insert(engagement, [place | deed])
            row = {"id": number, "version": version, "block": slug, "contact": id_, "channel": "email"}
            done = None if state == "queued" else at
            row |= {"marketing": True, "test": test, "state": state, "queued_at": at, "due_at": at, "tries": 0}
            tx.insert(message, [row | {"done_at": done}])
        inside = [{"segment": slugs[slug], "contact": id_, "since_at": NOW - DAY} for slug in one["segments"]]
        tx.insert(member, inside)
    return ids


def by_python(tx: Tx, ids: list[int], rule: Any, now: int) -> list[int]:
    """Who meets the rule, one by one."""
    history = History()
    history.fetch(tx, ids, counted(rule), now, now)
    typed = {row.id: row.typed for row in tx.all(select(contact.c.id, contact.c.typed).where(tx.mine(contact)))}
    return [id_ for id_ in ids if rule.meets(Person(id_, typed[id_], history, Seen(now, now)))]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(crowd=st.lists(people, min_size=3, max_size=6), drawn=st.lists(trees, min_size=5, max_size=10))
def test_sql_and_python_agree(
    ledger: Ledger, shop: int, crowd: list[dict[str, Any]], drawn: list[dict[str, Any]]
) -> None:
    rules = [rule for tree in drawn if (rule := read(tree)) is not None and not list(refusals(rule))]
    if not rules:
        return
    with for_now(ledger, shop) as tx:
        ids = settle(tx, crowd)
        for rule in rules:
            expected = by_python(tx, ids, rule, NOW)
            query = select(contact.c.id).where(tx.mine(contact), meeting(tx, rule, NOW)).order_by(contact.c.id)
            assert [row.id for row in tx.all(query)] == expected, rule
            assert count(tx, rule, NOW) == len(expected)
            assert [one.id for one in members(tx, rule, NOW)] == expected


def test_contacts_of_another_shop_are_nobody_here(ledger: Ledger, shop: int, clock: SetClock) -> None:
    everybody = RULES.validate_python({"kind": "all"})
    with for_now(ledger, shop) as tx:
        dewi: dict[str, Any] = {"fields": {}, "email": "dewi@example.com", "phone": None}
        dewi |= {"events": [], "mails": [], "segments": [], "answers": []}
        settle(tx, [dewi])
        assert count(tx, everybody, NOW) == 1
        tx.workspace = shop + 1
        assert count(tx, everybody, NOW) == 0
