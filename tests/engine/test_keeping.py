"""What a run keeps: a coupon code that rules and e-mails read, the same whenever the run comes by; and orders that use it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from blocks.contract import TooMuchKept
from blocks.values import micros, moment
from runtime.clock import DAY
from runtime.engine import coupons
from runtime.engine.batch import Batch
from runtime.engine.run import Run
from runtime.ledger.tables import coupon, event
from runtime.people import erasure
from tests.engine.stage import Stage, block, in_a_row, link

DEWI, BUDI = "dewi@example.com", "budi@example.com"
HAS_CODE = {"kind": "field", "of": "run", "field": "coupon.code", "op": "is_set"}


def birthday(**settings: Any) -> dict[str, Any]:
    """A code, a day, and an e-mail for those who have one."""
    return {
        "blocks": [
            block("came", "event_trigger", event="Birthday"),
            block("code", "issue_coupon", **{"prefix": "tea-", "days": 3, **settings}),
            block("day", "wait", amount=1, unit="days"),
            block("has", "branch", rule=HAS_CODE),
            block("wish", "send_email", email="wish"),
            block("sorry", "send_email", email="sorry"),
        ],
        "links": [
            link("came", "code"),
            link("code", "day"),
            link("day", "has"),
            link("has", "wish", "yes"),
            link("has", "sorry", "no"),
        ],
        "exits": [{"event": "Coupon used"}],
    }


def round_and_round() -> dict[str, Any]:
    """A code, a day, and the same again."""
    document = in_a_row(
        block("came", "event_trigger", event="Birthday"),
        block("code", "issue_coupon", prefix="TEA-", days=3),
        block("day", "wait", amount=1, unit="days"),
    )
    document["links"].append(link("day", "code"))
    return document


def codes(stage: Stage) -> list[Any]:
    """Every coupon, the first first."""
    with stage.house.ledger.read(stage.shop) as tx:
        return list(tx.all(coupon.select().order_by(coupon.c.id)))


def test_a_code_is_kept_and_rules_read_it_a_day_later(stage: Stage) -> None:
    stage.publish(birthday())
    stage.happens("Birthday", DEWI, fields={"zone": "Asia/Bangkok"})
    (one,) = stage.all_runs()
    (made,) = codes(stage)
    assert one.kept["coupon"]["code"] == made.code
    assert made.code.startswith("TEA-")
    assert len(made.code) == 12
    # Until the end of the third day where Dewi lives, seven hours before it ends in London.
    assert made.expires_at == micros(datetime(2026, 11, 24, 16, 59, 59, tzinfo=UTC))
    assert one.typed["d"]["coupon.expires"] == made.expires_at
    stage.after(days=1)
    assert stage.messages(DEWI) == [("wish", "queued")]


def test_a_run_that_keeps_nothing_has_nothing_beside_it(stage: Stage) -> None:
    stage.publish(
        in_a_row(block("came", "event_trigger", event="Birthday"), block("day", "wait", amount=1, unit="days"))
    )
    stage.happens("Birthday", DEWI)
    (one,) = stage.all_runs()
    assert (one.kept, one.typed) == (None, None)


def test_coming_by_again_gives_the_same_code_for_longer(stage: Stage) -> None:
    stage.publish(round_and_round())
    stage.happens("Birthday", DEWI)
    stage.happens("Birthday", BUDI)
    before = [one.kept["coupon"] for one in stage.all_runs()]
    stage.after(days=5)
    after = [one.kept["coupon"] for one in stage.all_runs()]
    assert [one["code"] for one in after] == [one["code"] for one in before]
    first, second = codes(stage)
    assert first.code != second.code
    # What the e-mail says, what the step says and what the shop is told are one.
    assert [datetime.fromisoformat(one["expires"]) for one in after] == [moment(first.expires_at)] * 2
    assert first.expires_at > stage.clock.now() + DAY


def test_who_starts_over_keeps_nothing_but_the_code(stage: Stage) -> None:
    stage.publish(birthday())
    stage.happens("Birthday", DEWI)
    (made,) = codes(stage)
    stage.happens("Birthday", DEWI)
    (one,) = stage.all_runs()
    assert one.kept["coupon"]["code"] == made.code
    assert len(codes(stage)) == 1


def test_a_code_that_an_order_has_used_stays_as_it_was(stage: Stage) -> None:
    stage.publish(round_and_round())
    stage.happens("Birthday", DEWI)
    (made,) = codes(stage)
    stage.happens("Order placed", DEWI, discount_codes=[{"code": made.code}])
    stage.after(days=2)
    (used,) = codes(stage)
    assert (used.code, used.expires_at) == (made.code, made.expires_at)
    assert used.used_at is not None


def test_two_runs_never_have_the_same_code(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coupons, "_ALPHABET", "AB")
    stage.publish(birthday(length=6))
    for number in range(20):
        stage.arrives("Birthday", f"guest{number}@example.com")
    stage.work()
    made = [row.code for row in codes(stage)]
    assert len(set(made)) == 20
    assert sorted(one.kept["coupon"]["code"] for one in stage.all_runs()) == sorted(made)


@pytest.mark.parametrize("how", ["texts", "objects"])
def test_an_order_with_the_code_marks_it_used_and_ends_the_run(stage: Stage, how: str) -> None:
    stage.publish(birthday())
    stage.happens("Birthday", DEWI)
    (made,) = codes(stage)
    typed = made.code.lower()
    brought = [typed, "SUMMER"] if how == "texts" else [{"code": typed}]
    ordered = stage.happens("Order placed", BUDI, ago=0.5, discount_codes=brought, total=640)
    (used,) = codes(stage)
    assert used.used_at == stage.clock.now() - 1_800_000_000
    assert stage.runs(DEWI) == [("day", "left")]
    with stage.house.ledger.read(stage.shop) as tx:
        row = tx.all(select(event).where(event.c.name == "Coupon used"))[0]
        assert row.properties["total"] == 640
        assert row.contact == made.contact
    stage.happens("Order placed", BUDI, discount_codes=brought)
    assert codes(stage)[0].used_at == used.used_at, "the first order counts"
    assert ordered


def test_who_is_erased_leaves_no_code_and_nothing_kept(stage: Stage) -> None:
    stage.publish(birthday())
    stage.happens("Birthday", DEWI)
    (made,) = codes(stage)
    assert erasure.erase(stage.house, stage.shop, made.contact)
    assert codes(stage) == []
    assert [(one.kept, one.typed) for one in stage.all_runs()] == [(None, None)]
    stage.happens("Order placed", BUDI, discount_codes=[made.code])


def test_a_run_may_not_keep_too_much(stage: Stage) -> None:
    one = Run(1, 1, 1, 1, "", "a", 1, 1, 0, 0, 0, 0)
    with stage.house.ledger.read(stage.shop) as tx, pytest.raises(TooMuchKept):
        Batch(tx, 0).keep(one, "crm", "x" * 40_000)
