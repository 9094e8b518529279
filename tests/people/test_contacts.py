"""Contacts on screen, and changed by flows."""

from collections.abc import Callable

import pytest

from runtime.clock import SetClock
from runtime.ledger import Ledger, tables
from runtime.people import contacts
from runtime.people.contacts import Change, typed_after

Person = Callable[..., int]


@pytest.fixture
def guests(person: Person, clock: SetClock) -> dict[str, int]:
    """Four people, seen one hour after another."""
    made = {}
    for email, fields in {
        "dewi.a@example.com": {"name": "Dewi Anggraini", "phone": "+628120000142"},
        "somchai@example.com": {"name": "สมชาย ใจดี", "customer_id": "70211"},
        "hannah@example.com": {"name": "Hannah Ängström"},
        "50%_off@example.com": {"name": "Deal Hunter"},
    }.items():
        made[email.split("@")[0]] = person(email, **fields)
        clock.advance(hours=1)
    return made


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("dewi", ["dewi.a"]),
        ("ANGGRA", ["dewi.a"]),
        ("สมชาย", ["somchai"]),
        ("ängstr", ["hannah"]),
        ("ÄNGSTR", ["hannah"]),
        ("example.com", ["50%_off", "hannah", "somchai", "dewi.a"]),
        ("50%_", ["50%_off"]),
        ("%", ["50%_off"]),
        ("_", ["50%_off"]),
        ("\\", []),
        ("7021", ["somchai"]),
        ("+62812", ["dewi.a"]),
        ("somchai\0", ["somchai"]),
        ("nobody", []),
        ("  ", ["50%_off", "hannah", "somchai", "dewi.a"]),
    ],
)
def test_searching_finds_names_addresses_and_customer_ids(
    ledger: Ledger, shop: int, guests: dict[str, int], typed: str, who: list[str]
) -> None:
    with ledger.read(shop) as tx:
        assert [one.id for one in contacts.search(tx, typed)] == [guests[name] for name in who]


@pytest.mark.parametrize(
    ("named", "who"),
    [
        (" Dewi.A@Example.com ", ["dewi.a"]),
        ("+62 812-0000-142", ["dewi.a"]),
        ("70211", ["somchai"]),
        ("{hannah}", ["hannah"]),
        ("{dewi.a}", ["somchai", "dewi.a"]),
        ("9" * 40, []),
        ("Dewi", []),
    ],
)
def test_somebody_is_meant_by_an_address_the_shops_own_id_or_our_number(
    ledger: Ledger, shop: int, guests: dict[str, int], person: Person, named: str, who: list[str]
) -> None:
    for name, id_ in guests.items():
        named = named.replace(f"{{{name}}}", str(id_))
    if len(who) > 1:  # the shop's id of one is our number of another
        guests = guests | {"somchai": person("both@example.com", customer_id=named)}
    with ledger.read(shop) as tx:
        assert [one.id for one in contacts.meant_by(tx, named)] == [guests[name] for name in who]


def test_pages_follow_one_another_without_gap_or_repeat(ledger: Ledger, shop: int, person: Person) -> None:
    everyone = [person(f"guest{n}@example.com") for n in range(7)]
    seen: list[int] = []
    before = None
    with ledger.read(shop) as tx:
        while page := contacts.search(tx, "guest", limit=3, before=before):
            seen += [one.id for one in page]
            before = (page[-1].seen_at, page[-1].id)
    assert seen == sorted(everyone, reverse=True)


def test_a_contact_is_found_by_any_address_however_it_is_written(
    ledger: Ledger, shop: int, guests: dict[str, int]
) -> None:
    with ledger.read(shop) as tx:
        for address in ("Dewi.A@EXAMPLE.com", "+62 812-0000 142"):
            found = contacts.by_address(tx, address)
            assert found is not None
            assert found.id == guests["dewi.a"]
        assert contacts.by_address(tx, "nobody@example.com") is None
        written = ["Dewi.A@EXAMPLE.com", "+62 812-0000 142", "nobody@example.com", "no address"]
        assert contacts.ids_by_addresses(tx, written) == {
            "Dewi.A@EXAMPLE.com": guests["dewi.a"],
            "+62 812-0000 142": guests["dewi.a"],
            "nobody@example.com": None,
            "no address": None,
        }
        assert contacts.ids_by_addresses(tx, []) == {}


def test_another_shop_sees_none_of_it(ledger: Ledger, shop: int, guests: dict[str, int]) -> None:
    with ledger.read(shop + 1) as tx:
        assert contacts.search(tx, "dewi") == []
        assert contacts.get(tx, guests["dewi.a"]) is None
        assert contacts.by_address(tx, "dewi.a@example.com") is None
        assert contacts.ids_by_addresses(tx, ["dewi.a@example.com"]) == {"dewi.a@example.com": None}
        assert contacts.many(tx, guests.values()) == {}
        assert contacts.count(tx) == 0
    with ledger.write(shop + 1) as tx:
        contacts.update_many(tx, [Change(guests["dewi.a"], set_fields={"name": "Somebody else"})])
    with ledger.read(shop) as tx:
        assert contacts.many(tx, [guests["dewi.a"]])[guests["dewi.a"]].name == "Dewi Anggraini"


def test_steps_change_fields_and_tags_in_order(ledger: Ledger, shop: int, person: Person) -> None:
    dewi, somchai = person("dewi@example.com", stage="new"), person("somchai@example.com")
    with ledger.write(shop) as tx:
        contacts.update_many(
            tx,
            [
                Change(dewi, set_fields={"stage": "regular"}, add_tags=("tea", "Oolong lover", "tea")),
                Change(somchai, add_tags=("coffee",)),
                Change(dewi, set_fields={"stage": None}, remove_tags=("tea",)),
                Change(999_999, add_tags=("nobody",)),
            ],
        )
    with ledger.read(shop) as tx:
        after = contacts.many(tx, [dewi, somchai])
    assert (after[dewi].tags, after[dewi].fields) == (["Oolong lover"], {})
    assert after[dewi].typed["t"]["tags[]"] == ["oolong lover"]
    assert after[somchai].tags == ["coffee"]


def test_a_contact_has_at_most_500_tags(ledger: Ledger, shop: int, person: Person) -> None:
    dewi = person("dewi@example.com")
    many = tuple(f"tag {number}" for number in range(600))
    with ledger.write(shop) as tx:
        contacts.update_many(tx, [Change(dewi, add_tags=("VIP",)), Change(dewi, add_tags=many)])
        contacts.update_many(tx, [Change(dewi, add_tags=("tea", "tag 3"))])
        found = contacts.get(tx, dewi)
        assert found is not None
        assert found.tags == ["VIP", *many[:499]]
        contacts.update_many(tx, [Change(dewi, add_tags=("tea",), remove_tags=("VIP",))])
        found = contacts.get(tx, dewi)
    assert found is not None
    assert found.tags == [*many[:499], "tea"]


def test_a_contact_that_has_more_tags_already_keeps_them(ledger: Ledger, shop: int, person: Person) -> None:
    dewi = person("dewi@example.com")
    many = [f"tag {number}" for number in range(600)]
    with ledger.write(shop) as tx:
        tx.execute(tables.contact.update().where(tables.contact.c.id == dewi).values(tags=many))
        contacts.update_many(tx, [Change(dewi, add_tags=("tea",), set_fields={"stage": "new"})])
        found = contacts.get(tx, dewi)
    assert found is not None
    assert (found.tags, found.fields["stage"]) == (many, "new")


def test_a_step_cannot_give_a_contact_somebody_elses_address(ledger: Ledger, shop: int, person: Person) -> None:
    dewi, _ = person("dewi@example.com"), person("somchai@example.com")
    with ledger.write(shop) as tx:
        contacts.update_many(tx, [Change(dewi, set_fields={"email": "somchai@example.com"})])
    with ledger.read(shop) as tx:
        found = contacts.by_address(tx, "somchai@example.com")
        assert found is not None
        assert found.id != dewi
        assert contacts.many(tx, [dewi])[dewi].typed["t"]["email"] == "dewi@example.com"


def test_what_later_blocks_see_is_what_is_written_in_the_end(ledger: Ledger, shop: int, person: Person) -> None:
    dewi = person("dewi@example.com", stage="new", spent="10.50", since="2025-03-03", vip=True, tags=["tea"])
    changes = [
        Change(dewi, set_fields={"stage": None, "spent": "20"}),
        Change(dewi, set_fields={"since": "long ago", "vip": False, "seen on": "2026-11-21T09:00:00Z"}),
        Change(dewi, set_fields={"email": "other@example.com"}),
        Change(dewi, add_tags=("Oolong Lover", "TEA", "oolong lover")),
        Change(dewi, remove_tags=("Tea",)),
    ]
    with ledger.read(shop) as tx:
        foreseen = before = contacts.many(tx, [dewi])[dewi].typed
    untouched = {letter: dict(leaves) for letter, leaves in before.items()}  # type: ignore[call-overload]
    for change in changes:
        foreseen = typed_after(foreseen, change)
    with ledger.write(shop) as tx:
        contacts.update_many(tx, changes)
    with ledger.read(shop) as tx:
        assert foreseen == contacts.many(tx, [dewi])[dewi].typed
    assert before == untouched
