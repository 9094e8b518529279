"""One flow speaks for each order or cart: the one of higher priority, where the other was told to keep quiet."""

from typing import Any

import pytest
from sqlalchemy import select

from runtime.clock import MINUTE, SECOND, SetClock
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


def pair(post: Post, email: Email, *, low: int = 2, high: int = 4, alone: bool = True, **loud: Any) -> Any:
    """A cart flow and a thank-you flow, with a message each for Dewi; of the latter, what else is said of it."""
    quiet = post.flow(email, name="Abandoned cart", priority=low, alone=alone)
    thanks = post.flow(email, name="Thank you", priority=high, alone=alone, **loud)
    dewi = post.contact("Dewi")
    return post.message(quiet, dewi), post.message(thanks, dewi), dewi


def put(post: Post, which: int, **values: Any) -> None:
    """A message is otherwise than it was queued."""
    with post.house.ledger.write(post.shop) as tx:
        tx.execute(message.update().where(message.c.id == which).values(values))


@pytest.mark.parametrize("key", ["", "order 1001"])
def test_only_the_higher_speaks_about_the_same_order(post: Post, reminder: Email, clock: SetClock, key: str) -> None:
    quiet, loud, _ = pair(post, reminder)
    same(post, quiet, loud, key=key)
    post.deliver()
    assert post.state(loud)[0] == "sent"
    assert post.state(quiet) == ("queued", "alone_waits"), "while both were due, nobody knew"
    clock.advance(seconds=1)
    post.deliver()
    assert post.state(quiet) == ("skipped", "spoken_for")
    assert post.one(quiet).args == {"flow": {"quoted": "Thank you"}}


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


# ---- the higher one has something to say, and may not


ALL_DAY = {"start": "00:00", "end": "23:59"}
HOLDS_BACK: dict[str, dict[str, Any]] = {
    "quiet_hours": {"limits_of_flow": {"keep": "own", "quiet": [ALL_DAY], "in_quiet": "skip"}},
    "flow_pauses": {"pauses": [{"from": "1970-01-01", "to": "2100-01-01", "then": "skip"}]},
    "outside_hours": {"hours": {"start": "03:00", "end": "03:01", "then": "skip"}},
}


@pytest.mark.parametrize("why", HOLDS_BACK)
def test_where_the_higher_is_not_sent_the_lower_speaks(post: Post, reminder: Email, clock: SetClock, why: str) -> None:
    quiet, loud, _ = pair(post, reminder, **HOLDS_BACK[why])
    same(post, quiet, loud)
    post.deliver()
    assert post.state(loud)[0] == "skipped"
    assert post.state(quiet) == ("queued", "alone_waits")
    clock.advance(seconds=1)
    post.deliver()
    assert post.state(quiet)[0] == "sent"


def test_one_whom_quiet_hours_keep_until_tomorrow_is_not_waited_for(
    post: Post, reminder: Email, clock: SetClock
) -> None:
    own = {"keep": "own", "quiet": [ALL_DAY], "in_quiet": "wait"}
    quiet, loud, _ = pair(post, reminder, limits_of_flow=own)
    same(post, quiet, loud)
    post.deliver()
    assert post.state(loud) == ("queued", "flow_quiet_waits")
    clock.advance(seconds=1)
    post.deliver()
    assert post.state(quiet)[0] == "sent"


@pytest.mark.parametrize(("over", "said"), [("sent", "skipped"), ("skipped", "sent"), ("paused", "sent")])
def test_one_that_is_due_within_the_hour_is_waited_for_until_then(
    post: Post, reminder: Email, clock: SetClock, over: str, said: str
) -> None:
    quiet, loud, _ = pair(post, reminder)
    same(post, quiet, loud)
    put(post, loud, due_at=clock.now() + 40 * MINUTE)
    post.deliver()
    assert post.state(quiet) == ("queued", "alone_waits")
    assert post.one(quiet).due_at == clock.now() + 40 * MINUTE + SECOND
    if over == "paused":
        post.set_flow(post.one(loud).flow or 0, "paused")
    if over == "skipped":
        put(post, loud, state="skipped", code="cap_reached", done_at=clock.now())
    clock.advance(minutes=40)
    post.deliver()
    clock.advance(seconds=1)
    post.deliver()
    assert post.state(quiet)[0] == said


def test_who_cannot_wait_for_it_speaks(post: Post, reminder: Email, clock: SetClock) -> None:
    """It would be too late for the reminder before the thank-you is due: perhaps both speak, but never neither."""
    thanks = post.flow(reminder, name="Thank you", priority=4)
    soon = post.flow(reminder, name="Abandoned cart", priority=2, alone=True, hurry=True, within=30, unit="minutes")
    dewi = post.contact("Dewi")
    loud, quiet = post.message(thanks, dewi), post.message(soon, dewi)
    same(post, quiet, loud)
    put(post, loud, due_at=clock.now() + 40 * MINUTE)
    post.deliver()
    assert post.state(quiet)[0] == "sent"


@pytest.mark.parametrize("state", ["queued", "sending"])
@pytest.mark.parametrize(("comes_to", "said"), [("sent", "skipped"), ("uncertain", "skipped"), ("failed", "sent")])
def test_what_another_worker_holds_is_waited_for_until_it_has_come_to_its_end(
    post: Post, reminder: Email, clock: SetClock, state: str, comes_to: str, said: str
) -> None:
    quiet, loud, _ = pair(post, reminder)
    same(post, quiet, loud)
    put(post, loud, state=state, lease_by="another worker", lease_until=clock.now() + 45 * SECOND)
    for _ in range(4):
        post.deliver()
        assert post.state(quiet) == ("queued", "alone_waits")
        clock.set(post.one(quiet).due_at)
    put(post, loud, state=comes_to, done_at=clock.now(), lease_by=None, lease_until=None)
    post.deliver()
    assert post.state(quiet)[0] == said


def test_one_that_never_comes_to_its_end_is_not_waited_for_longer_than_the_hour(
    post: Post, reminder: Email, clock: SetClock
) -> None:
    quiet, loud, _ = pair(post, reminder)
    same(post, quiet, loud)
    put(post, loud, lease_by="another worker", lease_until=clock.now() + 10**12)
    began, asked = clock.now(), 0
    while post.state(quiet)[0] == "queued":
        clock.set(max(clock.now(), post.one(quiet).due_at))
        post.deliver()
        asked += 1
    assert post.state(quiet)[0] == "sent"
    assert clock.now() - began <= 60 * MINUTE
    assert asked < 20, "each time twice as long"


def test_after_a_long_standstill_only_the_higher_speaks(post: Post, reminder: Email, clock: SetClock) -> None:
    """Nothing could be seen meanwhile, so the lower one has not waited either."""
    quiet, loud, _ = pair(post, reminder)
    same(post, quiet, loud)
    put(post, loud, due_at=clock.now() + 10 * MINUTE)
    post.deliver()
    clock.advance(hours=5)
    post.deliver()
    assert (post.state(quiet)[0], post.state(loud)[0]) == ("queued", "sent")
    clock.set(post.one(quiet).due_at)
    post.deliver()
    assert post.state(quiet)[0] == "skipped"


def test_of_three_the_highest_that_goes_out_speaks(post: Post, reminder: Email, clock: SetClock) -> None:
    names = {"Win-back": 1, "Abandoned cart": 3}
    flows = [post.flow(reminder, name=name, priority=priority, alone=True) for name, priority in names.items()]
    flows.append(post.flow(reminder, name="Thank you", priority=5, **HOLDS_BACK["flow_pauses"]))
    dewi = post.contact("Dewi")
    messages = [post.message(flow, dewi) for flow in flows]
    for one in messages[1:]:
        same(post, messages[0], one)
    for _ in range(5):
        post.deliver()
        clock.advance(seconds=2)
    assert [post.state(one)[0] for one in messages] == ["skipped", "sent", "skipped"]
    assert post.one(messages[0]).args == {"flow": {"quoted": "Abandoned cart"}}
