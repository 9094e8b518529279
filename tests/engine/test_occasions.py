"""What the clock brings: birthdays where people live, once a year; and silence that has lasted too long."""

from typing import Any

import pytest
from sqlalchemy import func, select

from blocks.values import micros, moment
from runtime.clock import SetClock
from runtime.ledger.tables import appointment, event, message, occasion
from tests.blocks.facts import utc
from tests.engine.stage import Stage, block, in_a_row

DEWI, BUDI, NOK, HANNAH = "dewi@example.com", "budi@example.com", "nok@example.com", "hannah@example.com"


def wishes(**settings: Any) -> dict[str, Any]:
    """A wish on the birthday at nine, where the contact lives."""
    return in_a_row(
        block("birthday", "date_trigger", **{"field": "birthday", **settings}),
        block("wish", "send_email", email="wish"),
    )


def wins_back(**settings: Any) -> dict[str, Any]:
    """A message to those who have not ordered for 90 days."""
    return in_a_row(
        block("quiet", "quiet_trigger", **{"event": "Order placed", "amount": 90, "unit": "days", **settings}),
        block("miss", "send_email", email="we-miss-you"),
    )


def sent_at(stage: Stage, who: str) -> list[str]:
    """When the contact's messages were queued, UTC."""
    with stage.house.ledger.read(stage.shop) as tx:
        rows = tx.all(
            select(message.c.queued_at).where(message.c.contact == stage.contact(who).id).order_by(message.c.id)
        )
    return [f"{moment(row.queued_at):%Y-%m-%d %H:%M}" for row in rows]


@pytest.fixture(autouse=True)
def november(clock: SetClock) -> None:
    """It is 16:00 on 21 November 2026 in Bangkok."""
    clock.set(micros(utc("2026-11-21T09:00")))


def test_a_wish_comes_at_nine_where_each_of_them_lives_and_every_year(stage: Stage) -> None:
    stage.happens("Account created", DEWI, fields={"birthday": "1990-12-05", "timezone": "Asia/Jakarta"})
    stage.happens("Account created", HANNAH, fields={"birthday": "1985-12-05", "timezone": "America/New_York"})
    stage.happens("Account created", BUDI)
    stage.publish(wishes())
    stage.after(days=370)
    assert sent_at(stage, DEWI) == ["2026-12-05 02:00"]
    assert sent_at(stage, HANNAH) == ["2026-12-05 14:00"]
    assert sent_at(stage, BUDI) == []
    stage.after(days=370)
    assert sent_at(stage, DEWI) == ["2026-12-05 02:00", "2027-12-05 02:00"]


def test_who_comes_or_tells_the_date_later_is_wished_as_well(stage: Stage) -> None:
    stage.publish(wishes(when="before", amount=7))
    stage.happens("Account created", DEWI)
    stage.after(days=1)
    stage.happens("Profile filled in", DEWI, fields={"birthday": "1990-12-05"})
    stage.happens("Account created", NOK, fields={"birthday": "2000-02-29"})
    stage.after(days=10)
    assert sent_at(stage, DEWI) == ["2026-11-28 02:00"]
    stage.after(days=100)
    assert sent_at(stage, NOK) == ["2027-02-21 02:00"]


def test_a_date_that_is_changed_is_kept_to(stage: Stage) -> None:
    stage.publish(wishes())
    stage.happens("Account created", DEWI, fields={"birthday": "1990-12-05"})
    stage.happens("Account created", BUDI, fields={"birthday": "1990-12-05"})
    stage.happens("Profile filled in", DEWI, fields={"birthday": "1990-11-30"})
    stage.happens("Profile filled in", BUDI, fields={"birthday": "1990-12-10"})
    stage.after(days=60)
    assert sent_at(stage, DEWI) == ["2026-11-30 02:00"]
    assert sent_at(stage, BUDI) == ["2026-12-10 02:00"]


def test_a_date_that_is_cleared_brings_nothing(stage: Stage) -> None:
    stage.publish(wishes())
    stage.happens("Account created", DEWI, fields={"birthday": "1990-12-05"})
    stage.happens("Profile filled in", DEWI, fields={"birthday": None})
    stage.after(days=60)
    assert sent_at(stage, DEWI) == []


def test_a_date_only_once(stage: Stage) -> None:
    stage.publish(wishes(field="renewal", yearly=False))
    stage.happens("Account created", DEWI, fields={"renewal": "2026-12-05"})
    stage.happens("Account created", BUDI, fields={"renewal": "2026-11-01"})
    stage.after(days=800)
    assert (len(sent_at(stage, DEWI)), len(sent_at(stage, BUDI))) == (1, 0)


def test_a_birthday_that_was_missed_by_days_is_not_wished(stage: Stage, clock: SetClock) -> None:
    stage.happens("Account created", DEWI, fields={"birthday": "1990-12-05"})
    stage.publish(wishes())
    stage.work()
    clock.set(micros(utc("2026-12-08T09:00")))  # nobody was there in between
    stage.work()
    assert sent_at(stage, DEWI) == []
    assert ("Date reached", 1) in happenings(stage), "it is kept in her history all the same"
    stage.after(days=365)
    assert sent_at(stage, DEWI) == ["2027-12-05 02:00"]


def happenings(stage: Stage) -> list[tuple[str, int]]:
    with stage.house.ledger.read(stage.shop) as tx:
        return [tuple(row) for row in tx.all(select(event.c.name, func.count()).group_by(event.c.name))]


def test_no_order_for_ninety_days(stage: Stage) -> None:
    stage.publish(wins_back())
    stage.happens("Order placed", DEWI)
    stage.happens("Order placed", BUDI)
    stage.happens("Account created", NOK)  # never bought
    stage.after(days=60)
    stage.happens("Order placed", BUDI)
    stage.after(days=40)
    assert sent_at(stage, DEWI) == ["2027-02-19 09:00"]
    assert sent_at(stage, BUDI) == []
    stage.after(days=400)
    assert sent_at(stage, BUDI) == ["2027-04-20 09:00"]
    assert len(sent_at(stage, DEWI)) == 1, "one silence, one message"
    assert sent_at(stage, NOK) == []
    stage.happens("Order placed", DEWI)
    stage.after(days=91)
    assert len(sent_at(stage, DEWI)) == 2


def test_no_sign_of_life_and_only_who_never_bought(stage: Stage) -> None:
    never = {"kind": "did", "event": "Order placed", "negate": True, "window": {"kind": "ever"}}
    stage.publish(wins_back(event="", amount=35, where=never))
    stage.happens("Account created", DEWI)
    stage.happens("Order placed", BUDI)
    stage.after(days=20)
    stage.happens("Page seen", DEWI)
    stage.after(days=20)
    assert sent_at(stage, DEWI) == []
    stage.after(days=20)
    assert sent_at(stage, DEWI) == ["2027-01-15 09:00"]
    assert sent_at(stage, BUDI) == []


def test_silence_is_noticed_however_late(stage: Stage, clock: SetClock) -> None:
    stage.publish(wins_back())
    stage.happens("Order placed", DEWI)
    clock.set(micros(utc("2027-06-01T09:00")))  # the worker was off since
    stage.work()
    assert sent_at(stage, DEWI) == ["2027-06-01 09:00"]


def test_who_was_quiet_already_when_it_went_live_does_not_enter(stage: Stage) -> None:
    stage.happens("Order placed", DEWI)
    stage.after(days=200)
    stage.publish(wins_back())
    stage.after(days=200)
    assert sent_at(stage, DEWI) == []


def test_two_flows_on_one_occasion_start_once_each(stage: Stage) -> None:
    stage.publish(wishes(), "one")
    stage.publish(wishes(), "two")
    stage.happens("Account created", DEWI, fields={"birthday": "1990-12-05"})
    stage.after(days=30)
    assert len(sent_at(stage, DEWI)) == 2
    with stage.house.ledger.read(stage.shop) as tx:
        assert tx.scalar(select(func.count()).select_from(occasion)) == 1


def test_other_settings_are_another_occasion(stage: Stage) -> None:
    stage.happens("Account created", DEWI, fields={"birthday": "1990-12-05"})
    stage.publish(wishes())
    stage.work()
    stage.publish(wishes(at="18:00"))
    stage.after(days=30)
    assert sent_at(stage, DEWI) == ["2026-12-05 11:00"]


def test_everybody_is_looked_at_a_few_hundred_at_a_time(stage: Stage) -> None:
    stage.engine.at_most = 3
    for number in range(10):
        stage.arrives("Account created", f"c{number}@example.com", fields={"birthday": "1990-12-05"})
    stage.work()
    stage.publish(wishes())
    stage.work()
    with stage.house.ledger.read(stage.shop) as tx:
        assert tx.scalar(select(func.count()).select_from(appointment)) == 10
    stage.after(days=30)
    assert len(stage.messages()) == 10
