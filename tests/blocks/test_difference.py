"""How a flow differs from what it was, in words."""

from typing import Any

import pytest

from blocks.contract import Known
from blocks.difference import differences
from blocks.flow import Flow
from runtime.words import words
from tests.engine.stage import block, cart_flow, in_a_row, link

KNOWN = Known(
    emails={"reminder": "Your tea is waiting", "concerns": "Any questions?"}, segments={"vip": "Best customers"}
)


def between(before: dict[str, Any], after: dict[str, Any], language: str = "en") -> list[tuple[str, str]]:
    old, new = (Flow.model_validate({"name": "Cart", **document}) for document in (before, after))
    w = words(language)
    return [(one.what, w.text(one.said)) for one in differences(old, new, KNOWN)]


def of_a_block(kind: str, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    old, new = ({"blocks": [block("it", kind, **settings)]} for settings in (before, after))
    return [said for _, said in between(old, new)]


def over(total: int, field: str = "total", op: str = "over") -> dict[str, Any]:
    return {"kind": "field", "field": field, "op": op, "value": total}


def test_nothing_changed_is_no_difference() -> None:
    assert between(cart_flow(), cart_flow()) == []


def test_moving_a_card_and_writing_a_note_is_none() -> None:
    draft = cart_flow(notes=[{"id": "n1", "text": "Payday is the 25th"}])
    draft["blocks"][1]["position"] = {"x": 300, "y": 80}
    assert between(cart_flow(), draft) == []


def test_a_setting_that_says_what_was_meant_anyway_is_none() -> None:
    assert of_a_block("wait", {"amount": 2}, {"amount": 2, "unit": "hours", "since": "arriving"}) == []


def test_a_wait_is_longer_or_shorter_whatever_its_unit() -> None:
    assert of_a_block("wait", {"amount": 2, "unit": "days"}, {"amount": 1, "unit": "days"}) == [
        "Wait shortened from 2 days to 1 day"
    ]
    assert of_a_block("wait", {"amount": 90, "unit": "minutes"}, {"amount": 2, "unit": "months"}) == [
        "Wait lengthened from 1 hour 30 minutes to 2 months"
    ]


def test_several_settings_of_a_block_are_one_sentence() -> None:
    later = {"time": "10:00", "weekdays": [1, 2]}
    assert of_a_block("wait_until", {"time": "09:00"}, later) == [
        "Wait until 09:00 where they live: Time of day from 09:00 to 10:00 and On these days from any day to Mon and Tue"
    ]


def test_a_setting_that_does_not_apply_is_not_said() -> None:
    assert of_a_block("send_email", {"email": "reminder"}, {"email": "reminder", "within": 3}) == []
    assert of_a_block("send_email", {"email": "reminder"}, {"email": "concerns", "hurry": True, "within": 3}) == [
        "Send e-mail “Your tea is waiting”: E-mail from “Your tea is waiting” to “Any questions?”, "
        "Only if it can go out soon: now on and Within from 12 hours to 3 hours"
    ]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (over(500), over(1000), "total is over 500 → 1,000"),
        (over(500), over(500, op="at_least"), "total is over 500 → is at least 500"),
        (over(500), over(500, field="subtotal"), "total is over 500 → subtotal is over 500"),
        (
            {"kind": "all", "rules": [over(500), over(2, "items")]},
            {"kind": "all", "rules": [over(2, "items"), over(900)]},
            "total is over 500 → 900",
        ),
        (
            {"kind": "all", "rules": [over(500)]},
            {"kind": "all", "rules": [over(500), over(2, "items")]},
            "also items is over 2",
        ),
        (
            {"kind": "all", "rules": [over(500), over(2, "items")]},
            {"kind": "all", "rules": [over(500)]},
            "no longer items is over 2",
        ),
    ],
)
def test_of_a_rule_only_what_differs_is_said(before: dict[str, Any], after: dict[str, Any], said: str) -> None:
    (found,) = of_a_block("branch", {"rule": before}, {"rule": after})
    assert found.endswith(f"Who goes to “Yes”: {said}")


def test_ways_are_told_apart_by_their_ids() -> None:
    vip = {"id": "vip", "name": "VIP", "rule": over(500)}
    near = {"id": "near", "name": "Bangkok", "rule": over(1)}
    far = {"id": "far", "name": "Far", "rule": over(3)}
    before = {"ways": [vip, near]}
    after = {"ways": [{**vip, "rule": over(1000)}, {**far}]}
    (found,) = of_a_block("many_ways", before, after)
    assert found == (
        "Split many ways (“VIP”, “Bangkok” or everyone else): way “VIP”: total is over 500 → 1,000, "
        "the way “Far” is new and the way “Bangkok” is gone"
    )
    (renamed,) = of_a_block("many_ways", before, {"ways": [near, {**vip, "name": "Best"}]})
    assert renamed.endswith("the way “VIP” is called “Best” and its ways stand in another order")


def test_the_weights_of_an_experiment_are_said() -> None:
    a, b = {"id": "a", "name": "A", "weight": 50}, {"id": "b", "name": "B", "weight": 50}
    (found,) = of_a_block("experiment", {"arms": [a, b]}, {"arms": [{**a, "weight": 90}, b], "hold_out": 10})
    assert found.endswith("way “A”: 50 → 90 and Held out: they get none of the variants from 0% to 10%")


def test_what_comes_and_goes_in_between_is_said_without_its_links() -> None:
    draft = cart_flow()
    draft["blocks"] = [one for one in draft["blocks"] if one["id"] != "day"]
    draft["blocks"].append(block("tag", "update_contact", change="add_tag", name="cart left"))
    draft["links"] = [
        link("cart", "hour"),
        link("hour", "tag"),
        link("tag", "first"),
        link("first", "ordered"),
        link("ordered", "second", "no"),
    ]
    assert between(cart_flow(), draft) == [
        ("added", "Added: Add the tag “cart left”"),
        ("removed", "Removed: Wait 23 hours"),
    ]


def test_a_way_that_leads_to_another_block() -> None:
    draft = cart_flow()
    draft["links"] = [{**one, "outlet": "yes"} if one["from"] == "ordered" else one for one in draft["links"]]
    split = "Split yes / no (If “Order placed” happened since entering)"
    assert between(cart_flow(), draft) == [
        ("links", f"{split}, “No” leads nowhere now"),
        ("links", f"{split}, “Yes” now leads to: Send e-mail “Any questions?”"),
    ]


def test_half_done_and_unknown_blocks_have_no_details() -> None:
    assert of_a_block("wait", {"amount": 1}, {"amount": "soon"}) == ["Changed: Wait 1 hour"]
    assert of_a_block("teleport", {"to": "Mars"}, {"to": "Venus"}) == ["Changed: “teleport”"]


def test_settings_of_the_flow() -> None:
    row = in_a_row(block("cart", "event_trigger", event="Checkout started"))
    before = {
        **row,
        "exits": [{"event": "Order placed"}, {"event": "Cart emptied", "where": over(1)}],
        "conversion": {"event": "Order placed"},
    }
    after = {
        **row,
        "name": "Carts",
        "exits": [{"event": "Refunded", "key": "order_id"}, {"event": "Cart emptied", "where": over(2)}],
        "entry": {"key": "checkout_token", "again": "after_days", "again_days": 7, "newest_wins": True},
        "priority": 4,
        "hold_out": 10,
    }
    assert between(before, after) == [
        ("flow", said)
        for said in (
            "Renamed from “Cart” to “Carts”",
            "One Run for each checkout token",
            "Coming back: Again after some days (before: As often as it happens)",
            "Coming back after 7 days",
            "A newer Run replaces the older one",
            "Now leaves when “Refunded” happens for the same order id",
            "Leaves when “Cart emptied” happens: total is over 1 → 2",
            "No longer leaves when “Order placed” happens",
            "Nothing counts as a success any more",
            "Priority from Normal to High",
            "Holds out 10% instead of 0%",
        )
    ]


def test_by_whose_clocks_it_goes_is_said_and_changes_no_block() -> None:
    morning = in_a_row(block("cart", "event_trigger", event="Checkout started"), block("nine", "wait_until"))
    fixed = {**morning, "zone": "Asia/Bangkok"}
    assert between(morning, fixed) == [("flow", "Goes by clocks in Bangkok for everybody")]
    assert between(fixed, morning) == [("flow", "Goes by each Contact’s own clocks again")]
    gone = {**fixed, "blocks": fixed["blocks"][:1], "links": []}
    assert between(fixed, gone) == [("removed", "Removed: Wait until 09:00 by clocks in Bangkok")]


def test_it_is_said_in_the_readers_language() -> None:
    draft = cart_flow(priority=4)
    draft["blocks"][1]["settings"]["amount"] = 2
    assert between(cart_flow(), draft, "th") == [
        ("changed", "รอ นานขึ้นจาก 1 ชั่วโมง เป็น 2 ชั่วโมง"),
        ("flow", "ลำดับความสำคัญจาก ปกติ เป็น สูง"),
    ]


def test_dates_over_which_a_flow_pauses_are_said() -> None:
    songkran = {"from": "2027-04-13", "to": "2027-04-15", "yearly": True}
    before, after = Flow(name="Tea"), Flow.model_validate({"name": "Tea", "pauses": [songkran]})
    (one,) = differences(before, after, Known())
    assert words("en").text(one.said) == "Now pauses from 13 Apr 2027 to 15 Apr 2027, every year"
    (back,) = differences(after, before, Known())
    assert words("en").text(back.said) == "No longer pauses from 13 Apr 2027 to 15 Apr 2027"


def test_a_segment_and_an_e_mail_in_a_rule_go_by_their_names() -> None:
    vip, got = {"kind": "in_segment", "segment": "vip"}, {"kind": "got", "email": "reminder"}
    assert between(cart_flow(), cart_flow(exits=[{"rule": vip}])) == [
        ("flow", "Now leaves when they are in the Segment “Best customers”"),
        ("flow", "No longer leaves when “Order placed” happens for the same checkout token"),
    ]
    assert of_a_block("branch", {"rule": vip}, {"rule": {"kind": "all", "rules": [vip, got]}}) == [
        "Split yes / no (If they are in the Segment “Best customers”): Who goes to “Yes”: they are in the Segment"
        " “Best customers” → they are in the Segment “Best customers” and “Your tea is waiting” was sent to them at any time"
    ]
    gone = {"kind": "not", "rule": {"kind": "in_segment", "segment": "gone"}}
    assert of_a_block("branch", {"rule": vip}, {"rule": gone})[0].endswith("→ not (they are in the Segment “gone”)")


def test_a_split_by_a_message_is_called_by_the_e_mail_that_it_looks_at() -> None:
    """Whoever asks: nobody has to say first what the blocks of the flow send."""
    before = in_a_row(
        block("first", "send_email", email="reminder"),
        block("second", "send_email", email="concerns"),
        block("what", "by_message", message="first"),
    )
    after = {**before, "blocks": [*before["blocks"][:2], block("what", "by_message", message="second")]}
    assert between({"blocks": before["blocks"][:2]}, {"blocks": before["blocks"]}) == [
        ("added", "Added: What became of a Message (By what became of “Your tea is waiting”)")
    ]
    assert between(before, after) == [
        (
            "changed",
            "What became of a Message (By what became of “Your tea is waiting”): "
            "Message of from “Your tea is waiting” to “Any questions?”",
        )
    ]
