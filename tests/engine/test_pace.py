"""No transaction keeps the others from writing for long: batches grow while they are quick and shrink when they are not."""

import sys
from itertools import pairwise
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from runtime.engine.pace import FIRST, LEAST, MOST, Pace
from runtime.engine.work import Engine
from runtime.ledger.tables import event, schedule
from tests.engine.stage import Stage, block, in_a_row


def test_batches_keep_to_the_time_they_have() -> None:
    one = Pace(0.015)
    one.learn(FIRST, 0.060)
    assert one.limit == FIRST // 4, "it took four times as long as it may"
    one.learn(one.limit, 9.0)
    assert one.limit == LEAST, "so that it goes on at all"
    one.learn(3, 0.001)
    assert one.limit == LEAST, "there was not more to do"
    for _ in range(40):
        one.learn(one.limit, 0.001)
    assert one.limit == MOST


def test_a_schedule_tells_as_many_at_once_as_there_is_time_for(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    daily = block("time", "schedule_trigger", repeat="daily", to="everybody")
    stage.publish(in_a_row(daily, block("day", "wait", amount=1, unit="days")))
    for number in range(200):
        stage.arrives("Page seen", f"c{number}@example.com")
    stage.work()
    with stage.house.ledger.read(stage.shop) as tx:
        stage.clock.set(int(tx.scalar(select(schedule.c.due_at))))

    def told() -> int:
        with stage.house.ledger.read(stage.shop) as tx:
            return int(tx.scalar(select(func.count()).select_from(event).where(event.c.source == "clock")))

    # A clock by which to tell somebody takes 0.7 ms.
    monkeypatch.setattr(sys.modules[Engine.__module__], "time", SimpleNamespace(perf_counter=lambda: told() * 0.0007))
    seen = [told()]
    for _ in range(3):
        stage.engine.do(stage.shop, ["scheduled"])
        seen.append(told())
    assert [b - a for a, b in pairwise(seen)] == [100, 21, 27], "70, 14.7 and 18.9 ms"
