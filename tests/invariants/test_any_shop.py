"""In any shop, what happens comes to the same, whether the engine looks after each event or takes all that has come in."""

import shutil
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from sqlalchemy import select

from blocks.values import micros
from runtime.clock import SetClock
from runtime.house import House
from runtime.ledger import Ledger
from runtime.ledger.tables import contact, event, flow, member, message, run, step, workspace
from runtime.segments.document import SegmentDocument
from runtime.segments.publish import release
from runtime.settings import Settings
from runtime.vault import Vault
from tests.conftest import KEY, SHOP, THE_MORNING
from tests.engine.stage import Stage
from tests.invariants.histories import LONG
from tests.invariants.shops import PEOPLE, Shop

SHOPS = range(3000) if LONG else range(36)


def test_in_any_shop_it_does_not_matter_how_events_are_batched(sqlite_template: Path, tmp_path: Path) -> None:
    for number in SHOPS:
        each, all_ = (_lived(Shop(number), sqlite_template, tmp_path, at_once=at_once) for at_once in (False, True))
        for what in each:
            once, other = each[what] - all_[what], all_[what] - each[what]
            assert not once + other, f"shop {number}, {what}: {dict(once)}\n\nbut taken at once: {dict(other)}"


def _lived(shop: Shop, template: Path, folder: Path, *, at_once: bool) -> dict[str, Counter[Any]]:
    """Live through the story of a shop. What it came to."""
    for file in folder.glob("shop.db*"):
        file.unlink()
    url = f"sqlite:///{shutil.copy(template, folder / 'shop.db')}"
    ledger, clock = Ledger(url), SetClock(micros(THE_MORNING))
    settings = Settings(data=folder, database_url=url, base_url="https://mail.doileaf.example")
    house = House(settings, ledger, None, Vault(KEY), clock, lambda: None)  # type: ignore[arg-type]
    try:
        stage = Stage(house, SHOP, clock)
        _open(stage, shop)
        for moment in shop.story:
            stage.after(minutes=moment.minutes)
            for happening in moment.events:
                stage.arrives(**happening)
                if not at_once:
                    stage.work()
            stage.work()
            with ledger.write(SHOP) as tx:
                tx.execute(flow.update().where(flow.c.slug == moment.flow).values(state=moment.state))
        stage.after(days=3)
        return _story(stage)
    finally:
        ledger.close()


def _open(stage: Stage, shop: Shop) -> None:
    with stage.house.ledger.write(SHOP) as tx:
        row = {"id": SHOP, "slug": "main", "name": "Doi Leaf", "zone": "Asia/Bangkok", "language": "en"}
        tx.execute(workspace.insert(), row | {"currency": "THB", "created_at": stage.clock.now()})
        release(tx, "club", SegmentDocument.model_validate({"name": "Club", "rule": None}), stage.clock.now())
    for who in PEOPLE:
        stage.happens("Account created", who)
    for slug, document in shop.flows.items():
        stage.publish(document, slug)


def _story(stage: Stage) -> dict[str, Counter[Any]]:
    """What is in the ledger, in terms that do not depend on ids."""
    with stage.house.ledger.read(SHOP) as tx:
        slugs = {row.id: row.slug for row in tx.all(select(flow.c.id, flow.c.slug))}
        people = {row.id: row.email for row in tx.all(select(contact.c.id, contact.c.email))}
        ways: dict[int, list[Any]] = defaultdict(list)
        for row in tx.all(step.select().order_by(step.c.run, step.c.hop)):
            ways[row.run].append((row.block, row.outlet, row.code, row.at))
        letters: dict[int, list[Any]] = defaultdict(list)
        for row in tx.all(message.select().order_by(message.c.run, message.c.hop)):
            letters[row.run].append((row.hop, row.block, row.state, row.code, row.queued_at))
        return {
            "runs": Counter(
                (
                    (slugs[row.flow], people[row.contact], row.key, row.state, row.code, row.entered_at, row.wake_at),
                    tuple(ways[row.id]),
                    tuple(letters[row.id]),
                )
                for row in tx.all(run.select())
            ),
            "contacts": Counter(
                (row.email, tuple(sorted(row.tags)), repr(sorted(row.fields.items())))
                for row in tx.all(contact.select())
            ),
            "told": Counter(
                (people[row.contact], row.name, row.at) for row in tx.all(event.select()) if row.source == "segment"
            ),
            "members": Counter(people[row.contact] for row in tx.all(member.select())),
        }
