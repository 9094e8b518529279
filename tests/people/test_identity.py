"""Who is it? Contacts found and made for batches of events, on both databases."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event as hooks

from runtime.clock import DAY, HOUR, SetClock
from runtime.ledger import Ledger, tables
from runtime.ledger.bulk import TOGETHER
from runtime.people import contacts
from runtime.people.identity import Who, resolve

Document = dict[str, Any]


@pytest.fixture
def meet(ledger: Ledger, shop: int, clock: SetClock) -> Any:
    """Resolve a batch of `who` documents and return the contacts' ids."""

    def meet(*documents: Document) -> list[int]:
        with ledger.write(shop) as tx:
            return resolve(tx, [Who.of(document) for document in documents], clock.now())

    return meet


def known(ledger: Ledger, shop: int, id_: int) -> contacts.Contact:
    with ledger.read(shop) as tx:
        found = contacts.get(tx, id_)
    assert found is not None
    return found


def test_a_new_address_makes_a_contact_and_the_same_address_finds_it_again(
    meet: Any, ledger: Ledger, shop: int
) -> None:
    (first,) = meet({"email": "Dewi@Example.com", "first_name": "Dewi"})
    (again,) = meet({"email": "dewi@example.com", "last_name": "Anggraini"})

    assert again == first
    dewi = known(ledger, shop, first)
    assert (dewi.email, dewi.name) == ("dewi@example.com", "Dewi Anggraini")
    assert dewi.fields == {"first_name": "Dewi", "last_name": "Anggraini"}


@pytest.mark.parametrize(
    "typed",
    [
        {"first_name": "Dewi\r\nAnggraini\t"},
        {"first_name": "Dewi\x7f", "last_name": "Anggraini"},
        {"name": " Dewi \n\n\u2028 Anggraini\x85"},
    ],
)
def test_a_name_is_one_line_whatever_was_pasted_into_it(
    meet: Any, ledger: Ledger, shop: int, typed: dict[str, str]
) -> None:
    (id_,) = meet({"email": "dewi@example.com", **typed})

    dewi = known(ledger, shop, id_)
    assert (dewi.name, dewi.typed["t"]["name"]) == ("Dewi Anggraini", "dewi anggraini")
    assert dewi.fields == typed


def test_one_batch_with_the_same_new_person_three_times_makes_one_contact(meet: Any, ledger: Ledger, shop: int) -> None:
    ids = meet(
        {"email": "somchai@example.com", "orders": 1},
        {"email": "hannah@example.com"},
        {"email": "SOMCHAI@example.com", "orders": 2},
        {"email": "somchai@example.com", "phone": "+66 81 234 5678"},
    )

    assert ids[0] == ids[2] == ids[3] != ids[1]
    somchai = known(ledger, shop, ids[0])
    assert (somchai.fields["orders"], somchai.phone) == (2, "+66812345678")
    with ledger.read(shop) as tx:
        assert contacts.count(tx) == 2


def test_the_strongest_identifier_finds_and_the_free_ones_are_attached(meet: Any, ledger: Ledger, shop: int) -> None:
    (dewi,) = meet({"customer_id": 70211})
    (same,) = meet({"email": "dewi@example.com", "customer_id": "70211", "phone": "0812 345 678"})

    assert same == dewi
    assert meet({"phone": "0812345678"}) == [dewi]
    assert meet({"email": "dewi@example.com"}) == [dewi]
    with ledger.read(shop) as tx:
        assert {(one.kind, one.value) for one in contacts.identities(tx, dewi)} == {
            ("customer_id", "70211"),
            ("email", "dewi@example.com"),
            ("phone", "0812345678"),
        }


def test_a_phone_that_belongs_to_somebody_else_stays_there(meet: Any, ledger: Ledger, shop: int) -> None:
    """A family shares a phone: the event is Hannah's, the number stays Somchai's."""
    somchai, hannah = meet({"email": "somchai@example.com", "phone": "+66811111111"}, {"email": "hannah@example.com"})

    (whose,) = meet({"email": "hannah@example.com", "phone": "+66811111111"})

    assert whose == hannah
    assert known(ledger, shop, hannah).phone is None
    assert known(ledger, shop, somchai).phone == "+66811111111"


def test_a_customer_who_changes_the_address_stays_the_same_contact_and_is_written_to_at_the_new_one(
    meet: Any, ledger: Ledger, shop: int
) -> None:
    (dewi,) = meet({"email": "dewi@old.example", "customer_id": "7"})
    (same,) = meet({"email": "dewi@new.example", "customer_id": "7"})

    assert same == dewi
    assert known(ledger, shop, dewi).email == "dewi@new.example"
    assert meet({"email": "dewi@old.example"}) == [dewi]


def test_null_clears_a_field_and_an_empty_address_is_none(meet: Any, ledger: Ledger, shop: int) -> None:
    (dewi,) = meet({"email": "dewi@example.com", "birthday": "1990-06-04", "phone": ""})
    meet({"email": "dewi@example.com", "birthday": None, "phone": None})

    after = known(ledger, shop, dewi)
    assert (after.fields, after.phone) == ({}, None)
    assert "birthday" not in after.typed["d"]


def test_what_rules_compare_follows_from_fields_and_identities(meet: Any, ledger: Ledger, shop: int) -> None:
    (dewi,) = meet(
        {
            "email": "Dewi@example.com",
            "customer_id": 70211,
            "first_name": "Dewi",
            "language": "id-id",
            "timezone": "Asia/Jakarta",
            "spent": "1920.50",
            "birthday": "1990-06-04",
            "vip": True,
            "address": {"country": "ID"},
            "tags": ["Regular"],
        }
    )
    after = known(ledger, shop, dewi)
    assert after.typed["t"] == {
        "email": "dewi@example.com",
        "customer_id": "70211",
        "first_name": "dewi",
        "name": "dewi",
        "language": "id-id",
        "timezone": "asia/jakarta",
        "spent": "1920.50",
        "birthday": "1990-06-04",
        "address.country": "id",
        "tags[]": ["regular"],
    }
    assert (after.typed["n"]["spent"], after.typed["b"]["vip"]) == (1920.5, True)
    assert (after.language, after.zone, after.tags) == ("id-ID", "Asia/Jakarta", ["Regular"])


def test_true_and_one_are_not_the_same_field(meet: Any, ledger: Ledger, shop: int) -> None:
    (dewi,) = meet({"email": "dewi@example.com", "vip": 1})
    meet({"email": "dewi@example.com", "vip": True})
    assert known(ledger, shop, dewi).typed["b"] == {"vip": True}


def test_nonsense_for_language_and_zone_is_kept_as_a_field_only(meet: Any, ledger: Ledger, shop: int) -> None:
    (dewi,) = meet({"email": "dewi@example.com", "language": "../../etc", "zone": "Mars/Base", "name": 7})
    after = known(ledger, shop, dewi)
    assert (after.language, after.zone, after.name) == (None, None, None)
    assert after.fields["zone"] == "Mars/Base"


def test_workspaces_do_not_share_contacts(ledger: Ledger, shop: int, clock: SetClock) -> None:
    with ledger.write(shop) as tx:
        (ours,) = resolve(tx, [Who.of({"email": "dewi@example.com"})], clock.now())
    with ledger.write(shop + 1) as tx:
        (theirs,) = resolve(tx, [Who.of({"email": "dewi@example.com"})], clock.now())
    assert ours != theirs


def test_being_seen_again_moves_the_contact_up_once_an_hour(
    meet: Any, ledger: Ledger, shop: int, clock: SetClock
) -> None:
    (dewi,) = meet({"email": "dewi@example.com"})
    start = clock.now()
    clock.advance(minutes=30)
    meet({"email": "dewi@example.com"})
    assert known(ledger, shop, dewi).seen_at == start
    clock.advance(minutes=31)
    meet({"email": "dewi@example.com"})
    assert known(ledger, shop, dewi).seen_at == clock.now() > start + HOUR


def test_a_batch_of_any_size_takes_the_same_few_statements(meet: Any, ledger: Ledger, clock: SetClock) -> None:
    statements: list[str] = []
    hooks.listen(ledger.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    meet(*({"email": f"guest{n}@example.com", "phone": f"+668100{n:05}", "n": n} for n in range(300)))
    made = len(statements)
    meet(*({"email": f"guest{n}@example.com", "n": n + 1} for n in range(300)))
    changed = len(statements) - made
    clock.advance(hours=2)
    meet(*({"email": f"guest{n}@example.com", "n": n + 1} for n in range(300)))
    seen = len(statements) - made - changed

    # A list of rows may be sent in parts (300 contacts with two identities each), but never a statement a contact.
    assert max(made, changed, seen) <= 6 + 900 // TOGETHER


_people = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "email": st.sampled_from(["a@x.example", "b@x.example", "c@x.example"]),
            "phone": st.sampled_from(["+66810000001", "+66810000002"]),
            "customer_id": st.sampled_from(["1", "2", "3"]),
        },
    ),
    max_size=12,
)


@given(_people, st.integers(0, 12))
@settings(max_examples=60, deadline=None)
def test_how_events_are_cut_into_batches_makes_no_difference(documents: list[Document], cut: int) -> None:
    def contacts_of(*batches: list[Document]) -> list[int]:
        scratch = Ledger.open("sqlite://")
        try:
            ids: list[int] = []
            for batch in batches:
                with scratch.write(1) as tx:
                    ids += resolve(tx, [Who.of(document) for document in batch], DAY)
            with scratch.read(1) as tx:
                owners = tx.all(tables.identity.select())
            assert len({(row.kind, row.value) for row in owners}) == len(owners)
            order = {id_: place for place, id_ in enumerate(dict.fromkeys(ids))}
            return [order[id_] for id_ in ids]
        finally:
            scratch.close()

    assert contacts_of(documents) == contacts_of(documents[:cut], documents[cut:])
