"""People leave as soon as a rule holds for them: at once when something happens to them, at any block, and before each one."""

from typing import Any

from blocks.phrase import Phrase, load_arg
from runtime.engine.by_hand.changing import change_contacts
from runtime.ledger.tables import step
from runtime.people.contacts import Change
from runtime.words import words
from tests.engine.stage import Stage, block, in_a_row, link

DEWI, BUDI, NOK = "dewi@example.com", "budi@example.com", "nok@example.com"
VIP = {"kind": "field", "of": "contact", "field": "tags[]", "op": "is", "value": "VIP"}
IN_BANGKOK = {"kind": "field", "of": "contact", "field": "city", "op": "is", "value": "Bangkok"}


def series(*exits: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A welcome: a day, a first e-mail, a week, a second one."""
    return {
        **in_a_row(
            block("joined", "event_trigger", event="Signed up"),
            block("day", "wait", amount=1, unit="days"),
            block("first", "send_email", email="welcome"),
            block("week", "wait", amount=7, unit="days"),
            block("second", "send_email", email="best sellers"),
        ),
        "exits": list(exits),
        **changes,
    }


def tagging(event: str, tag: str) -> dict[str, Any]:
    """A flow that gives a tag."""
    return in_a_row(
        block("when", "event_trigger", event=event),
        block("tag", "update_contact", change="add_tag", name=tag),
    )


def bought(times: int, days: int = 30, *, negate: bool = False) -> dict[str, Any]:
    """Has ordered so often lately."""
    window = {"kind": "last_days", "days": days}
    return {"kind": "did", "event": "Order placed", "times": times, "window": window, "negate": negate}


def test_who_moves_to_bangkok_leaves_at_once_and_what_waits_is_cancelled(stage: Stage) -> None:
    stage.publish(series({"rule": IN_BANGKOK}))
    for who in (DEWI, NOK):
        stage.happens("Signed up", who)
    stage.after(days=2)
    stage.happens("Page viewed", NOK, fields={"city": "Bangkok"})
    assert stage.runs(NOK) == [("week", "left")]
    assert stage.messages(NOK) == [("first", "cancelled")]
    assert stage.runs(DEWI) == [("week", "open")]


def test_the_reason_names_the_condition(stage: Stage) -> None:
    stage.publish(series({"rule": bought(2)}))
    stage.happens("Signed up", DEWI)
    stage.happens("Order placed", DEWI)
    assert stage.runs(DEWI) == [("day", "open")]
    stage.happens("Order placed", DEWI)
    assert stage.runs(DEWI) == [("day", "left")]
    assert stage.steps(DEWI)[-1] == ("day", "", "exit_rule")
    with stage.house.ledger.read(stage.shop) as tx:
        (row,) = tx.all(step.select().where(tx.mine(step), step.c.code == "exit_rule"))
    said = words("en").text(Phrase("Because this became true: {rule}", {"rule": load_arg(row.args["rule"])}))
    assert said == "Because this became true: “Order placed” happened at least 2 times in the last 30 days"


def test_a_tag_that_another_flow_gives_takes_them_out_in_the_same_batch(stage: Stage) -> None:
    stage.publish(series({"rule": VIP}), "welcome")
    stage.publish(tagging("Order placed", "VIP"), "vips")
    stage.happens("Signed up", DEWI)
    stage.happens("Signed up", BUDI)
    stage.arrives("Order placed", DEWI)
    stage.engine.work()  # one batch
    assert stage.runs(DEWI) == [("day", "left"), ("tag", "ended")]
    assert stage.runs(BUDI) == [("day", "open")]


def test_of_two_events_in_one_batch_what_the_first_led_to_comes_before_the_second(stage: Stage) -> None:
    flow = series({"rule": VIP, "name": "Became a VIP"}, {"event": "Order placed"})
    for name, because in (("vip", "Became a VIP"), ("order", "Order placed")):
        flow["blocks"] += [block(f"bye-{name}", "on_leaving", event=because), block(name, "send_email", email=name)]
        flow["links"].append(link(f"bye-{name}", name))
    stage.publish(flow, "welcome")
    stage.publish(tagging("Review written", "VIP"), "vips")
    for who in (DEWI, BUDI):
        stage.happens("Signed up", who)
    for name, who in (("Review written", DEWI), ("Order placed", BUDI), ("Order placed", DEWI)):
        stage.arrives(name, who)
    stage.engine.work()  # one batch
    assert (stage.messages(DEWI), stage.messages(BUDI)) == ([("vip", "queued")], [("order", "queued")])


def test_a_tag_given_by_the_flow_itself_ends_the_run_before_its_next_block(stage: Stage) -> None:
    flow = in_a_row(
        block("when", "event_trigger", event="Signed up"),
        block("tag", "update_contact", change="add_tag", name="VIP"),
        block("mail", "send_email", email="welcome"),
    )
    stage.publish({**flow, "exits": [{"rule": VIP}]})
    stage.happens("Signed up", DEWI)
    assert (stage.runs(DEWI), stage.messages(DEWI)) == ([("mail", "left")], [])


def test_a_person_who_changes_somebody_lets_them_leave_at_once(stage: Stage) -> None:
    stage.publish(series({"rule": VIP}))
    stage.happens("Signed up", DEWI)
    change_contacts(stage.house, stage.shop, [Change(stage.contact(DEWI).id, add_tags=("VIP",))])
    assert stage.runs(DEWI) == [("day", "left")]
    assert stage.contact(DEWI).tags == ["VIP"]


def test_who_meets_it_on_entering_gets_nothing_of_it_not_even_the_farewell(stage: Stage) -> None:
    flow = series({"rule": IN_BANGKOK})
    flow["blocks"] += [block("bye", "on_leaving"), block("thanks", "send_email", email="thanks")]
    flow["links"] = [link("joined", "first"), link("bye", "thanks")]
    stage.publish(flow)
    stage.happens("Signed up", NOK, fields={"city": "Bangkok"})
    assert (stage.runs(NOK), stage.messages(NOK)) == ([("joined", "left")], [])


def test_what_time_alone_makes_true_is_noticed_when_the_wait_ends(stage: Stage) -> None:
    stage.publish(series({"rule": bought(1, 3, negate=True)}))
    stage.happens("Order placed", DEWI)
    stage.happens("Signed up", DEWI)
    stage.after(days=4)
    assert stage.messages(DEWI) == [("first", "queued")], "a day after the order they had ordered lately"
    assert stage.runs(DEWI) == [("week", "open")], "nothing happened to them, so nobody looked"
    stage.after(days=5)
    assert stage.messages(DEWI) == [("first", "cancelled")]
    assert stage.runs(DEWI) == [("week", "left")]


def test_a_farewell_picks_its_exit_by_name(stage: Stage) -> None:
    flow = series({"rule": VIP, "name": "Became a VIP"}, {"event": "Order placed"})
    for name, because in (("vip", "Became a VIP"), ("order", "Order placed")):
        flow["blocks"] += [block(f"bye-{name}", "on_leaving", event=because), block(name, "send_email", email=name)]
        flow["links"].append(link(f"bye-{name}", name))
    stage.publish(flow)
    for who in (DEWI, BUDI):
        stage.happens("Signed up", who)
    stage.happens("Order placed", BUDI)
    change_contacts(stage.house, stage.shop, [Change(stage.contact(DEWI).id, add_tags=("vip",))])
    assert stage.messages(DEWI) == [("vip", "queued")]
    assert stage.messages(BUDI) == [("order", "queued")]
    assert {state for _, state in stage.runs()} == {"departed"}
    stage.happens("Page viewed", DEWI)
    assert stage.messages(DEWI) == [("vip", "queued")], "nothing makes them leave again"


def test_a_rule_may_look_at_what_the_run_stands_on(stage: Stage) -> None:
    big = {"kind": "field", "field": "total", "op": "over", "value": 1000}
    both = {"kind": "all", "rules": [big, bought(1)]}
    stage.publish(series({"rule": both}))
    stage.happens("Signed up", DEWI, total=1500)
    stage.happens("Signed up", BUDI, total=10)
    for who in (DEWI, BUDI):
        stage.happens("Order placed", who)
    assert (stage.runs(DEWI), stage.runs(BUDI)) == ([("day", "left")], [("day", "open")])


def test_so_may_the_last_way_of_whom_it_takes_out(stage: Stage) -> None:
    big = {"kind": "field", "field": "total", "op": "over", "value": 1000}
    flow = series({"rule": bought(1)})
    flow["blocks"] += [block("bye", "on_leaving"), block("big", "branch", rule=big)]
    flow["links"].append(link("bye", "big"))
    stage.publish(flow)
    stage.happens("Signed up", DEWI, total=1500)
    stage.happens("Order placed", DEWI)
    assert stage.steps(DEWI)[-1] == ("big", "yes", None)


def test_an_older_version_keeps_its_rules(stage: Stage) -> None:
    stage.publish(series({"rule": VIP}))
    stage.happens("Signed up", DEWI)
    stage.publish(series())
    stage.happens("Signed up", BUDI)
    ids = [stage.contact(who).id for who in (DEWI, BUDI)]
    change_contacts(stage.house, stage.shop, [Change(id_, add_tags=("VIP",)) for id_ in ids])
    assert (stage.runs(DEWI), stage.runs(BUDI)) == ([("day", "left")], [("day", "open")])


def test_the_last_way_of_whom_a_person_takes_out_may_ask_what_any_way_may(stage: Stage) -> None:
    flow = series({"rule": VIP})
    flow["blocks"] += [block("bye", "on_leaving"), block("how", "by_message", message="first")]
    flow["links"].append(link("bye", "how"))
    stage.publish(flow)
    stage.happens("Signed up", DEWI)
    change_contacts(stage.house, stage.shop, [Change(stage.contact(DEWI).id, add_tags=("VIP",))])
    assert stage.steps(DEWI)[-2:] == [("bye", "next", None), ("how", "not_sent", "no_message")]
    assert stage.runs(DEWI) == [("how", "departed")]
