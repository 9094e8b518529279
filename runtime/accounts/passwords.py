"""Passwords as they are kept. The only file that imports argon2; loaded when somebody signs in, not before."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher


def protect(password: str) -> str:
    """The password as it is kept. Takes about 30 ms of work on purpose: not for the event loop."""
    return _hasher().hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Whether this is the password. Without one to compare with it takes just as long, which tells a guesser nothing."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(kept or _nobodys(), password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Whether it was protected less well than is done today."""
    return _hasher().check_needs_rehash(kept)


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    # OWASP's smallest recommendation: a sign-in must fit beside everything else on a server with 1 GB.
    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@cache
def _nobodys() -> str:
    return _hasher().hash("nobody's password")
