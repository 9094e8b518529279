"""Group commit: requests share a transaction, and nobody is answered before it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import event as hooks
from sqlalchemy import func, select

from runtime.clock import SetClock
from runtime.house import House
from runtime.intake import writer as writing
from runtime.intake.writer import CannotStore, Full, NewEvent, Writer, digest_of
from runtime.ledger import tables
from tests.conftest import Bell


@pytest.fixture
async def writer(house: House) -> AsyncIterator[Writer]:
    writer = Writer(house)
    yield writer
    await asyncio.to_thread(writer.close)


def an_event(number: int, shop: int = 7, **changes: Any) -> NewEvent:
    values: dict[str, Any] = {"name": "Order placed", "source": "api", "at": number, "received_at": number}
    values |= {"who": "{}", "properties": f'{{"n": {number}}}', "typed": "{}", **changes}
    return NewEvent(workspace=shop, digest=digest_of("api", f"order-{number}"), **values)


def count(house: House) -> int:
    with house.ledger.read() as tx:
        return int(tx.scalar(select(func.count()).select_from(tables.event)))


async def test_requests_at_the_same_time_share_a_few_commits(house: House, writer: Writer, bell: Bell) -> None:
    commits: list[Any] = []
    hooks.listen(house.ledger.engine, "commit", commits.append)

    stored = await asyncio.gather(*(writer.put([an_event(number)]) for number in range(500)))

    assert stored == [1] * 500
    assert count(house) == 500
    await asyncio.to_thread(writer.close)  # whoever is answered last may be so before the bell is rung
    assert len(commits) == bell.rings < 50


async def test_one_id_in_many_requests_at_once_is_stored_once(house: House, writer: Writer) -> None:
    stored = await asyncio.gather(*(writer.put([an_event(1), an_event(number + 2)]) for number in range(50)))
    assert sum(stored) == 51
    assert count(house) == 51


async def test_two_intakes_store_one_id_once(house: House, writer: Writer) -> None:
    other = Writer(house)
    try:
        stored = await asyncio.gather(
            *(
                one.put([an_event(number) for number in range(start, start + 20)])
                for start in range(100)
                for one in (writer, other)
            )
        )
    finally:
        await asyncio.to_thread(other.close)
    assert sum(stored) == count(house) == 119


async def test_shops_do_not_share_ids(house: House, writer: Writer) -> None:
    assert await writer.put([an_event(1, shop=7), an_event(1, shop=8), an_event(1, shop=8)]) == 2


async def test_a_request_that_no_database_takes_does_not_hurt_the_others(house: House, writer: Writer) -> None:
    poison = an_event(2, name=None)
    results = await asyncio.gather(
        writer.put([an_event(1)]), writer.put([poison]), writer.put([an_event(3)]), return_exceptions=True
    )
    assert [results[0], results[2]] == [1, 1]
    assert isinstance(results[1], CannotStore)
    assert count(house) == 2


async def test_who_comes_when_too_much_waits_is_sent_away_at_once(
    house: House, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "MOST_WAITING", 100)
    results = await asyncio.gather(
        *(writer.put([an_event(start + number) for number in range(40)]) for start in (0, 40, 80)),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [int, int, Full]
    assert count(house) == 80
    # One large request is taken when nothing else waits.
    assert await writer.put([an_event(number) for number in range(1000, 1400)]) == 400


async def test_closing_writes_what_is_waiting_first(house: House) -> None:
    writer = Writer(house)
    waiting = [asyncio.create_task(writer.put([an_event(number)])) for number in range(20)]
    await asyncio.sleep(0)
    await asyncio.to_thread(writer.close)
    assert await asyncio.gather(*waiting) == [1] * 20
    assert count(house) == 20


async def test_what_was_refused_by_the_database_can_be_sent_again(
    house: House, writer: Writer, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def torn(*_: Any) -> Any:
        raise RuntimeError("the transaction broke after it had begun")

    with monkeypatch.context() as broken:
        broken.setattr(writing, "insert_tuples", torn)
        with pytest.raises(CannotStore):
            await writer.put([an_event(1)])
    assert await writer.put([an_event(1)]) == 1


async def test_events_keep_the_order_in_which_they_came(house: House, writer: Writer) -> None:
    for number in range(5):
        await writer.put([an_event(number * 10 + place) for place in range(10)])
    with house.ledger.read() as tx:
        rows = tx.all(select(tables.event.c.at).order_by(tables.event.c.id))
    assert [row.at for row in rows] == list(range(50))
