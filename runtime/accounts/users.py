"""Users: people who sign in to the builder."""

from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Row, func, select
from sqlalchemy.exc import IntegrityError

from blocks.phrase import say
from runtime.accounts import passwords, sessions, stored
from runtime.accounts.refused import Refused
from runtime.accounts.tries import tries_at
from runtime.house import House
from runtime.ledger import Tx, tables
from runtime.people.addresses import email_of

THEMES = ("light", "dark", "auto")
OWNER = "owner@cartwheel.example"
"""The address of the first user, until they give their own. No mail ever arrives there."""
SHORTEST = 10
_LONGEST = 1000
_NAME_LIMIT = 120


class WrongPassword(Exception):
    """The address and the password do not belong together, or there is no such user; which of the two is not said."""


class TooManyTries(Exception):
    """Too many failed in the last 15 minutes, for this address or from there."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may sign in. `language` is that of the screens; without a password only links let them in."""

    id: int
    email: str
    name: str
    language: str
    has_password: bool
    created_at: int


def create(house: House, email: str, name: str = "", password: str | None = None, language: str = "en") -> User:
    """A new user. Raises Refused."""
    row = {"email": _address(email), "name": _name(name), "language": language}
    return _add(house, {**row, "password": None if password is None else passwords.protect(_acceptable(password))})


def first(house: House) -> User:
    """The user who came first; made at the first start, without a password, so that only sign-in links let them in."""
    with house.ledger.read() as tx:
        row = tx.first(tables.user.select().order_by(tables.user.c.id).limit(1))
    if row is not None:
        return _user(row)
    try:
        return _add(house, {"email": OWNER, "name": "Owner", "language": "en", "password": None})
    except Refused:  # another process made it a moment ago
        return first(house)


def everybody(house: House) -> list[User]:
    """All users, in the order in which they came."""
    with house.ledger.read() as tx:
        return [_user(row) for row in tx.all(tables.user.select().order_by(tables.user.c.id))]


def reachable(tx: Tx) -> list[User]:
    """The users who have given an address of their own, in the order in which they came."""
    found = tables.user.select().where(tables.user.c.email != OWNER).order_by(tables.user.c.id)
    return [_user(row) for row in tx.all(found)]


def count(house: House) -> int:
    """How many users there are; 0 at the first start."""
    with house.ledger.read() as tx:
        return int(tx.scalar(select(func.count()).select_from(tables.user)))


def get(house: House, id_: int) -> User | None:
    """The user, or None."""
    with house.ledger.read() as tx:
        row = tx.first(tables.user.select().where(tables.user.c.id == id_))
    return None if row is None else _user(row)


def by_email(house: House, email: str) -> User | None:
    """The user with this address, or None."""
    row = _row(house, email)
    return None if row is None else _user(row)


def authenticate(house: House, email: str, password: str, peer: str = "") -> User:
    """Whose address and password these are; `peer` is the network address they come from. Takes about 30 ms of work.

    Raises WrongPassword, or TooManyTries after 5 failures in 15 minutes for the address or from the peer.
    """
    address = email_of(email) or email.strip().lower()
    names = (f"address {address}", f"peer {peer}") if peer else (f"address {address}",)
    tries, now = tries_at(house.ledger), house.clock.now()
    if tries.too_many(names, now):
        raise TooManyTries
    # Counted before it is known: many guesses at the same time are as many failures.
    tries.failed(names, now)
    row = _row(house, email)
    kept = None if row is None else row.password
    if not passwords.matches(kept, password[:_LONGEST]) or row is None:
        raise WrongPassword
    for name in names:
        tries.succeeded(name)
    if kept is not None and passwords.is_outdated(kept):
        _protect_better(house, row.id, kept, password)
    return _user(row)


def sign_in(house: House, email: str, password: str, peer: str = "") -> str:
    """Begin a session and return its token. Raises WrongPassword and TooManyTries."""
    return sessions.begin(house, authenticate(house, email, password, peer).id)


def set_password(house: House, id_: int, password: str) -> None:
    """A new password; every session of the user ends, on every device, and no link made before lets them in. Raises
    Refused."""
    kept = passwords.protect(_acceptable(password))
    with house.ledger.write() as tx:
        tx.execute(tables.user.update().where(tables.user.c.id == id_).values(password=kept))
        _let_out(tx, id_)


def change_password(house: House, id_: int, password: str, current: str) -> None:
    """The same by their own hand: whoever has a password shows that they know it. Raises Refused."""
    _acceptable(password)
    _prove(house, id_, current)
    set_password(house, id_, password)


def change(house: House, id_: int, *, email: str | None = None, name: str | None = None) -> None:
    """Change what is given. Raises Refused."""
    values = {} if email is None else {"email": _address(email)}
    values |= {} if name is None else {"name": _name(name)}
    if values:
        try:
            with house.ledger.write() as tx:
                tx.execute(tables.user.update().where(tables.user.c.id == id_).values(values))
        except IntegrityError:
            raise _taken() from None


def change_address(house: House, id_: int, email: str, password: str) -> None:
    """Give a user another address, by their own hand: whoever has a password shows that they know it. Their sessions go
    on. Raises Refused."""
    _prove(house, id_, password)
    change(house, id_, email=email)


def _prove(house: House, id_: int, password: str) -> None:
    """Let only those on who know their password, where they have one: somebody else may sit at their screen."""
    user = get(house, id_)
    if user is None or not user.has_password:
        return
    try:
        authenticate(house, user.email, password)
    except WrongPassword:
        raise Refused(say("That is not your password."), "current") from None
    except TooManyTries:
        text = say("That was tried too often. Wait a quarter of an hour, or use a link from the terminal.")
        raise Refused(text, "current") from None


def remove(house: House, id_: int) -> None:
    """Let a user sign in no more; every session of theirs ends, and no link lets them in. What they did stays under their
    name. Raises Refused for the last one."""
    with house.ledger.write() as tx:
        # Locked, all of them: two that are removed at the same time may not be the last two.
        there = {row.id for row in tx.all(select(tables.user.c.id).order_by(tables.user.c.id).with_for_update())}
        if there == {id_}:
            raise Refused(say("This is the last user. Add another first, or nobody can sign in any more."))
        _let_out(tx, id_)
        stored.forget(tx, f"user {id_} theme")
        tx.execute(tables.user.delete().where(tables.user.c.id == id_))


def set_language(house: House, id_: int, language: str) -> None:
    """The language of the screens."""
    with house.ledger.write() as tx:
        tx.execute(tables.user.update().where(tables.user.c.id == id_).values(language=language))


def theme(house: House, id_: int) -> str:
    """How the screens look: "light", "dark" or "auto"."""
    with house.ledger.read() as tx:
        kept = stored.get(tx, f"user {id_} theme")
    found = orjson.loads(kept) if kept is not None else "auto"
    return found if found in THEMES else "auto"


def set_theme(house: House, id_: int, theme: str) -> None:
    """Remember how the screens look."""
    with house.ledger.write() as tx:
        stored.put(tx, f"user {id_} theme", orjson.dumps(theme), house.clock.now())


def _add(house: House, values: dict[str, Any]) -> User:
    now = house.clock.now()
    try:
        with house.ledger.write() as tx:
            (id_,) = tx.reserve(1)
            tx.execute(tables.user.insert(), {"id": id_, "created_at": now, **values})
    except IntegrityError:
        raise _taken() from None
    return User(id_, values["email"], values["name"], values["language"], values["password"] is not None, now)


def _taken() -> Refused:
    return Refused(say("There is a user with this address already."), "email")


def _row(house: House, email: str) -> Row[Any] | None:
    """Of the user with this address; of what is no address there is none."""
    address = email_of(email)
    if address is None:
        return None
    with house.ledger.read() as tx:
        return tx.first(tables.user.select().where(tables.user.c.email == address))


def _address(email: str) -> str:
    address = email_of(email)
    if address is None:
        raise Refused(say("Type an e-mail address, like nok@example.com."), "email")
    return address


def _name(name: str) -> str:
    name = name.strip()
    if len(name) > _NAME_LIMIT or not name.isprintable():
        raise Refused(say("Type a name, in at most {n} characters.", n=_NAME_LIMIT), "name")
    return name


def _let_out(tx: Tx, id_: int) -> None:
    """Let no link begin another session of a user, and end those there are."""
    # The links first: one that is just being used is waited for, and its session is there then.
    for table in (tables.sign_in_link, tables.session):
        tx.execute(table.delete().where(table.c.account == id_))


def _protect_better(house: House, id_: int, kept: str, password: str) -> None:
    """Keep the same password as passwords are kept today, unless there is a new one meanwhile."""
    same = tables.user.update().where(tables.user.c.id == id_, tables.user.c.password == kept)
    better = passwords.protect(password)
    with house.ledger.write() as tx:
        tx.execute(same.values(password=better))


def _acceptable(password: str) -> str:
    if len(password) < SHORTEST:
        raise Refused(say("Take at least {n} characters.", n=SHORTEST), "password")
    if len(password) > _LONGEST:
        raise Refused(say("Take at most {n} characters.", n=_LONGEST), "password")
    return password


def _user(row: Row[Any]) -> User:
    return User(row.id, row.email, row.name, row.language, row.password is not None, row.created_at)
