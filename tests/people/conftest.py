"""People of Doi Leaf."""

from collections.abc import Callable
from typing import Any

import pytest

from runtime.clock import SetClock
from runtime.ledger import Ledger
from runtime.people.identity import Who, resolve

Person = Callable[..., int]


@pytest.fixture
def person(ledger: Ledger, shop: int, clock: SetClock) -> Person:
    """Make a contact, seen now, and return its id."""

    def person(email: str, **fields: Any) -> int:
        with ledger.write(shop) as tx:
            return resolve(tx, [Who.of({"email": email, **fields})], clock.now())[0]

    return person
