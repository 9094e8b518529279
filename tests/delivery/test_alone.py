"""One flow speaks for each order or cart: the one of higher priority, where the other was told to keep quiet."""

from typing import Any

import pytest
from sqlalchemy import select

from runtime.clock import SetClock
from runtime.ledger.tables import message, run
from tests.delivery.post import Post

Email = Any


def same(post: Post, one: int, other: int, *, key: str = "") -> None:
    """Both messages stand on the same event; with `key`, their runs have the same key instead."""
    with post.house.ledger.write(post.shop) as tx:
        if key:
            runs = select(message.c.run).where(message.c.id.in_([one, other]))
            tx.execute(run.update().where(run.c.id.in_(runs)).values(key=key))
        else:
            of = tx.scalar(select(message.c.event).where(message.c.id == one))
            tx.execute(message.update().where(message.c.id == other).values(event=of))


def pair(post: Post, email: Email, *, low: int = 2, high: int = 4, alone: bool = True, state: str = "live") -> Any:
    """A cart flow and a thank-you flow, with a message each for Dewi."""
    quiet = post.flow(email, name="Abandoned cart", priority=low, alone=alone)
    loud = post.flow(email, name="Thank you", priority=high, alone=alone, state=state)
    dewi = post.contact("Dewi")
    return post.message(quiet, dewi), post.message(loud, dewi), dewi


@pytest.mark.parametrize("key", ["", "order 1001"])
def test_only_the_higher_speaks_about_the_same_order(post: Post, reminder: Email, key: str) -> None:
    quiet, loud, _ = pair(post, reminder)
    same(post, quiet, loud, key=key)
    post.deliver()
    assert post.state(quiet) == ("skipped", "spoken_for")
    assert post.one(quiet).args == {"flow": {"quoted": "Thank you"}}
    assert post.state(loud)[0] == "sent"


def test_about_different_orders_both_speak(post: Post, reminder: Email) -> None:
    quiet, loud, _ = pair(post, reminder)
    post.deliver()
    assert (post.state(quiet)[0], post.state(loud)[0]) == ("sent", "sent")


@pytest.mark.parametrize("changes", [{"low": 4}, {"alone": False}, {"state": "paused"}])
def test_with_the_same_priority_or_where_nobody_keeps_quiet_both_speak(
    post: Post, reminder: Email, changes: dict[str, Any]
) -> None:
    quiet, loud, _ = pair(post, reminder, **changes)
    same(post, quiet, loud)
    post.deliver()
    assert post.state(quiet)[0] == "sent"


def test_a_transactional_message_never_keeps_quiet(post: Post, reminder: Email, confirmation: Email) -> None:
    order = post.flow(confirmation, name="Order confirmation", priority=1, alone=True)
    thanks = post.flow(reminder, name="Thank you", priority=5)
    dewi = post.contact("Dewi")
    first, second = post.message(order, dewi), post.message(thanks, dewi)
    same(post, first, second)
    post.deliver()
    assert (post.state(first)[0], post.state(second)[0]) == ("sent", "sent")


@pytest.mark.parametrize(("minutes", "said"), [(30, "skipped"), (90, "sent")])
def test_what_was_sent_within_the_hour_counts(
    post: Post, reminder: Email, clock: SetClock, minutes: int, said: str
) -> None:
    loud = post.flow(reminder, name="Thank you", priority=4)
    quiet = post.flow(reminder, name="Abandoned cart", priority=2, alone=True)
    dewi = post.contact("Dewi")
    first = post.message(loud, dewi)
    post.deliver()
    clock.advance(minutes=minutes)
    second = post.message(quiet, dewi)
    same(post, first, second)
    post.deliver()
    assert post.state(second)[0] == said
