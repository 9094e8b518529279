"""A week of Doi Leaf, played again with a draft: who would have got what, and what not and why."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from blocks.flow import Flow
from blocks.limits import Cap, Limits
from blocks.values import micros
from builder.command import app
from runtime.accounts import preferences
from runtime.backtest import Backtest, Stopped, backtest, why
from runtime.backtest.apart import backtest_apart
from runtime.clock import DAY, HOUR, SetClock
from runtime.engine.publishing.publish import NotPublishable, publish
from runtime.house import House
from runtime.places import ROOT
from runtime.reasons import REASONS
from tests.rehearsal.conftest import CART, Rehearsals

DEWI, BUDI, NOK, SOMCHAI = "dewi@example.com", "budi@example.com", "nok@example.com", "somchai@example.com"


class Week(Rehearsals):
    """The shop, and what happened on which day of November at which hour (UTC)."""

    def on(self, day: int, at: str, name: str, who: str, says: str | None = None, **properties: Any) -> None:
        """Something really happened."""
        hour, minute = map(int, at.split(":"))
        ago = (self.clock.now() - micros(datetime(2026, 11, day, hour, minute, tzinfo=UTC))) / HOUR
        self.happened(name, who, says=says, ago=ago, **properties)

    @property
    def email(self) -> str:
        """An e-mail that may go out."""
        return self.house.desk.drafts(self.shop).list("email")[0].slug

    def flow(self, hours: int = 1, **changes: Any) -> Flow:
        """A cart, some hours, an e-mail, two days, another."""
        blocks = [
            ("cart", "event_trigger", {"event": "Checkout started"}),
            ("soon", "wait", {"amount": hours, "unit": "hours"}),
            ("first", "send_email", {"email": self.email}),
            ("later", "wait", {"amount": 2, "unit": "days"}),
            ("second", "send_email", {"email": self.email}),
        ]
        return Flow.model_validate(
            {
                "name": "Abandoned cart",
                "blocks": [{"id": id_, "kind": kind, "settings": settings} for id_, kind, settings in blocks],
                "links": [
                    {"from": "cart", "to": "soon"},
                    {"from": "soon", "to": "first"},
                    {"from": "first", "to": "later"},
                    {"from": "later", "to": "second"},
                ],
                "exits": [{"event": "Order placed", "key": "checkout_token"}],
                "entry": {"key": "checkout_token"},
                **changes,
            }
        )

    def limit(self, limits: Limits) -> None:
        """How often the shop writes."""
        with self.house.ledger.write(self.shop) as tx:
            preferences.save_limits(tx, limits, self.clock.now())

    def play(self, document: Flow, days: int = 7, **more: Any) -> Backtest:
        """The days before now."""
        now = self.clock.now()
        return backtest(self.house, self.shop, self.slug, document, now - days * DAY, now, **more)


@pytest.fixture
def week(house: House, shop: int, clock: SetClock) -> Iterator[Week]:
    """Dewi orders in time; Budi says no after his first e-mail; Nok never agreed; Somchai leaves two carts in one hour."""
    week = Week(house, shop, clock)
    week.limit(Limits(caps=(Cap(most=1),), over="skip"))
    week.on(16, "10:00", "Checkout started", DEWI, "yes", **CART)
    week.on(16, "10:30", "Order placed", DEWI, checkout_token="c1")
    week.on(17, "10:00", "Checkout started", BUDI, "yes", checkout_token="b1")
    week.on(18, "12:00", "Account created", BUDI, "no")
    week.on(18, "14:00", "Checkout started", NOK, checkout_token="n1")
    week.on(19, "10:00", "Checkout started", SOMCHAI, "yes", checkout_token="s1")
    week.on(19, "10:20", "Checkout started", SOMCHAI, checkout_token="s2")
    yield week
    assert not list(house.settings.data.glob("backtest-*")), "nothing of the scratch is left"


def test_a_week_with_exact_counts(week: Week) -> None:
    before, files = week.rows(), week.desk_files()
    told = week.play(week.flow())
    played = told.draft
    assert (told.zone, told.grain, played.events) == ("Asia/Bangkok", 60_000_000, 6)
    assert (played.entered, played.people, played.inside, played.held_out) == (5, 4, 2, 0)
    assert [(one.state, one.event, one.runs) for one in played.ended] == [("ended", "", 2), ("left", "Order placed", 1)]
    assert (played.sent, played.mailed, played.twice, played.waiting) == (2, 2, 0, 0)
    assert played.unsent == {"no_consent": 2, "cap_reached": 1, "said_no": 1}
    assert [(one.block, one.sent, one.unsent) for one in played.senders] == [("first", 2, 2), ("second", 0, 2)]
    # 11:00 UTC is 18:00 in Bangkok.
    assert [(day.date, day.sent, day.hours[18]) for day in played.days if day.sent] == [
        ("2026-11-17", 1, 1),
        ("2026-11-19", 1, 1),
    ]
    assert [day.date for day in played.days] == [f"2026-11-{day}" for day in range(14, 22)]
    assert [(one.name, one.messages) for one in played.most_mailed] == [("Budi", 1), ("Somchai", 1)]
    (tuesday,) = [day for day in played.days if day.date == "2026-11-17"]
    assert [(one.name, one.block, one.at) for one in tuesday.first] == [
        ("Budi", "first", micros(datetime(2026, 11, 17, 11, 0, tzinfo=UTC)))
    ]
    assert (told.live, told.same, told.really_sent) == (None, False, None)
    assert (week.rows(), week.desk_files()) == (before, files), "nothing was written"


def test_without_caps_and_with_quiet_hours(week: Week) -> None:
    week.limit(Limits.model_validate({"quiet": [{"start": "18:00", "end": "08:00"}]}))
    played = week.play(week.flow()).draft
    # They live in Jakarta, where 11:00 UTC is 18:00: all of it waits for the next morning.
    assert played.put_off == {"quiet_waits": 3}
    days = [(day.date, day.hours[8], day.sent) for day in played.days if day.sent]
    assert days == [("2026-11-18", 1, 1), ("2026-11-20", 2, 2)]
    assert played.unsent == {"no_consent": 2, "said_no": 1}
    assert played.twice == 1


def test_reasons_of_many_messages_leave_no_place_open() -> None:
    """They have no time and no number that all of them share."""
    decided = "".join(file.read_text() for file in (ROOT / "runtime/delivery/decision").glob("*.py"))
    codes = [code for code in REASONS if f'"{code}"' in decided]
    assert {"flow_quiet_waits", "pause_waits", "said_no"} <= set(codes)
    assert [code for code in codes if "{" in why(code).msgid] == []


def test_the_draft_beside_what_is_live_and_what_really_went_out(week: Week) -> None:
    start = week.clock.now()
    desk = week.house.desk.drafts(week.shop)
    desk.put("flow", week.slug, "Abandoned cart", week.flow().to_json(), "Nok", start)
    publish(week.house, week.shop, week.slug, "Nok")
    for hours, who, cart in ((2, DEWI, "d2"), (26, SOMCHAI, "s3"), (27, SOMCHAI, "s4"), (50, NOK, "n2")):
        week._until(start + hours * HOUR)
        week.happened("Checkout started", who, checkout_token=cart)
    week._until(start + 51 * HOUR + 30 * 60_000_000)
    week.happened("Order placed", SOMCHAI, checkout_token="s4")
    week._until(start + 6 * DAY)

    same = week.play(week.flow(), days=6)
    assert same.same
    assert same.live is None
    assert (same.draft.sent, same.really_sent) == (len(week.sent()), len(week.sent()))
    when = [one.at for day in same.draft.days for one in day.first]
    assert when == [at for at, _, _ in week.sent()], "to the minute what really happened"

    other = week.play(week.flow(hours=70), days=6)
    assert other.live == same.draft
    assert other.live is not None
    assert other.draft.sent < other.live.sent
    assert other.really_sent == len(week.sent())


def test_who_had_been_in_it_does_not_come_again_where_everyone_gets_it_once(week: Week) -> None:
    once: dict[str, Any] = {"entry": {"again": "never"}}
    desk = week.house.desk.drafts(week.shop)
    desk.put("flow", week.slug, "Once", week.flow(**once).to_json(), "Nok", week.clock.now())
    publish(week.house, week.shop, week.slug, "Nok")
    week.happened("Checkout started", DEWI, checkout_token="d5")
    week.clock.advance(days=4)
    week.work()
    week.happened("Checkout started", DEWI, checkout_token="d6")
    week.happened("Checkout started", NOK, checkout_token="n6")
    week.clock.advance(hours=1)
    assert week.play(week.flow(**once), days=2).draft.entered == 1
    assert week.play(week.flow(), days=2).draft.entered == 2


def test_what_the_clock_brings_comes_by_itself(week: Week) -> None:
    mail = {"id": "mail", "kind": "send_email", "settings": {"email": week.email}}

    def begun_by(kind: str, **settings: Any) -> Flow:
        start = {"id": "start", "kind": kind, "settings": settings}
        links = [{"from": "start", "to": "mail"}]
        return Flow.model_validate({"name": "Timed", "blocks": [start, mail], "links": links})

    at = week.clock.now() - 8 * DAY
    for who, birthday in ((DEWI, "1990-11-17"), (SOMCHAI, "1985-11-23")):
        week.happened("Account created", who, says="yes", ago=(week.clock.now() - at) / HOUR)
        with week.house.ledger.write(week.shop) as tx:
            from runtime.people import contacts

            contacts.update_many(tx, [contacts.Change(week.contact(who), set_fields={"birthday": birthday})])
    played = week.play(begun_by("date_trigger", field="birthday", when="on")).draft
    # Nine in the morning in Jakarta is nine in Bangkok.
    assert [(day.date, day.hours[9]) for day in played.days if day.sent] == [("2026-11-17", 1)]

    quiet = week.play(begun_by("quiet_trigger", event="Checkout started", amount=3, unit="days")).draft
    # Dewi's last was on the 16th, Budi's on the 17th, who said no by then; for Nok and Somchai three days are not over.
    assert quiet.entered == 2
    assert [day.date for day in quiet.days if day.sent] == ["2026-11-19"]
    anything = week.play(begun_by("quiet_trigger", event="", amount=2, unit="days")).draft
    # Dewi was heard of on the 16th, Budi on the 18th, Nok on the 18th: each is missed two days later, once.
    assert [(day.date, day.sent) for day in anything.days if day.sent] == [("2026-11-18", 1)]
    assert anything.people == 3


def test_other_apps_are_not_called_and_are_taken_to_have_answered(week: Week) -> None:
    flow = week.flow().model_dump(mode="json", by_alias=True)
    app_ = {"url": "https://crm.example/carts", "wait": True, "amount": 1, "unit": "hours", "name": "crm"}
    flow["blocks"].append({"id": "tell", "kind": "webhook", "settings": app_})
    flow["links"][1] = {"from": "soon", "to": "tell"}
    flow["links"].append({"from": "tell", "outlet": "answered", "to": "first"})
    played = week.play(Flow.model_validate(flow)).draft
    assert (played.sent, played.mailed) == (2, 2)
    assert [one.block for one in played.senders] == ["first", "second"]


def test_what_the_team_is_told_is_no_message_to_people(week: Week) -> None:
    flow = week.flow().model_dump(mode="json", by_alias=True)
    flow["blocks"].append({"id": "tell", "kind": "notify_team", "settings": {"subject": "A cart"}})
    flow["links"][1] = {"from": "soon", "to": "tell"}
    flow["links"].append({"from": "tell", "to": "first"})
    played = week.play(Flow.model_validate(flow)).draft
    assert (played.sent, played.mailed) == (2, 2)
    assert [one.block for one in played.senders] == ["first", "second"]


def test_an_empty_history(house: House, shop: int, clock: SetClock) -> None:
    played = Week(house, shop, clock).play(Week(house, shop, clock).flow(), days=90).draft
    assert (played.events, played.entered, played.sent, played.busiest_day) == (0, 0, 0, None)
    assert len(played.days) == 91


def test_it_can_be_stopped_and_says_how_far_it_is(week: Week) -> None:
    shares: list[float] = []
    week.play(week.flow(), progress=shares.append)
    assert shares == sorted(shares)
    assert 0 < shares[-1] <= 1
    with pytest.raises(Stopped):
        week.play(week.flow(), progress=shares.append, stopping=lambda: len(shares) > 3)


def test_a_draft_that_cannot_be_published_is_not_played(week: Week) -> None:
    with pytest.raises(NotPublishable):
        week.play(Flow.model_validate({"name": "Empty"}))
    with pytest.raises(ValueError, match="366 days"):
        week.play(week.flow(), days=400)


async def test_in_a_process_of_its_own(week: Week, monkeypatch: pytest.MonkeyPatch) -> None:
    now, shares = week.clock.now(), list[float]()
    asked = (week.house, week.shop, week.slug, week.flow(), now - 7 * DAY, now)
    assert await backtest_apart(*asked, shares.append) == week.play(week.flow())
    assert await backtest_apart(*asked[:3], Flow.model_validate({"name": "Empty"}), *asked[4:], shares.append) is None


def test_on_the_command_line(week: Week, tmp_path: Path) -> None:
    desk, now = week.house.desk.drafts(week.shop), week.clock.now()
    desk.put("flow", week.slug, "Abandoned cart", week.flow().to_json(), "Nok", now)
    settings = week.house.settings
    environment = {"CARTWHEEL_DATA": str(settings.data), "CARTWHEEL_DATABASE_URL": settings.database_url}
    typed = ["flow", "backtest", week.slug, "--days", "7", "--until", "2026-11-21T16:00"]
    said = CliRunner().invoke(app, typed, env={**os.environ, **environment})
    assert said.exit_code == 0, said.exception
    lines = [" ".join(line.split()) for line in said.stdout.splitlines()]
    assert "Left, because “Order placed” happened 1" in lines
    assert "Messages 2 · to 2 people" in lines
    assert "Not sent: they had got enough e-mails 1" in lines
    told = CliRunner().invoke(app, [*typed, "--json"], env={**os.environ, **environment})
    assert Backtest.model_validate_json(told.stdout) == week.play(week.flow())
    ahead = CliRunner().invoke(app, [*typed[:-1], "2999-01-01T00:00"], env={**os.environ, **environment})
    assert (ahead.exit_code, str(ahead.exception)) == (
        1,
        "--until lies ahead: of that time no events are recorded yet.",
    )
