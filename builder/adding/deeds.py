"""What adding people does and says afterwards, with the way back where there is one. In threads: it waits for the engine."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from builder.access import Visitor, act, fetch
from builder.parts.toast import toast
from runtime.engine.by_hand import adding, handling
from runtime.engine.by_hand.adding import CannotAdd, Outcome
from runtime.words import Words

LOOKS = 25
PAUSE_SECONDS = 0.2
"""For how long the engine is waited for before it is said that it comes later."""


async def add_by_hand(
    user: Visitor, w: Words, slug: str, name: str, ids: Sequence[int], then: Callable[[], Awaitable[None]]
) -> None:
    """Add contacts, say what came of it, and offer to take them out again as long as nothing was sent to them."""
    try:
        events = await act(user, adding.add, user.house, user.workspace, slug, list(ids), who_adds(user))
    except CannotAdd as refused:
        toast(w.text(refused.phrase), kind="bad")
        return
    came = await _wait(user, slug, events, ids)
    await then()
    if not came.looked_at:
        toast(w("Added. They enter {flow} as soon as the worker has looked at it.", flow=f"“{name}”"), kind="info")
        return
    n, out = len(came.entered), len(ids) - len(came.entered)
    told = [w("{n} person entered {flow}. | {n} people entered {flow}.", n=n, flow=f"“{name}”")] if n else []
    if out:
        told.append(w("{n} person did not come in. | {n} people did not come in.", n=out))
    back = partial(_take_out, user, w, came, then) if await fetch(_unsent, user, came) else None
    toast(" ".join(told), kind="ok" if n else "bad", action=w("Undo") if back is not None else "", on_action=back)


def who_adds(user: Visitor) -> str:
    """The name that stands in the history."""
    return user.name or user.email


async def _wait(user: Visitor, slug: str, events: Sequence[int], ids: Sequence[int]) -> Outcome:
    came = await fetch(_outcome, user, slug, events, ids)
    for _ in range(LOOKS):
        if came.looked_at:
            break
        await asyncio.sleep(PAUSE_SECONDS)
        came = await fetch(_outcome, user, slug, events, ids)
    return came


def _outcome(user: Visitor, slug: str, events: Sequence[int], ids: Sequence[int]) -> Outcome:
    with user.house.ledger.read(user.workspace) as tx:
        return adding.outcome(tx, slug, events, ids)


async def _take_out(user: Visitor, w: Words, came: Outcome, then: Callable[[], Awaitable[None]]) -> None:
    answer = await act(user, _remove_unsent, user, came)
    await then()
    left = len(came.entered) - len(answer.done)
    told = []
    if answer.done:
        told.append(w("{n} person is out again. | {n} people are out again.", n=len(answer.done)))
    if left:
        told.append(
            w(
                "{n} person stays: an e-mail to them has been queued, or they are through."
                " | {n} people stay: e-mails to them have been queued, or they are through.",
                n=left,
            )
        )
    toast(" ".join(told), kind="ok" if answer.done else "bad")


def _unsent(user: Visitor, came: Outcome) -> dict[int, int]:
    with user.house.ledger.read(user.workspace) as tx:
        return adding.still_unsent(tx, came.entered)


def _remove_unsent(user: Visitor, came: Outcome) -> handling.Answer:
    return handling.remove(user.house, user.workspace, _unsent(user, came), who_adds(user), undone=True)
