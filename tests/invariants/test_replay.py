"""I7: the same events, played again from empty, lead to the same counts, whoever worked and in what portions."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from blocks.values import micros
from runtime.clock import DAY, HOUR, MINUTE
from runtime.delivery import writer
from runtime.ledger.tables import event, flow, message, run, step, tally
from tests.conftest import THE_MORNING
from tests.invariants.flows import FLOWS
from tests.invariants.histories import ANSWERS, LONG, SLUGS
from tests.invariants.town import Town

Line = tuple[int, str, dict[str, Any]]
"""How long after the line before, what happens, and to whom."""

_NAMES = st.sampled_from(["Checkout started", "Order placed", "Review written", "Account created", "Profile filled in"])
_EVENTS = st.fixed_dictionaries(
    {
        "name": _NAMES,
        "who": st.sampled_from(["dewi@example.com", "budi@example.com"]),
        "token": st.sampled_from(["c1", "c2"]),
        "answer": ANSWERS,
        "days": st.integers(0, 4),
        "late": st.sampled_from([0, 0, MINUTE, 3 * HOUR]),
    }
)
_CHANGES = st.fixed_dictionaries({"slug": SLUGS, "how": st.sampled_from(["pause", "resume", "archive", "0", "1"])})
_PAUSES = st.sampled_from([0, 0, 0, 0, 0, MINUTE, HOUR, 5 * HOUR, DAY, 4 * DAY])
_LINES = st.one_of(
    st.tuples(_PAUSES, st.just("event"), _EVENTS),
    st.tuples(_PAUSES, st.just("event"), _EVENTS),
    st.tuples(_PAUSES, st.just("event"), _EVENTS),
    st.tuples(_PAUSES, st.just("change"), _CHANGES),
)


def _play(town: Town, script: list[Line], limits: tuple[int, int]) -> tuple[Any, ...]:
    """Live through a script with two workers who take so many events at a time. What it came to."""
    town.begin()
    try:
        for worker, limit in zip(town.workers, limits, strict=True):
            worker.engine.at_most = limit
        for slug in FLOWS:
            town.publish(slug, 0)
        for number, (pause, what, how) in enumerate(script):
            if pause or what == "change":
                town.live_until(town.clock.now() + pause)
            if what == "event":
                _happens(town, number, how)
            elif how["how"] in "01":
                town.publish(how["slug"], int(how["how"]))
            else:
                town.change(how["slug"], how["how"])
        town.live_until(town.clock.now() + 12 * DAY)
        return _counts(town)
    finally:
        town.end()


def _happens(town: Town, number: int, how: dict[str, Any]) -> None:
    contact: dict[str, Any] = {}
    if how["name"] == "Profile filled in":
        contact["birthday"] = f"1990-{town.day(how['days'])}"
    if how["answer"] is not None:
        contact["consent"] = {"email": how["answer"], "source": "checkout"}
    more = {"checkout_token": how["token"], "order_id": f"o-{how['token']}"}
    town.post(town.event(f"e{number}", how["name"], how["who"], ago=how["late"], contact=contact, **more))


def _counts(town: Town) -> tuple[Any, ...]:
    with town.look() as tx:
        slugs = {row.id: row.slug for row in tx.all(select(flow.c.id, flow.c.slug))}
        people = town.contacts(tx)
        total = func.sum(tally.c.count).label("total")
        numbers = tx.all(select(tally.c.flow, tally.c.block, tally.c.what, total).group_by(*tally.primary_key.columns))
        tallies: Counter[tuple[str, str, str]] = Counter()
        for row in numbers:
            tallies[slugs[row.flow], row.block, row.what] += int(row.total)
        runs = Counter((slugs[row.flow], people[row.contact], row.key, row.state) for row in tx.all(run.select()))
        steps = Counter(
            (people[row.contact], row.block, row.outlet, row.code)
            for row in tx.all(
                select(run.c.contact, step.c.block, step.c.outlet, step.c.code).join(run, run.c.id == step.c.run)
            )
        )
        messages = Counter(
            (people[row.contact], row.block, row.state, row.code)
            for row in tx.all(select(message.c.contact, message.c.block, message.c.state, message.c.code))
        )
        events = Counter((people[row.contact], row.name, row.at) for row in tx.all(event.select()))
    return tallies, runs, steps, messages, events


def test_the_same_events_lead_to_the_same_counts(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "FRESH", -1.0)

    @settings(
        max_examples=500 if LONG else 10 if database_url.startswith("sqlite") else 3,
        derandomize=not LONG,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(_LINES, min_size=12, max_size=40))
    def replay(script: list[Line]) -> None:
        town = Town(database_url, tmp_path, micros(THE_MORNING))
        many, one = _play(town, script, (100, 3)), _play(town, script, (1, 1))
        for first, second in zip(many, one, strict=True):
            assert first - second == second - first == Counter()

    replay()
