"""A date that is set or changed while a flow is under way: the right point of it, or not at all, as chosen."""

from typing import Any

import pytest
from sqlalchemy import select

from blocks.phrase import Moment, dump_arg
from blocks.values import micros, moment
from runtime.clock import SetClock
from runtime.engine.by_hand.changing import change_contacts
from runtime.engine.publishing.publish import finish, resume
from runtime.ledger.tables import appointment, event, run
from runtime.people.contacts import Change
from runtime.reasons import reason_phrase
from runtime.words import words
from tests.blocks.facts import utc
from tests.engine.stage import Stage, block, in_a_row, link
from tests.engine.test_occasions import sent_at

DEWI, BUDI = "dewi@example.com", "budi@example.com"


def visit(**settings: Any) -> dict[str, Any]:
    """For an appointment: ten days before an announcement, three days before a reminder, on the day a good morning."""
    chosen = {"field": "visit", "when": "before", "amount": 10, "yearly": False, **settings}
    before = {"field": "visit", "when": "before"}
    return in_a_row(
        block("visit", "date_trigger", **chosen),
        block("announce", "send_email", email="announcement"),
        block("until-3", "wait_for_date", **before, amount=3),
        block("remind", "send_email", email="reminder"),
        block("until-day", "wait_for_date", field="visit", when="on"),
        block("morning", "send_email", email="good-morning"),
    )


@pytest.fixture(autouse=True)
def november(clock: SetClock) -> None:
    """It is 16:00 on 21 November 2026 in Bangkok."""
    clock.set(micros(utc("2026-11-21T09:00")))


def publish(stage: Stage, document: dict[str, Any]) -> None:
    """Everybody there is has been looked at for it."""
    stage.publish(document)
    stage.work()


def set_visit(stage: Stage, who: str, day: str | None) -> None:
    """The shop tells another date."""
    stage.happens("Visit booked", who, fields={"visit": day, "timezone": "Asia/Bangkok"})


def got(stage: Stage, who: str) -> list[str]:
    """What was sent to somebody, by its block, with the day."""
    days = [at[5:10] for at in sent_at(stage, who)]
    return [f"{block_id} {day}" for (block_id, _), day in zip(stage.messages(who), days, strict=True)]


def test_a_date_set_too_late_lets_nobody_in_or_in_at_the_right_point(stage: Stage) -> None:
    publish(stage, visit())
    set_visit(stage, DEWI, "2026-11-26")
    stage.after(days=20)
    assert got(stage, DEWI) == []
    publish(stage, visit(if_late="enter"))
    stage.after(days=1)
    # It is 12 December; the visit is in five days, so the announcement was due five days ago.
    set_visit(stage, BUDI, "2026-12-17")
    stage.after(days=20)
    assert got(stage, BUDI) == ["remind 12-14", "morning 12-17"]
    assert got(stage, DEWI) == []


def test_who_enters_late_entered_when_they_should_have(stage: Stage) -> None:
    publish(stage, visit(if_late="enter"))
    set_visit(stage, DEWI, "2026-11-26")
    (one,) = stage.all_runs()
    assert moment(one.entered_at) == utc("2026-11-16T02:00")
    assert one.block == "until-3"
    assert stage.steps(DEWI)[1] == ("announce", "next", "time_passed")
    with stage.house.ledger.read(stage.shop) as tx:
        said = tx.all(select(event.c.at, event.c.properties).where(event.c.name == "Date reached"))
    assert [(moment(row.at), row.properties["date"]) for row in said] == [(utc("2026-11-16T02:00"), "2026-11-26")]


def test_a_message_not_sent_says_why(stage: Stage) -> None:
    args = {"then": dump_arg(Moment(utc("2026-11-16T02:00"), "Asia/Bangkok"))}
    text = words("en").text(reason_phrase("time_passed", args, "send_email"))
    assert text == "Not sent, because its time had passed by then: 16 Nov 2026, 09:00"


def test_waits_since_entering_and_since_arriving_are_over_if_they_would_be(stage: Stage) -> None:
    ways = in_a_row(
        block("visit", "date_trigger", field="visit", when="before", amount=10, yearly=False, if_late="enter"),
        block("two", "wait", amount=2, unit="days"),
        block("first", "send_email", email="first"),
        block("three", "wait", amount=3, unit="days"),
        block("second", "send_email", email="second"),
        block("nine", "wait", amount=9, unit="days", since="entering"),
        block("third", "send_email", email="third"),
    )
    publish(stage, ways)
    # The visit is on the 28th, so they should have entered on the 18th at nine: it is the 21st.
    set_visit(stage, DEWI, "2026-11-28")
    assert stage.runs(DEWI) == [("three", "open")]
    stage.after(days=20)
    # The first was due on the 20th, 31 hours ago; the others come when they would have come.
    assert got(stage, DEWI) == ["second 11-23", "third 11-27"]


def test_a_few_hours_late_loses_no_message(stage: Stage) -> None:
    publish(stage, visit(if_late="enter"))
    set_visit(stage, DEWI, "2026-12-01")
    assert got(stage, DEWI) == ["announce 11-21"]


def reminded() -> dict[str, Any]:
    """For who has booked: the day before the visit a reminder, or something else where there is nothing to remind of."""
    blocks = [
        block("booked", "event_trigger", event="Account created"),
        block("until", "wait_for_date", field="visit", when="before", amount=1),
        block("tomorrow", "send_email", email="a"),
        block("too-late", "send_email", email="b"),
    ]
    ways = [link("booked", "until"), link("until", "tomorrow"), link("until", "too-late", "missed")]
    return {"blocks": blocks, "links": ways}


def test_who_waits_for_a_date_that_moves_to_sooner_waits_until_that(stage: Stage) -> None:
    publish(stage, reminded())
    for who in (DEWI, BUDI):
        stage.happens("Account created", who, fields={"visit": "2026-12-20", "timezone": "Asia/Bangkok"})
    stage.after(days=1)
    set_visit(stage, DEWI, "2026-12-01")
    change_contacts(stage.house, stage.shop, [Change(stage.contact(BUDI).id, set_fields={"visit": "2026-12-03"})])
    assert [moment(one.wake_at) for one in stage.all_runs()] == [utc("2026-11-30T02:00"), utc("2026-12-02T02:00")]
    assert stage.steps(DEWI)[1:] == [("until", "", "waits"), ("until", "", "waits")]
    stage.happens("Page viewed", DEWI)
    assert len(stage.steps(DEWI)) == 3, "nothing has changed"
    stage.after(days=40)
    assert (got(stage, DEWI), got(stage, BUDI)) == (["tomorrow 11-30"], ["tomorrow 12-02"])


def test_who_waits_for_a_date_goes_on_at_once_when_it_is_over_or_gone(stage: Stage) -> None:
    publish(stage, reminded())
    for who in (DEWI, BUDI):
        stage.happens("Account created", who, fields={"visit": "2026-12-20", "timezone": "Asia/Bangkok"})
    stage.after(days=4)
    set_visit(stage, DEWI, "2026-11-24")
    set_visit(stage, BUDI, None)
    assert (got(stage, DEWI), got(stage, BUDI)) == (["too-late 11-25"], ["too-late 11-25"])


def test_who_has_been_in_for_a_date_is_not_late_for_it_afterwards(stage: Stage) -> None:
    publish(stage, {**visit(if_late="enter"), "entry": {"again": "always"}})
    set_visit(stage, DEWI, "2026-12-03")
    stage.after(days=4)
    for _ in range(3):
        stage.happens("Page seen", DEWI)
    stage.happens("Moved", DEWI, fields={"timezone": "Europe/Berlin"})
    stage.after(days=20)
    assert got(stage, DEWI) == ["announce 11-23", "remind 11-30", "morning 12-03"]
    assert len(stage.runs(DEWI)) == 1
    with stage.house.ledger.read(stage.shop) as tx:
        assert len(tx.all(select(appointment))) == 1, "one row a contact and occasion"


def test_publishing_itself_makes_nobody_late(stage: Stage) -> None:
    set_visit(stage, DEWI, "2026-11-26")
    stage.publish(visit(if_late="enter"))
    stage.happens("Page seen", DEWI)  # before she has been looked at
    stage.happens("Page seen", DEWI)
    stage.after(days=1)
    assert stage.runs(DEWI) == []
    # A date that is told later is another matter.
    set_visit(stage, DEWI, "2026-11-27")
    assert stage.runs(DEWI) == [("until-3", "open")]


def test_a_date_that_is_over_is_too_late_in_any_case(stage: Stage) -> None:
    publish(stage, visit(if_late="enter"))
    set_visit(stage, DEWI, "2026-11-20")
    stage.after(days=20)
    assert stage.runs(DEWI) == []


def test_a_birthday_told_late_and_again_next_year(stage: Stage) -> None:
    wish = in_a_row(
        block("birthday", "date_trigger", field="birthday", when="before", amount=7, if_late="enter"),
        block("until", "wait_for_date", field="birthday", yearly=True),
        block("wish", "send_email", email="wish"),
    )
    publish(stage, wish)
    stage.happens("Account created", DEWI, fields={"birthday": "1990-11-24"})
    stage.after(days=370)
    assert [at[:10] for at in sent_at(stage, DEWI)] == ["2026-11-24", "2027-11-24"]


@pytest.mark.parametrize(
    ("if_moved", "expected"),
    [
        ("stay", ["announce 11-23", "remind 12-17", "morning 12-20"]),
        ("follow", ["announce 11-23", "announce 12-10", "remind 12-17", "morning 12-20"]),
        ("leave", ["announce 11-23", "announce 12-10", "remind 12-17", "morning 12-20"]),
    ],
)
def test_a_date_moved_far_to_later(stage: Stage, if_moved: str, expected: list[str]) -> None:
    publish(stage, {**visit(if_moved=if_moved), "entry": {"again": "never" if if_moved == "follow" else "always"}})
    set_visit(stage, DEWI, "2026-12-03")
    stage.after(days=4)
    set_visit(stage, DEWI, "2026-12-20")
    states = [state for _, state in stage.runs(DEWI)]
    assert states == (["open"] if if_moved == "stay" else ["left"])
    stage.after(days=40)
    assert got(stage, DEWI) == expected


def test_a_date_moved_to_later_while_the_flow_finishes_is_waited_for_where_they_are(stage: Stage) -> None:
    publish(stage, visit(if_moved="follow"))
    set_visit(stage, DEWI, "2026-12-03")
    stage.after(days=4)
    finish(stage.house, stage.shop, "flow")
    set_visit(stage, DEWI, "2026-12-20")
    set_visit(stage, DEWI, "2026-12-21")
    stage.happens("Page seen", DEWI)
    (one,) = stage.all_runs()
    assert (one.block, one.state, moment(one.wake_at)) == ("until-3", "open", utc("2026-12-18T02:00"))
    assert [code for _, _, code in stage.steps(DEWI)].count("date_awaited") == 2
    set_visit(stage, DEWI, "2026-12-05")
    assert [code for _, _, code in stage.steps(DEWI)].count("date_followed") == 1, "its time has passed: as ever"
    set_visit(stage, DEWI, "2026-12-22")
    stage.after(days=40)
    assert got(stage, DEWI) == ["announce 11-23", "remind 12-19", "morning 12-22"]
    assert stage.runs(DEWI) == [("morning", "ended")]


def waiting_days() -> dict[str, Any]:
    """For an appointment: ten days before, and nine days later, whatever becomes of it."""
    return in_a_row(
        block("visit", "date_trigger", field="visit", when="before", amount=10, yearly=False, if_moved="follow"),
        block("nine", "wait", amount=9, unit="days"),
        block("tomorrow", "send_email", email="tomorrow"),
    )


def test_who_stands_elsewhere_leaves_a_finishing_flow_and_is_told_no_lie(stage: Stage) -> None:
    publish(stage, {**waiting_days(), "entry": {"again": "never"}})
    set_visit(stage, DEWI, "2026-12-03")
    set_visit(stage, BUDI, "2026-12-03")
    stage.after(days=4)
    finish(stage.house, stage.shop, "flow")
    set_visit(stage, DEWI, "2026-12-20")
    (gone,) = [one for one in stage.all_runs() if one.state == "left"]
    text = words("en").text(reason_phrase(gone.code, gone.args, "wait"))
    assert text == "Because the date was moved, and the Flow lets nobody enter for the new one"
    resume(stage.house, stage.shop, "flow")
    stage.after(days=30)
    assert got(stage, DEWI) == ["tomorrow 12-19"], "it goes on: she enters for the new date, whatever the rule says"
    assert got(stage, BUDI) == ["tomorrow 12-02"]


def test_who_is_on_a_version_by_a_date_that_the_flow_does_not_start_by_any_more_is_told_so(stage: Stage) -> None:
    publish(stage, waiting_days())
    set_visit(stage, DEWI, "2026-12-03")
    stage.after(days=4)
    other = block("visit", "event_trigger", event="Account created")
    publish(stage, in_a_row(other, *waiting_days()["blocks"][1:]))
    set_visit(stage, DEWI, "2026-12-20")
    assert [one.code for one in stage.all_runs()] == ["date_refused"]


def test_a_date_moved_a_little_takes_the_run_along(stage: Stage) -> None:
    publish(stage, visit(if_moved="follow", if_late="enter"))
    set_visit(stage, DEWI, "2026-12-05")
    stage.after(days=6)
    # It is the 27th; she entered on the 25th. Two days earlier: she should have entered on the 23rd.
    set_visit(stage, DEWI, "2026-12-03")
    (one,) = stage.all_runs()
    assert (one.block, one.state, moment(one.entered_at)) == ("until-3", "open", utc("2026-11-23T02:00"))
    assert moment(one.wake_at) == utc("2026-11-30T02:00")
    stage.happens("Page seen", DEWI)
    stage.after(days=20)
    assert got(stage, DEWI) == ["announce 11-25", "remind 11-30", "morning 12-03"]
    assert [code for _, _, code in stage.steps(DEWI)].count("date_followed") == 1


def test_a_date_moved_near_skips_what_had_its_time(stage: Stage) -> None:
    publish(stage, visit(if_moved="follow"))
    set_visit(stage, DEWI, "2026-12-05")
    stage.after(days=6)
    set_visit(stage, DEWI, "2026-11-28")
    stage.after(days=20)
    assert got(stage, DEWI) == ["announce 11-25", "morning 11-28"]
    assert ("remind", "next", "time_passed") in stage.steps(DEWI)


@pytest.mark.parametrize("day", [None, "2026-11-20"])
def test_a_date_taken_away_or_over_ends_the_run(stage: Stage, day: str | None) -> None:
    publish(stage, visit(if_moved="follow"))
    set_visit(stage, DEWI, "2026-12-03")
    stage.after(days=4)
    set_visit(stage, DEWI, day)
    stage.after(days=20)
    assert got(stage, DEWI) == ["announce 11-23"]
    with stage.house.ledger.read(stage.shop) as tx:
        (one,) = tx.all(select(run.c.state, run.c.code))
    assert tuple(one) == ("left", "date_gone")


def test_a_birthday_corrected_over_new_year(stage: Stage) -> None:
    publish(
        stage,
        in_a_row(
            block("birthday", "date_trigger", field="birthday", when="before", amount=10, if_moved="follow"),
            block("until", "wait_for_date", field="birthday", yearly=True),
            block("wish", "send_email", email="wish"),
        ),
    )
    stage.happens("Account created", DEWI, fields={"birthday": "1990-12-30"})
    stage.after(days=35)
    assert stage.runs(DEWI) == [("until", "open")]
    stage.happens("Profile filled in", DEWI, fields={"birthday": "1991-01-02"})
    stage.after(days=30)
    assert [at[:10] for at in sent_at(stage, DEWI)] == ["2027-01-02"]


def test_a_date_moved_by_hand_is_noticed_at_once(stage: Stage) -> None:
    publish(stage, visit(if_moved="follow"))
    set_visit(stage, DEWI, "2026-12-20")
    change_contacts(stage.house, stage.shop, [Change(stage.contact(DEWI).id, set_fields={"visit": "2026-12-03"})])
    stage.after(days=3)
    assert got(stage, DEWI) == ["announce 11-23"]
    change_contacts(stage.house, stage.shop, [Change(stage.contact(DEWI).id, set_fields={"visit": None})])
    assert [state for _, state in stage.runs(DEWI)] == ["left"]


def test_who_is_through_already_is_not_late_for_the_same_day(stage: Stage) -> None:
    chosen = {"field": "visit", "when": "before", "amount": 10, "yearly": False, "if_late": "enter"}
    publish(stage, in_a_row(block("visit", "date_trigger", **chosen), block("announce", "send_email", email="a")))
    set_visit(stage, DEWI, "2026-12-03")
    set_visit(stage, BUDI, "2026-12-01")
    stage.after(days=4)
    for who in (DEWI, BUDI):
        stage.happens("Page seen", who)
    stage.after(days=1)
    assert (len(stage.runs(DEWI)), len(stage.runs(BUDI))) == (1, 1)
