"""A flow that finishes takes nobody in and is archived when the last one is out; archiving and resuming survive a kill."""

from typing import Any

import pytest
from sqlalchemy import func, select

from blocks.flow import Flow
from runtime.engine.by_hand.handling import retry
from runtime.engine.leaving import endings
from runtime.engine.programs import Programs
from runtime.engine.publishing import overdue, publish
from runtime.engine.publishing.overdue import SEND, Choice
from runtime.engine.publishing.publish import NotLive, archive, finish, pause, resume
from runtime.engine.work import one_batch
from runtime.insight.why import why
from runtime.ledger.tables import flow, message, resumption, review, run, segment
from runtime.mail import Brand
from runtime.words import words
from tests.engine.stage import Stage, block, cart_flow, in_a_row, link

DEWI, BUDI = "dewi@example.com", "budi@example.com"
HOUR = 3_600_000_000


def state(stage: Stage) -> tuple[str, str | None]:
    """State and code of the flow."""
    with stage.house.ledger.read(stage.shop) as tx:
        row = tx.first(select(flow.c.state, flow.c.code).where(tx.mine(flow)))
        assert row is not None
        return row.state, row.code


def sent(stage: Stage) -> None:
    """Delivery sends all that is queued."""
    with stage.house.ledger.write(stage.shop) as tx:
        out = {"state": "sent", "done_at": stage.clock.now()}
        tx.execute(message.update().where(tx.mine(message), message.c.state == "queued").values(out))


def test_those_inside_finish_nobody_enters_and_then_it_is_archived_by_itself(stage: Stage) -> None:
    stage.publish(cart_flow(exits=[]))
    stage.happens("Checkout started", DEWI, checkout_token="c1")
    finish(stage.house, stage.shop, "flow")
    stage.happens("Checkout started", BUDI, checkout_token="c2")
    assert stage.runs(BUDI) == []
    with stage.house.ledger.read(stage.shop) as tx:
        answer = why(tx, stage.contact(BUDI).id, "flow", stage.clock.now())
    assert answer is not None
    assert words("en").text(answer.looks[0].why[0]) == "The Flow was finishing and took nobody in"
    stage.after(hours=2)
    assert stage.messages(DEWI) == [("first", "queued")]
    assert state(stage) == ("finishing", None)
    stage.after(days=3)
    assert stage.runs(DEWI) == [("second", "ended")]
    assert state(stage) == ("finishing", None), "her last message is not out yet"
    sent(stage)
    stage.work()
    assert state(stage) == ("archived", "finished")


def test_while_it_finishes_a_cart_that_changes_is_still_followed_and_another_one_changes_nothing(stage: Stage) -> None:
    stage.publish(cart_flow())
    stage.happens("Checkout started", DEWI, checkout_token="c1")
    finish(stage.house, stage.shop, "flow")
    stage.after(minutes=50)
    stage.happens("Checkout started", DEWI, checkout_token="c1")
    stage.happens("Checkout started", DEWI, checkout_token="c2")
    stage.happens("Checkout started", BUDI, checkout_token="c3")
    assert stage.runs() == [("hour", "open")]
    assert ("hour", "", "restarted") in stage.steps(DEWI)
    stage.after(minutes=50)
    assert stage.messages() == [], "the hour began again"
    stage.after(minutes=10)
    newer = stage.happens("Checkout started", DEWI, checkout_token="c1")
    assert [(one.block, one.state, one.event) for one in queue(stage)] == [("first", "queued", newer)]
    stage.after(days=1)
    sent(stage)
    stage.work()
    assert (stage.runs(), state(stage)) == ([("second", "ended")], ("archived", "finished"))


def test_an_empty_one_is_archived_at_once_and_publishing_brings_it_back(stage: Stage) -> None:
    stage.publish(cart_flow())
    finish(stage.house, stage.shop, "flow")
    stage.work()
    assert state(stage) == ("archived", "finished")
    stage.publish(cart_flow())
    stage.happens("Checkout started", DEWI, checkout_token="c1")
    assert (stage.runs(DEWI), state(stage)) == ([("hour", "open")], ("live", None))


def test_exits_work_while_it_finishes(stage: Stage) -> None:
    stage.publish(cart_flow())
    stage.happens("Checkout started", DEWI, checkout_token="c1")
    finish(stage.house, stage.shop, "flow")
    stage.happens("Order placed", DEWI, checkout_token="c1")
    assert (stage.runs(DEWI), state(stage)) == ([("hour", "left")], ("archived", "finished"))


def test_resuming_takes_people_in_again_and_the_clock_is_asked_again(stage: Stage) -> None:
    birthday = block("when", "date_trigger", field="birthday", yearly=True)
    stage.happens("Account created", DEWI, fields={"birthday": "1990-12-05"})
    stage.publish(in_a_row(birthday, block("week", "wait", amount=7, unit="days")))
    stage.work()
    stage.happens("Account created", BUDI, fields={"birthday": "1991-01-01"})
    finish(stage.house, stage.shop, "flow")
    stage.after(days=400)
    assert stage.all_runs() == []
    resume(stage.house, stage.shop, "flow")
    assert state(stage) == ("live", None)
    stage.after(days=366)
    assert {one.contact for one in stage.all_runs()} == {stage.contact(DEWI).id, stage.contact(BUDI).id}


def test_only_what_is_live_can_finish(stage: Stage) -> None:
    stage.publish(cart_flow())
    pause(stage.house, stage.shop, "flow")
    with pytest.raises(NotLive):
        finish(stage.house, stage.shop, "flow")


def many(stage: Stage, people: int) -> None:
    """So many have a first message waiting, a minute apart, while the flow is paused."""
    mail = block("first", "send_email", email="reminder")
    stage.publish(
        in_a_row(block("cart", "event_trigger", event="Cart"), mail, block("day", "wait", amount=9, unit="days"))
    )
    pause(stage.house, stage.shop, "flow")
    for number in range(people):
        stage.arrives("Cart", f"c{number:03}@example.com")
        if number % 10 == 9:
            stage.clock.advance(minutes=1)
    stage.work()


def queue(stage: Stage) -> list[Any]:
    with stage.house.ledger.read(stage.shop) as tx:
        return list(tx.all(message.select().where(tx.mine(message)).order_by(message.c.due_at, message.c.id)))


def killed(stage: Stage, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    """What is done in batches dies after the first of them."""

    def once(house: Any, workspace: int, work: Any) -> None:
        with one_batch(house, workspace, Programs()) as batch:
            work(batch, Programs(), at_once)
        raise KeyboardInterrupt

    monkeypatch.setattr(publish, "_in_batches", once)


def test_archiving_that_is_killed_goes_on_by_itself(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    many(stage, 30)
    killed(stage, monkeypatch, 10)
    with pytest.raises(KeyboardInterrupt):
        archive(stage.house, stage.shop, "flow")
    assert sorted(state for _, state in stage.runs()) == ["left"] * 10 + ["open"] * 20
    stage.work()
    assert {state for _, state in stage.runs()} == {"left"}
    assert {state for _, state in stage.messages()} == {"cancelled"}


def through(stage: Stage, people: int) -> None:
    """So many are through, and the only message of each waits, as it does at night."""
    stage.publish(in_a_row(block("cart", "event_trigger", event="Cart"), block("mail", "send_email", email="reminder")))
    for number in range(people):
        stage.arrives("Cart", f"c{number:03}@example.com")
    stage.work()
    assert set(stage.runs()) == {("mail", "ended")}


@pytest.mark.parametrize("brought_back", ["published", "resumed"])
def test_what_waited_when_a_flow_was_archived_does_not_go_out_when_it_is_brought_back(
    stage: Stage, brought_back: str
) -> None:
    through(stage, 2)
    archive(stage.house, stage.shop, "flow")
    if brought_back == "published":
        stage.publish(cart_flow())
    else:
        resume(stage.house, stage.shop, "flow")
    stage.work()
    assert [(one.state, one.code) for one in queue(stage)] == [("cancelled", "flow_archived")] * 2
    assert stage.runs() == [("mail", "ended")] * 2


def test_messages_of_an_archived_flow_are_cancelled_some_at_a_time_by_whoever_goes_on_with_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    through(stage, 30)
    killed(stage, monkeypatch, 10)
    with pytest.raises(KeyboardInterrupt):
        archive(stage.house, stage.shop, "flow")
    assert sorted(one.state for one in queue(stage)) == ["cancelled"] * 10 + ["queued"] * 20
    stage.work()
    assert {one.state for one in queue(stage)} == {"cancelled"}


def test_what_a_server_is_being_handed_stays_as_it_is_and_is_cancelled_if_it_puts_it_off(stage: Stage) -> None:
    through(stage, 1)
    with stage.house.ledger.write(stage.shop) as tx:
        tx.execute(message.update().values(state="sending", lease_by="us", lease_until=stage.clock.now() + HOUR))
    archive(stage.house, stage.shop, "flow")
    assert stage.messages() == [("mail", "sending")]
    with stage.house.ledger.write(stage.shop) as tx:
        tx.execute(message.update().values(state="queued", lease_by=None, lease_until=None))
    stage.work()
    assert stage.messages() == [("mail", "cancelled")]


def test_archiving_one_flow_leaves_what_waits_of_another(stage: Stage) -> None:
    through(stage, 1)
    stage.publish(cart_flow(), "other")
    archive(stage.house, stage.shop, "other")
    assert stage.messages() == [("mail", "queued")]


def test_what_is_overdue_is_counted_and_sent_now_unless_something_else_is_chosen(stage: Stage) -> None:
    many(stage, 30)
    assert overdue.overdue(stage.house, stage.shop, "flow") == 30
    before = queue(stage)
    resume(stage.house, stage.shop, "flow", SEND)
    assert (state(stage), queue(stage)) == (("live", None), before)
    assert overdue.overdue(stage.house, stage.shop, "flow") == 0


@pytest.mark.parametrize("kill", [False, True])
def test_what_is_overdue_is_spread_evenly_the_oldest_first(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, kill: bool
) -> None:
    many(stage, 30)
    order = [one.id for one in queue(stage)]
    now = stage.clock.now()
    if kill:
        killed(stage, monkeypatch, 10)
        with pytest.raises(KeyboardInterrupt):
            resume(stage.house, stage.shop, "flow", Choice("spread", 6))
        assert state(stage)[0] == "paused", "nothing goes out before it was decided"
        stage.clock.advance(minutes=1)
        stage.work()
    else:
        resume(stage.house, stage.shop, "flow", Choice("spread", 6))
    assert state(stage) == ("live", None)
    after = queue(stage)
    assert [one.id for one in after] == order
    assert [one.due_at for one in after] == [now + 1 + 6 * HOUR * place // 30 for place in range(30)]
    assert {one.code for one in after} == {"spread_out"}
    with stage.house.ledger.read(stage.shop) as tx:
        assert tx.scalar(select(func.count()).select_from(resumption)) == 0


def test_what_is_overdue_is_skipped_and_the_runs_go_on(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    many(stage, 30)
    killed(stage, monkeypatch, 10)
    with pytest.raises(KeyboardInterrupt):
        resume(stage.house, stage.shop, "flow", Choice("skip"))
    assert sum(one.state == "skipped" for one in queue(stage)) == 10
    stage.work()
    assert {(one.state, one.code) for one in queue(stage)} == {("skipped", "skipped_on_resume")}
    assert (state(stage)[0], {state for _, state in stage.runs()}) == ("live", {"open"})


@pytest.mark.parametrize("how", [Choice("skip"), Choice("spread", 6)])
def test_publishing_a_paused_flow_does_with_what_is_overdue_what_was_chosen(stage: Stage, how: Choice) -> None:
    many(stage, 30)
    changed = Flow.model_validate({"name": "flow", **in_a_row(block("cart", "event_trigger", event="Basket"))})
    publish.release(stage.house, stage.shop, "flow", changed, (), "Nok", choice=how)
    assert state(stage)[0] == "paused", "nothing goes out before it was decided"
    stage.work()
    assert state(stage) == ("live", None)
    assert {one.code for one in queue(stage)} == {"skipped_on_resume" if how.how == "skip" else "spread_out"}


def test_who_waits_for_what_another_app_says_is_not_held_by_a_call_that_was_skipped(stage: Stage) -> None:
    call = block("call", "webhook", url="https://app.example/", wait=True, amount=5, unit="days")
    blocks = [block("joined", "event_trigger", event="Account created"), call, block("sorry", "send_email", email="a")]
    stage.publish({"blocks": blocks, "links": [link("joined", "call"), link("call", "sorry", "failed")]})
    pause(stage.house, stage.shop, "flow")
    stage.happens("Account created", DEWI)
    resume(stage.house, stage.shop, "flow", Choice("skip"))
    stage.work()
    assert stage.messages() == [("call", "skipped"), ("sorry", "queued")]
    assert stage.steps(DEWI)[-2] == ("call", "failed", "app_failed")


def test_segments_hear_of_what_was_skipped(stage: Stage) -> None:
    kept_back = {"kind": "got", "what": "skipped", "email": "reminder", "times": 1, "window": {"kind": "ever"}}
    document = {"name": "Kept back", "rule": kept_back}
    with stage.house.ledger.write(stage.shop) as tx:
        row = {"id": tx.reserve(1)[0], "slug": "kept", "name": "Kept back", "state": "live", "document": document}
        tx.insert(segment, [row | {"since_at": 0}])
    many(stage, 3)
    resume(stage.house, stage.shop, "flow", Choice("skip"))
    with stage.house.ledger.read(stage.shop) as tx:
        assert tx.scalar(select(func.count()).select_from(review).where(tx.mine(review), review.c.segment == 0)) == 3


def test_archiving_takes_the_place_of_what_was_promised(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    many(stage, 30)
    with monkeypatch.context() as patched:
        killed(stage, patched, 10)
        with pytest.raises(KeyboardInterrupt):
            resume(stage.house, stage.shop, "flow", Choice("spread", 2))
    archive(stage.house, stage.shop, "flow")
    stage.work()
    assert state(stage)[0] == "archived"
    assert {one.state for one in queue(stage)} == {"cancelled"}


def test_nothing_to_end_costs_nothing_to_ask(stage: Stage) -> None:
    stage.publish(cart_flow())
    with one_batch(stage.house, stage.shop, Programs()) as batch:
        assert endings.end(batch, Programs(), 10) == overdue.keep(batch, Programs(), 10) == 0


def test_what_is_live_and_about_the_same_is_named_before_publishing(stage: Stage) -> None:
    stage.publish(cart_flow(), "cart")
    draft = Flow.model_validate({**cart_flow(), "name": "Cart, again"})
    found = publish.check_draft(stage.house, stage.shop, draft, slug="again")
    assert [(one.level, one.block) for one in found if one.code == "overlaps"] == [("warn", "cart")]
    itself = publish.check_draft(stage.house, stage.shop, draft, slug="cart")
    finish(stage.house, stage.shop, "cart")
    without = publish.check_draft(stage.house, stage.shop, draft, slug="again")
    assert "overlaps" not in [one.code for one in (*itself, *without)]


def test_a_link_that_may_lead_nowhere_is_named_before_publishing(stage: Stage) -> None:
    button = {"kind": "button", "id": "s1", "label": "To your cart", "link": "{{ cart.url }}"}
    email = {"subject": "Your tea", "kind": "transactional", "sections": [button]}
    drafts, now = stage.house.desk.drafts(stage.shop), stage.house.clock.now()
    drafts.put("email", "hello", "Hello", email, "nok@doileaf.example", now)
    send = in_a_row(
        block("start", "event_trigger", event="Checkout started"), block("mail", "send_email", email="hello")
    )

    def doubts() -> list[tuple[str, str]]:
        found = publish.check_draft(stage.house, stage.shop, Flow.model_validate({**send, "name": "Cart"}))
        return [(one.level, one.block) for one in found if one.code == "email_doubtful"]

    assert doubts() == [("warn", "mail")]
    drafts.put("brand", "brand", "brand", Brand(website="https://doileaf.example").model_dump(mode="json"), "nok", now)
    assert doubts() == []


def test_who_failed_after_leaving_by_a_rule_goes_on_with_the_last_way_only(stage: Stage) -> None:
    """Tried again, nothing makes them leave once more, though the rule still holds."""
    vip = {"kind": "field", "of": "contact", "field": "tags[]", "op": "is", "value": "VIP"}
    flow = cart_flow(exits=[{"rule": vip}])
    flow["blocks"] += [block("bye", "on_leaving"), block("thanks", "send_email", email="thanks")]
    flow["links"].append({"from": "bye", "to": "thanks"})
    stage.publish(flow)
    stage.happens("Checkout started", DEWI, checkout_token="c1")
    stage.happens("Page viewed", DEWI, fields={"tags": ["VIP"]})
    (one,) = stage.all_runs()
    with stage.house.ledger.write(stage.shop) as tx:
        failed = {"state": "failed", "block": "thanks", "code": "block_failed", "args": None}
        tx.execute(run.update().where(run.c.id == one.id).values(failed))
        tx.execute(message.delete().where(message.c.run == one.id))
    retry(stage.house, stage.shop, {one.id: one.hops}, "Nok")
    assert (stage.messages(DEWI), stage.runs(DEWI)) == ([("thanks", "queued")], [("thanks", "departed")])
