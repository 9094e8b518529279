"""Fills an empty installation with the demo shop, by living through its last 60 days with the real engine."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from runtime import delivery, engine
from runtime.accounts import preferences, workspaces
from runtime.accounts.preferences import Sender
from runtime.clock import DAY, SetClock
from runtime.demo.history import DAYS, Happening, history
from runtime.engine.publishing.publish import publish
from runtime.house import House
from runtime.intake.reading import read_events
from runtime.intake.writer import store
from runtime.ledger.tables import event
from runtime.samples import samples, take

_SHOP = Path(__file__).parent / "shop.json"
_BY = "Nok"
SOURCE = "demo"


class NotEmpty(Exception):
    """The data folder has events already. The demo is for an empty one: give --data another folder."""


def fill(house: House, progress: Callable[[float], None] = lambda share: None) -> str:
    """Make the shop, publish its flow 60 days ago, and let everything happen since. Returns the flow's slug.

    Mail goes to the local outbox, whatever server is set. `progress` hears the share done, 0 to 1. Takes some seconds.
    Raises NotEmpty.
    """
    shop = orjson.loads(_SHOP.read_bytes())
    workspace = workspaces.first(house)
    now = house.clock.now()
    clock = SetClock(now - DAYS * DAY)
    past = replace(house, clock=clock, ring=lambda: None, settings=house.settings.model_copy(update={"smtp_url": ""}))
    _furnish(past, workspace, shop)
    slug = _publish(past, workspace)
    happenings = history(shop, f"{house.settings.own_url}/cw/demo", now)
    try:
        for done, happening in enumerate(happenings):
            _live_until(past, clock, happening.at)
            _happen(past, workspace, happening)
            if done % 20 == 0:
                progress(done / len(happenings))
        _live_until(past, clock, now)
    finally:
        delivery.leave(past)
    return slug


def _furnish(house: House, workspace: int, shop: dict[str, Any]) -> None:
    now = house.clock.now()
    with house.ledger.read(workspace) as tx:
        if tx.first(event.select().where(tx.mine(event)).limit(1)) is not None:
            raise NotEmpty(NotEmpty.__doc__)
    workspaces.update(house, workspace, **shop["workspace"])
    sender = Sender(name=shop["brand"]["name"], address=shop["brand"]["support_email"])
    preferences.save_sender(house, workspace, sender)
    brand = shop["brand"] | {"logo_url": f"{house.settings.own_url}/cw/demo/doi-leaf.png"}
    house.desk.drafts(workspace).put("brand", "brand", shop["brand"]["name"], brand, _BY, now)


def _publish(house: House, workspace: int) -> str:
    sample = next(one for one in samples() if one.slug == "cart-abandonment")
    slug = take(house, workspace, sample, _BY)
    with house.desk.edit(workspace) as drafts:
        for draft in drafts.list("email"):
            document = _with_the_hills(draft.document, f"{house.settings.own_url}/cw/demo/tea-terraces.png")
            drafts.save("email", draft.slug, document, draft.rev, _BY, house.clock.now())
    publish(house, workspace, slug, _BY)
    return slug


def _with_the_hills(document: dict[str, Any], address: str) -> dict[str, Any]:
    """The e-mail with a picture of the tea terraces beneath its header."""
    hills = {"kind": "image", "id": "hills", "src": address, "alt": "Tea terraces at sunrise"}
    header, *rest = document["sections"]
    return {**document, "sections": [header, hills, *rest]}


def _live_until(house: House, clock: SetClock, end: int) -> None:
    """Let everything that falls due before `end` happen at its own time."""
    while True:
        while engine.work(house) | delivery.deliver(house):
            pass
        due = [at for at in (engine.next_due(house), delivery.next_due(house)) if at is not None]
        if not due or min(due) > end:
            break
        clock.set(max(min(due), clock.now()))
    clock.set(max(end, clock.now()))


def _happen(house: House, workspace: int, happening: Happening) -> None:
    events = read_events(orjson.dumps(happening.document), workspace, SOURCE, house.clock.now())
    with house.ledger.write() as tx:
        store(tx, events)
