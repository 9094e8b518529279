"""Who may sign in, and how."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, select

from runtime.accounts import links, sessions, users
from runtime.accounts.refused import Refused
from runtime.accounts.users import TooManyTries, WrongPassword
from runtime.clock import SetClock
from runtime.house import House
from runtime.ledger import tables
from runtime.words import words

PASSWORD = "a kettle of oolong"


@pytest.fixture
def nok(house: House) -> users.User:
    return users.create(house, "Nok@DoiLeaf.example", "Nok", PASSWORD)


class Death(Exception):
    """The process is gone."""


@contextmanager
def death_at(house: House, statement: str) -> Iterator[None]:
    """Whoever begins such a statement dies."""

    def die(_connection: Any, _cursor: Any, said: str, *_: Any) -> None:
        if said.startswith(statement):
            raise Death

    event.listen(house.ledger.engine, "before_cursor_execute", die)
    yield
    event.remove(house.ledger.engine, "before_cursor_execute", die)


def test_nok_signs_in_with_her_address_and_password(house: House, nok: users.User) -> None:
    token = users.sign_in(house, " nok@doileaf.EXAMPLE", PASSWORD, "203.0.113.7")
    found = sessions.find(house, token)
    assert found is not None
    assert found.user == nok
    assert sessions.holds(house, found.digest)


def test_neither_password_nor_session_token_can_be_read_from_the_database(house: House, nok: users.User) -> None:
    token = users.sign_in(house, nok.email, PASSWORD)
    with house.ledger.read() as tx:
        kept = tx.scalar(select(tables.user.c.password))
        digest = tx.scalar(select(tables.session.c.digest))
    assert kept.startswith("$argon2id$")
    assert token.encode() not in bytes(digest)
    assert sessions.find(house, bytes(digest).hex()) is None


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("nok@doileaf.example", PASSWORD + "!"),
        ("nok@doileaf.example", ""),
        ("somchai@doileaf.example", PASSWORD),
        ("", ""),
        ("\0nok@doileaf.example", PASSWORD),
        ("nok\0", PASSWORD),
        ("nok@doileaf.example", "x" * 1_000_000),
    ],
)
def test_anything_else_is_refused_alike(house: House, nok: users.User, email: str, password: str) -> None:
    with pytest.raises(WrongPassword):
        users.authenticate(house, email, password)


def test_who_is_removed_is_signed_out_everywhere_and_the_last_one_stays(house: House, nok: users.User) -> None:
    somchai = users.create(house, "somchai@doileaf.example", "Somchai", PASSWORD)
    token, link = users.sign_in(house, somchai.email, PASSWORD), links.make(house, somchai.id)
    users.remove(house, somchai.id)
    assert sessions.find(house, token) is None
    assert links.use(house, link) is None
    with pytest.raises(WrongPassword):
        users.authenticate(house, somchai.email, PASSWORD)
    with pytest.raises(Refused) as refused:
        users.remove(house, nok.id)
    assert words("en").text(refused.value.phrase).startswith("This is the last user.")
    assert users.everybody(house) == [nok]


def test_who_has_no_password_cannot_sign_in_with_one(house: House) -> None:
    owner = users.first(house)
    with pytest.raises(WrongPassword):
        users.authenticate(house, owner.email, "nobody's password")


def test_five_wrong_passwords_close_the_door_for_a_quarter_of_an_hour(
    house: House, nok: users.User, clock: SetClock
) -> None:
    for _ in range(5):
        with pytest.raises(WrongPassword):
            users.authenticate(house, nok.email, "a guess or two")
    with pytest.raises(TooManyTries):
        users.authenticate(house, nok.email, PASSWORD)
    clock.advance(minutes=15, seconds=1)
    assert users.authenticate(house, nok.email, PASSWORD) == nok


def test_one_machine_cannot_try_one_password_on_many_addresses(house: House, nok: users.User) -> None:
    for number in range(5):
        with pytest.raises(WrongPassword):
            users.authenticate(house, f"guess{number}@doileaf.example", PASSWORD, "203.0.113.7")
    with pytest.raises(TooManyTries):
        users.authenticate(house, nok.email, PASSWORD, "203.0.113.7")
    assert users.authenticate(house, nok.email, PASSWORD, "198.51.100.2") == nok


def test_getting_it_right_forgives_the_slips_before(house: House, nok: users.User) -> None:
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(WrongPassword):
                users.authenticate(house, nok.email, "a slip of the hand", "203.0.113.7")
        users.authenticate(house, nok.email, PASSWORD, "203.0.113.7")


def test_a_new_password_ends_every_session(house: House, nok: users.User) -> None:
    tokens = [users.sign_in(house, nok.email, PASSWORD) for _ in range(2)]
    users.set_password(house, nok.id, "a fresh pot of oolong")
    assert [sessions.find(house, token) for token in tokens] == [None, None]
    with pytest.raises(WrongPassword):
        users.authenticate(house, nok.email, PASSWORD)
    assert users.authenticate(house, nok.email, "a fresh pot of oolong").id == nok.id


def test_a_link_made_before_does_not_outlive_the_password(house: House, nok: users.User) -> None:
    link = links.make(house, nok.id)
    users.set_password(house, nok.id, "a fresh pot of oolong")
    assert links.use(house, link) is None


def test_who_dies_while_a_password_is_changed_leaves_either_all_or_nothing(house: House, nok: users.User) -> None:
    token = users.sign_in(house, nok.email, PASSWORD)
    with death_at(house, "DELETE FROM session"), pytest.raises(Death):
        users.set_password(house, nok.id, "a fresh pot of oolong")
    assert users.authenticate(house, nok.email, PASSWORD).id == nok.id
    assert sessions.find(house, token) is not None


def test_a_link_that_let_nobody_in_is_not_spent(house: House, nok: users.User) -> None:
    link = links.make(house, nok.id)
    with death_at(house, "INSERT INTO session"), pytest.raises(Death):
        links.use(house, link)
    assert links.use(house, link) is not None


@pytest.mark.parametrize(
    ("email", "name", "password", "said"),
    [
        ("nok", "Nok", PASSWORD, "Type an e-mail address, like nok@example.com."),
        ("nok@x.example\nBcc: a@b.example", "Nok", PASSWORD, "Type an e-mail address, like nok@example.com."),
        ("nok@x.example", "N\nok", PASSWORD, "Type a name, in at most 120 characters."),
        ("nok@x.example", "Nok", "oolong", "Take at least 10 characters."),
        ("NOK@doileaf.example", "Nok", PASSWORD, "There is a user with this address already."),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    house: House, nok: users.User, email: str, name: str, password: str, said: str
) -> None:
    with pytest.raises(Refused) as refused:
        users.create(house, email, name, password)
    assert words("en").text(refused.value.phrase) == said
    assert users.count(house) == 1


def test_the_first_user_is_made_once_and_can_take_a_real_address(house: House) -> None:
    owner = users.first(house)
    users.change(house, owner.id, email="Nok@doileaf.example", name="Nok")
    users.set_password(house, owner.id, PASSWORD)
    users.set_language(house, owner.id, "th")
    assert (
        users.first(house) == users.get(house, owner.id) == users.authenticate(house, "nok@doileaf.example", PASSWORD)
    )
    assert users.everybody(house) == [users.User(owner.id, "nok@doileaf.example", "Nok", "th", True, house.clock.now())]


def test_nobody_can_take_the_address_of_somebody_else(house: House, nok: users.User) -> None:
    somchai = users.create(house, "somchai@doileaf.example")
    with pytest.raises(Refused):
        users.change(house, somchai.id, email="NOK@doileaf.example")
    found = users.by_email(house, "somchai@doileaf.example")
    assert found is not None
    assert found.id == somchai.id


def test_nok_takes_another_address_and_stays_signed_in(house: House, nok: users.User) -> None:
    token = users.sign_in(house, nok.email, PASSWORD)
    users.change_address(house, nok.id, "Nok@Tea.example", PASSWORD)
    found = sessions.find(house, token)
    assert found is not None
    assert found.user.email == "nok@tea.example"
    assert users.authenticate(house, "nok@tea.example", PASSWORD).id == nok.id


@pytest.mark.parametrize(
    ("email", "password", "field", "said"),
    [
        ("nok@tea.example", "a guess or two", "current", "That is not your password."),
        ("nok@tea.example", "", "current", "That is not your password."),
        ("nok at tea", PASSWORD, "email", "Type an e-mail address, like nok@example.com."),
        ("somchai@doileaf.example", PASSWORD, "email", "There is a user with this address already."),
    ],
)
def test_an_address_is_changed_by_whoever_it_is_only(
    house: House, nok: users.User, email: str, password: str, field: str, said: str
) -> None:
    users.create(house, "somchai@doileaf.example")
    with pytest.raises(Refused) as refused:
        users.change_address(house, nok.id, email, password)
    assert (refused.value.field, words("en").text(refused.value.phrase)) == (field, said)
    assert users.get(house, nok.id) == nok


@pytest.mark.parametrize(
    ("password", "current", "field", "said"),
    [
        ("a fresh pot of oolong", "a guess or two", "current", "That is not your password."),
        ("short", PASSWORD, "password", "Take at least 10 characters."),
    ],
)
def test_a_password_is_changed_by_whoever_it_is_only(
    house: House, nok: users.User, password: str, current: str, field: str, said: str
) -> None:
    token = users.sign_in(house, nok.email, PASSWORD)
    with pytest.raises(Refused) as refused:
        users.change_password(house, nok.id, password, current)
    assert (refused.value.field, words("en").text(refused.value.phrase)) == (field, said)
    assert sessions.find(house, token) is not None
    assert users.authenticate(house, nok.email, PASSWORD).id == nok.id


def test_nok_changes_her_password_and_has_to_sign_in_again(house: House, nok: users.User) -> None:
    token = users.sign_in(house, nok.email, PASSWORD)
    users.change_password(house, nok.id, "a fresh pot of oolong", PASSWORD)
    assert sessions.find(house, token) is None
    assert users.authenticate(house, nok.email, "a fresh pot of oolong").id == nok.id


def test_who_has_no_password_needs_none_to_take_an_address_and_can_be_told_things_then(house: House) -> None:
    owner = users.first(house)
    with house.ledger.read() as tx:
        assert users.reachable(tx) == []
    users.change_address(house, owner.id, "nok@doileaf.example", "")
    with house.ledger.read() as tx:
        assert [user.email for user in users.reachable(tx)] == ["nok@doileaf.example"]


def test_the_look_of_the_screens_is_remembered_for_each(house: House, nok: users.User) -> None:
    assert users.theme(house, nok.id) == "auto"
    users.set_theme(house, nok.id, "dark")
    users.set_theme(house, nok.id, "light")
    assert users.theme(house, nok.id) == "light"
    assert users.theme(house, users.create(house, "somchai@doileaf.example").id) == "auto"


def test_a_session_lasts_thirty_days_from_its_last_use(house: House, nok: users.User, clock: SetClock) -> None:
    token = sessions.begin(house, nok.id)
    for _ in range(3):
        clock.advance(days=29)
        assert sessions.find(house, token) is not None
    clock.advance(days=30)
    assert sessions.find(house, token) is None


def test_signing_out_ends_one_session_and_no_other(house: House, nok: users.User) -> None:
    here, elsewhere = (sessions.begin(house, nok.id) for _ in range(2))
    session = sessions.find(house, elsewhere)
    assert session is not None
    sessions.end(house, session.digest)
    assert sessions.find(house, elsewhere) is None
    assert sessions.find(house, here) is not None


def test_sessions_that_ended_leave_no_rows(house: House, nok: users.User, clock: SetClock) -> None:
    sessions.begin(house, nok.id)
    clock.advance(days=31)
    sessions.begin(house, nok.id)
    with house.ledger.read() as tx:
        assert len(tx.all(tables.session.select())) == 1


def test_a_link_lets_in_once(house: House, nok: users.User) -> None:
    link = links.make(house, nok.id)
    token = links.use(house, link)
    assert token is not None
    session = sessions.find(house, token)
    assert session is not None
    assert session.user == nok
    assert links.use(house, link) is None


def test_a_link_dies_after_its_minutes_and_a_made_up_one_never_lived(
    house: House, nok: users.User, clock: SetClock
) -> None:
    link = links.make(house, nok.id, minutes=30)
    clock.advance(minutes=31)
    assert links.use(house, link) is None
    assert links.use(house, "made-up") is None
    assert links.use(house, "\ud800") is None
    links.make(house, nok.id)
    with house.ledger.read() as tx:
        assert len(tx.all(tables.sign_in_link.select())) == 1
