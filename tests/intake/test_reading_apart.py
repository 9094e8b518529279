"""Many long lists at once: a process of its own reads them, and nothing depends on it."""

import asyncio
import os
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest

from runtime.accounts import keys
from runtime.house import House
from runtime.intake import build_app, reading_apart
from runtime.intake.own_events import OWN_EVENTS
from runtime.intake.reading import NotReadable, NotRight, read_events
from runtime.intake.reading_apart import Lost, ReadingApart
from runtime.ledger import tables
from tests.intake.conftest import order
from tests.patience import PATIENCE

NOW = 1_795_900_000_000_000


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})


@pytest.fixture
async def apart() -> AsyncIterator[ReadingApart]:
    apart = ReadingApart()
    yield apart
    await gone(apart)


def a_list(start: int = 0, **changes: Any) -> bytes:
    return orjson.dumps([order(number, **changes) for number in range(start, start + 100)])


async def there(apart: ReadingApart) -> None:
    async with asyncio.timeout(PATIENCE):
        while not apart.at_hand():
            await asyncio.sleep(0.01)


async def gone(apart: ReadingApart) -> None:
    if apart._life is not None:
        if process := apart._reader:
            process._asks.close()
        async with asyncio.timeout(PATIENCE):
            await apart._life


def read(apart: ReadingApart, body: bytes) -> Any:
    return apart.read(body, 7, "api", NOW, OWN_EVENTS)


async def test_lists_one_after_the_other_need_no_process(apart: ReadingApart) -> None:
    for _ in range(3):
        with apart:
            assert not apart.at_hand()
    assert apart._life is None


async def test_it_reads_what_is_read_here(apart: ReadingApart) -> None:
    with apart, apart:
        await there(apart)
        bodies = [a_list(start) for start in (0, 100, 200)]
        told = await asyncio.gather(*(read(apart, body) for body in bodies))
    assert told == [read_events(body, 7, "api", NOW) for body in bodies]


@pytest.mark.parametrize("body", [a_list(name=""), a_list(contact=None), a_list(name="Added to flow")])
async def test_what_is_wrong_is_said_in_the_same_words(apart: ReadingApart, body: bytes) -> None:
    with pytest.raises(NotRight) as here:
        read_events(body, 7, "api", NOW, refused=OWN_EVENTS)
    with apart, apart:
        await there(apart)
        with pytest.raises(NotRight) as told:
            await read(apart, body)
        with pytest.raises(NotReadable, match="not valid JSON"):
            await read(apart, b"[")
    assert (told.value.wrongs, told.value.total) == (here.value.wrongs, 100)


async def test_when_nobody_asks_for_a_minute_it_ends(apart: ReadingApart, monkeypatch: pytest.MonkeyPatch) -> None:
    with apart, apart:
        await there(apart)
        monkeypatch.setattr(reading_apart, "IDLE_SECONDS", 0.05)
        await read(apart, a_list())
        assert apart._life is not None
        await asyncio.wait_for(apart._life, PATIENCE)
        assert not apart.at_hand()
        with pytest.raises(Lost):
            await read(apart, a_list())
    monkeypatch.setattr(reading_apart, "IDLE_SECONDS", 60)
    with apart, apart:
        await there(apart)


async def test_it_dies_and_every_list_is_stored_once(house: House, shop: int, monkeypatch: pytest.MonkeyPatch) -> None:
    _, secret = keys.create(house, shop, "ingest", "Website")
    asked: list[bytes] = []
    processes: list[asyncio.subprocess.Process] = []
    start, ask = reading_apart._Reader.__init__, reading_apart._Reader.ask

    def remember(reader: Any, process: asyncio.subprocess.Process) -> None:
        processes.append(process)
        start(reader, process)

    async def dies_sometimes(reader: Any, question: Any) -> Any:
        asked.append(question[0])
        if len(asked) % 5 == 3:
            processes[-1].kill()
        return await ask(reader, question)

    monkeypatch.setattr(reading_apart._Reader, "__init__", remember)
    monkeypatch.setattr(reading_apart._Reader, "ask", dies_sometimes)
    app = build_app(house)
    headers = {"authorization": f"Bearer {secret}", "content-type": "application/json"}
    sent = 0
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.example") as client:
        async with asyncio.timeout(PATIENCE):
            while len(asked) < 10:
                bodies = [a_list(start) for start in range(sent, sent + 400, 100)]
                answers = await asyncio.gather(
                    *(client.post("/api/v1/events", content=body, headers=headers) for body in bodies)
                )
                assert [answer.json() for answer in answers] == [{"accepted": 100, "duplicates": 0}] * 4
                sent += 400
        await gone(app._events._apart)  # type: ignore[attr-defined]
    with house.ledger.read(shop) as tx:
        ids = [row.properties["order_id"] for row in tx.all(tables.event.select())]
    assert sorted(ids) == list(range(sent))
    assert len(processes) > 1
