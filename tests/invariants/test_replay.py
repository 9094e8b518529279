"""I7: the same events, played again from empty, lead to the same story, whoever worked and in what portions."""

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from blocks.values import micros
from runtime.clock import DAY, HOUR, MINUTE
from runtime.delivery.sending import writer
from runtime.ledger.tables import (
    appointment,
    consent,
    contact,
    event,
    flow,
    member,
    message,
    occasion,
    review,
    run,
    schedule,
    segment,
    step,
    tally,
)
from tests.conftest import THE_MORNING
from tests.invariants.flows import FLOWS
from tests.invariants.histories import ANSWERS, CHANGES, LONG, SLUGS
from tests.invariants.town import Town

Moment = tuple[int, list[dict[str, Any]], dict[str, Any] | None]
"""How long after the one before, what happens in it, all at once, and what somebody does to a flow then."""

_EVENT = st.fixed_dictionaries(
    {
        "name": st.sampled_from(
            [
                "Checkout started",
                "Order placed",
                "Review written",
                "Account created",
                "News wanted",
                "Profile filled in",
            ]
        ),
        # More often than not the same person: only what meets in one portion can come out otherwise in another.
        "who": st.sampled_from(["dewi@example.com", "dewi@example.com", "budi@example.com"]),
        "token": st.sampled_from(["c1", "c2"]),
        "answer": ANSWERS,
        "days": st.integers(0, 4),
        "late": st.sampled_from([0, 0, 0, MINUTE, 3 * HOUR]),
    }
)
_CHANGE = st.fixed_dictionaries({"slug": SLUGS, "how": st.one_of(CHANGES, st.sampled_from(["0", "1"]))})
_PAUSES = st.sampled_from([MINUTE, HOUR, 5 * HOUR, DAY, 2 * DAY, 4 * DAY])
_MOMENT = st.tuples(_PAUSES, st.lists(_EVENT, min_size=2, max_size=6), st.one_of(st.none(), st.none(), _CHANGE))


def _play(town: Town, script: list[Moment], limits: tuple[int, int]) -> dict[str, Counter[Any]]:
    """Live through a script with two workers who take so many events at a time. What it came to."""
    town.begin()
    try:
        for worker, limit in zip(town.workers, limits, strict=True):
            worker.engine.at_most = limit
        for slug in FLOWS:
            town.publish(slug, 0)
        for number, (pause, events, change) in enumerate(script):
            town.live_until(town.clock.now() + pause)
            for place, how in enumerate(events):
                _happens(town, f"{number}-{place}", how)
            if change is not None:
                town.idle()
                if change["how"] in "01":
                    town.publish(change["slug"], int(change["how"]))
                else:
                    town.change(change["slug"], change["how"])
        town.live_until(town.clock.now() + 3 * DAY)
        return _story(town)
    finally:
        town.end()


def _happens(town: Town, number: str, how: dict[str, Any]) -> None:
    contact: dict[str, Any] = {}
    if how["name"] == "Profile filled in":
        contact["birthday"] = f"1990-{town.day(how['days'])}"
    if how["answer"] is not None:
        contact["consent"] = {"email": how["answer"], "source": "checkout"}
    more = {"checkout_token": how["token"], "order_id": f"o-{how['token']}"}
    town.post(town.event(f"e{number}", how["name"], how["who"], ago=how["late"], contact=contact, **more))


def _story(town: Town) -> dict[str, Counter[Any]]:
    """All that is in the ledger, in terms that do not depend on ids: each run with its whole way and the minute of each
    step, what was queued and became of it, who is what and where, and what is still to come."""
    with town.look() as tx:
        slugs = {row.id: row.slug for row in tx.all(select(flow.c.id, flow.c.slug))}
        people = town.contacts(tx)
        groups = {row.id: row.slug for row in tx.all(select(segment.c.id, segment.c.slug))} | {0: "all"}
        kinds = {row.id: row.key for row in tx.all(select(occasion.c.id, occasion.c.key))}
        total = func.sum(tally.c.count).label("total")
        counted = tx.all(select(tally.c.flow, tally.c.block, tally.c.what, total).group_by(*tally.primary_key.columns))
        counts: Counter[Any] = Counter()
        for row in counted:
            counts[slugs[row.flow], row.block, row.what] += int(row.total)
        ways: dict[int, list[Any]] = defaultdict(list)
        for row in tx.all(step.select().order_by(step.c.run, step.c.hop)):
            ways[row.run].append((row.block, row.outlet, row.code, repr(row.args), row.at))
        letters: dict[int, list[Any]] = defaultdict(list)
        for row in tx.all(message.select().order_by(message.c.run, message.c.hop)):
            letters[row.run].append((row.hop, row.block, row.state, row.code, row.queued_at, row.due_at))
        return {
            "counts": counts,
            "runs": Counter(
                (
                    (
                        slugs[row.flow],
                        people[row.contact],
                        row.key,
                        row.state,
                        row.entered_at,
                        row.ended_at,
                        row.wake_at,
                    ),
                    tuple(ways[row.id]),
                    tuple(letters[row.id]),
                )
                for row in tx.all(run.select())
            ),
            "events": Counter(
                (people[row.contact], row.name, row.source, row.at, row.properties.get("segment"))
                for row in tx.all(event.select())
            ),
            "contacts": Counter(
                (row.email, repr(sorted(row.tags)), repr(sorted(row.fields.items())))
                for row in tx.all(contact.select())
            ),
            "answers": Counter(
                (people[row.contact], row.answer, row.at, row.source) for row in tx.all(consent.select())
            ),
            "members": Counter(
                (groups[row.segment], people[row.contact], row.since_at) for row in tx.all(member.select())
            ),
            "to come": Counter(
                [(groups[row.segment], people[row.contact], row.due_at) for row in tx.all(review.select())]
                + [(kinds[row.occasion], people[row.contact], row.due_at) for row in tx.all(appointment.select())]
                + [(slugs[row.flow], row.occasion, row.due_at) for row in tx.all(schedule.select())]
            ),
        }


def test_the_same_events_lead_to_the_same_story(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "FRESH", -1.0)

    @settings(
        max_examples=500 if LONG else 3 if database_url.startswith("sqlite") else 1,
        derandomize=not LONG,
        phases=(Phase.generate, Phase.shrink) if LONG else (Phase.generate,),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(_MOMENT, min_size=5, max_size=9))
    def replay(script: list[Moment]) -> None:
        # In how many portions the engine worked is not to matter; when the letters go out between them, does.
        town = Town(database_url, tmp_path, micros(THE_MORNING), engines_first=True)
        many, one = _play(town, script, (100, 3)), _play(town, script, (1, 1))
        for what in many:
            in_many, in_one = many[what] - one[what], one[what] - many[what]
            assert not in_many + in_one, f"I7: {what}: {dict(in_many)}\n\nbut one by one: {dict(in_one)}"

    replay()
