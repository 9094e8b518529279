"""Who is where, one run with all that happened in it, and why somebody got it or not."""

from typing import Any

import pytest

from blocks.rules import Compare
from runtime.clock import SetClock
from runtime.engine.by_hand import handling
from runtime.engine.publishing.moving import Move
from runtime.engine.publishing.publish import archive
from runtime.house import House
from runtime.insight import runs
from runtime.insight.why import Ended, Why, standings, why
from runtime.ledger.tables import segment
from runtime.segments import lists
from runtime.words import words
from tests.engine.stage import Stage, block, cart_flow, in_a_row, link
from tests.segments.stage import did, publish_segment

DEWI, BUDI, NOK = "dewi@example.com", "budi@example.com", "nok@example.com"


@pytest.fixture
def stage(house: House, shop: int, clock: SetClock) -> Stage:
    """A shop with an engine, on each database."""
    return Stage(house, shop, clock)


def cart(stage: Stage, who: str, token: str, **properties: Any) -> None:
    stage.happens("Checkout started", who, checkout_token=token, **properties)


# ---- who is where


@pytest.fixture
def three(stage: Stage) -> Stage:
    """Dewi is at the second wait, Budi at the first, and Nok has ordered."""
    stage.publish(cart_flow())
    cart(stage, DEWI, "c1")
    stage.after(hours=2)
    cart(stage, BUDI, "c2")
    stage.after(minutes=1)
    cart(stage, NOK, "c3")
    stage.happens("Order placed", NOK, checkout_token="c3")
    return stage


def seen(stage: Stage, limit: int = 50, before: runs.Cursor | None = None, **wish: Any) -> list[runs.Entry]:
    with stage.house.ledger.read(stage.shop) as tx:
        flow = runs.flow_of(tx, "flow")
        assert flow is not None
        return runs.page(tx, runs.Wish(flow, **wish), limit, before)


def addresses(found: list[runs.Entry]) -> list[str | None]:
    return [one.person.email for one in found]


def test_it_says_who_is_where_since_when_and_until_when(three: Stage) -> None:
    budi, dewi = seen(three)
    assert (budi.person.email, budi.block, budi.code) == (BUDI, "hour", "waits")
    assert (dewi.person.email, dewi.block, dewi.state) == (DEWI, "day", "open")
    assert budi.wake_at == budi.entered_at + 3_600_000_000
    assert dewi.arrived_at == dewi.entered_at + 3_600_000_000


def test_it_is_narrowed_by_state_block_and_address(three: Stage) -> None:
    assert addresses(seen(three, state="left")) == [NOK]
    assert addresses(seen(three, state="all")) == [NOK, BUDI, DEWI]
    assert addresses(seen(three, state="failed")) == []
    assert addresses(seen(three, block="day")) == [DEWI]
    assert addresses(seen(three, state="all", find="budi@")) == [BUDI]
    assert addresses(seen(three, state="inside", find="NOK@")) == []
    three.happens("Account created", BUDI, fields={"name": "Budi Santoso"})
    assert addresses(seen(three, find="santoso")) == [BUDI]
    assert addresses(seen(three, find="\0santoso")) == [BUDI]


def test_pages_follow_one_another_also_over_several_versions(three: Stage) -> None:
    three.publish(cart_flow())
    for number in range(7):
        three.arrives("Checkout started", f"c{number}@example.com", checkout_token=f"t{number}")
    three.work()  # all of them in one instant
    wishes: list[dict[str, Any]] = [{"state": "inside"}, {"state": "all"}, {"state": "inside", "block": "hour"}]
    for wish in wishes:
        whole = [one.id for one in seen(three, **wish)]
        paged: list[int] = []
        before: runs.Cursor | None = None
        while found := seen(three, 3, before, **wish):
            paged += [one.id for one in found]
            before = found[-1].cursor
        assert paged == whole
        assert len(set(whole)) == len(whole)


def test_everybody_that_is_meant_can_be_chosen(three: Stage) -> None:
    with three.house.ledger.read(three.shop) as tx:
        flow = runs.flow_of(tx, "flow")
        assert flow is not None
        assert set(runs.every(tx, runs.Wish(flow)).values()) == {2, 5}
        standing = runs.standing(tx, flow)
    assert {block: count for (_, block), count in standing.items()} == {"hour": 1, "day": 1}


def test_another_shop_sees_nobody(three: Stage) -> None:
    with three.house.ledger.read(8) as tx:
        assert runs.flow_of(tx, "flow") is None
    with three.house.ledger.read(three.shop) as tx:
        flow = runs.flow_of(tx, "flow")
        id_ = runs.page(tx, runs.Wish(flow))[0].id if flow is not None else 0
    with three.house.ledger.read(8) as tx:
        assert runs.one(tx, id_) is None
        assert flow is not None
        assert runs.page(tx, runs.Wish(flow)) == []


def test_a_run_tells_its_steps_and_messages(three: Stage) -> None:
    dewi = seen(three)[1]
    handling.remove(three.house, three.shop, {dewi.id: dewi.hops}, "Nok")
    with three.house.ledger.read(three.shop) as tx:
        way = runs.one(tx, dewi.id)
    assert way is not None
    assert [(one.block, one.outlet, one.code) for one in way.steps] == [
        ("cart", "next", None),
        ("hour", "", "waits"),
        ("hour", "next", None),
        ("first", "next", None),
        ("day", "", "waits"),
        ("day", "", "taken_out"),
    ]
    assert [(one.block, one.state) for one in way.messages] == [("first", "cancelled")]
    assert (way.entry.state, way.entry.args) == ("left", {"who": "Nok"})


def test_each_step_is_told_by_the_version_on_which_it_was_taken(stage: Stage) -> None:
    def waits(hours: int) -> dict[str, Any]:
        joined = block("joined", "event_trigger", event="Account created")
        return in_a_row(joined, block("wait", "wait", amount=hours, unit="hours"))

    stage.publish(waits(1))
    stage.after(minutes=1)
    stage.publish(waits(10))
    stage.happens("Account created", DEWI)
    for hours in (20, 30, 40):
        stage.after(minutes=1)
        # Nobody goes over to the version of thirty hours.
        stage.publish(waits(hours), moves={"wait": Move("renew")} if hours != 30 else {})
        stage.work()
    (dewi,) = seen(stage)
    with stage.house.ledger.read(stage.shop) as tx:
        way, flow = runs.one(tx, dewi.id), runs.flow_of(tx, "flow")
        assert flow is not None
        drawn = runs.documents(tx, list(flow.versions))
    assert way is not None
    waited = {id_: document["blocks"][1]["settings"]["amount"] for id_, document in drawn.items()}
    assert [(one.block, one.code, waited[one.version]) for one in way.steps] == [
        ("joined", None, 10),
        ("wait", "waits", 10),
        ("wait", "moved_over", 10),
        ("wait", "waits", 20),
        ("wait", "moved_over", 20),
        ("wait", "waits", 40),
    ]


# ---- why somebody got it, or not


def asked(stage: Stage, who: str, slug: str = "flow") -> Why:
    with stage.house.ledger.read(stage.shop) as tx:
        found = why(tx, stage._id(who), slug, stage.clock.now())
    assert found is not None
    return found


def said(stage: Stage, who: str) -> list[str]:
    """The reasons, the latest event first."""
    return [words("en").text(reason) for look in asked(stage, who).looks for reason in look.why]


def dear(**entry: Any) -> dict[str, Any]:
    rule = Compare(field="total", op="over", value=1000).model_dump(mode="json")
    return in_a_row(
        block("order", "event_trigger", event="Order placed", where=rule), block("thanks", "send_email", email="t")
    ) | {"entry": entry}


def test_which_condition_failed_with_which_value(stage: Stage) -> None:
    stage.publish(dear())
    stage.happens("Order placed", DEWI, total=900)
    assert asked(stage, DEWI).verdict == "never"
    assert said(stage, DEWI) == ["total is over 1,000: it was 900"]


def test_a_field_that_never_came_is_said_to_be_unknown(stage: Stage) -> None:
    stage.publish(dear())
    stage.happens("Order placed", DEWI)
    assert said(stage, DEWI) == ["total is over 1,000: it was not known"]


def test_who_got_it_is_told_by_what(stage: Stage) -> None:
    stage.publish(dear())
    stage.happens("Order placed", DEWI, total=1500)
    found = asked(stage, DEWI)
    assert found.verdict == "been"
    assert [look.entered for look in found.looks] == [True]
    assert found.run is not None


def test_what_never_happened_is_said_so(stage: Stage) -> None:
    stage.publish(dear())
    stage.happens("Checkout started", DEWI)
    look = asked(stage, DEWI).looks[0]
    assert words("en").text(look.what) == "“Order placed” has never happened to them"


def test_what_happened_before_it_went_live_does_not_count(stage: Stage) -> None:
    stage.happens("Order placed", DEWI, total=1500)
    stage.after(hours=1)
    stage.publish(dear())
    assert said(stage, DEWI) == ["The Flow went live only on 21 Nov 2026, 17:00"]


def test_what_was_heard_of_too_late_starts_nothing(stage: Stage) -> None:
    stage.publish(dear())
    stage.happens("Order placed", DEWI, ago=30, total=1500)
    assert said(stage, DEWI) == ["Because it had happened more than 24 hours before we heard of it"]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"again": "never"}, "Because they have been in this Flow before, and everyone gets it only once"),
        ({"again": "after_days", "again_days": 3}, "Because they may come back only after 3 days"),
        ({"again": "once_each", "key": "order_id"}, "They had been in it for the same one, on 21 Nov 2026, 16:00"),
    ],
)
def test_who_had_been_in_already_is_told_the_rule(stage: Stage, entry: dict[str, Any], reason: str) -> None:
    stage.publish(dear(**entry))
    stage.happens("Order placed", DEWI, total=1500, order_id="o1")
    stage.goes_out()
    stage.after(hours=1)
    stage.happens("Order placed", DEWI, total=1600, order_id="o1")
    assert said(stage, DEWI)[0] == reason
    assert said(stage, DEWI)[-1] == "So they entered"


def test_who_is_inside_does_not_come_in_a_second_time(stage: Stage) -> None:
    stage.publish(cart_flow())
    cart(stage, DEWI, "c1")
    stage.after(hours=2)
    cart(stage, DEWI, "c1")
    assert said(stage, DEWI) == ["They were inside already, since 21 Nov 2026, 16:00", "So they entered"]


def test_who_is_on_the_last_way_is_not_called_inside(stage: Stage) -> None:
    flow = cart_flow(entry={}, exits=[{"event": "Order placed"}])
    flow["blocks"] += [block("bye", "on_leaving"), block("days", "wait", amount=2, unit="days")]
    flow["links"] += [link("bye", "days")]
    stage.publish(flow)
    stage.happens("Checkout started", DEWI, checkout_token="c1")
    stage.after(hours=1)
    assert (seen(stage)[0].leaving, asked(stage, DEWI).verdict) == (False, "inside")
    stage.happens("Order placed", DEWI, checkout_token="c1")
    stage.after(hours=1)
    found = asked(stage, DEWI)
    assert (seen(stage)[0].leaving, found.verdict) == (True, "leaving")
    assert found.left is not None
    assert words("en").text(found.left) == "Because “Order placed” happened"
    stage.happens("Checkout started", DEWI, checkout_token="c2")
    stage.after(hours=1)
    still = "They have left and get what is drawn for that; until its end they do not enter again"
    assert said(stage, DEWI) == [still, "So they entered"]
    stage.after(days=2)
    over = "They had left and got what is drawn for that until 23 Nov 2026, 17:00; before its end nobody enters again"
    assert said(stage, DEWI) == [over, "So they entered"]


def test_who_is_held_out_is_told_so(stage: Stage) -> None:
    """Nobody looks in vain for what became of somebody who entered and got nothing."""
    stage.publish(dear(key="order_id") | {"hold_out": 50})
    for n in range(1, 21):
        stage.happens("Order placed", f"{n}@example.com", total=1500, order_id=f"o{n}")
        stage.happens("Order placed", f"{n}@example.com", total=1600, order_id=f"o{n}")
    held = next(run for run in stage.all_runs() if run.code == "held_out")
    with stage.house.ledger.read(stage.shop) as tx:
        found, (standing,) = why(tx, held.contact, "flow", stage.clock.now()), standings(tx, held.contact)
    assert found is not None
    assert (found.verdict, standing.verdict, [look.entered for look in found.looks]) == ("held", "held", [False, False])
    because = {words("en").text(reason) for look in found.looks for reason in look.why}
    assert because == {"Held out: gets nothing from this Flow and is only counted, to compare"}


def test_a_run_that_started_over_began_with_an_earlier_event(stage: Stage) -> None:
    stage.publish(cart_flow())
    for _ in range(3):
        cart(stage, DEWI, "c1")
        stage.after(minutes=10)
    assert said(stage, DEWI) == [
        "So they entered",
        "Started over, because it happened again before the first Message",
        "So they entered, and started over when it happened again",
    ]


def test_it_is_held_against_the_version_of_that_day(stage: Stage) -> None:
    stage.publish(dear())
    stage.happens("Order placed", DEWI, total=900)
    stage.after(hours=1)
    lower = dear()
    lower["blocks"][0]["settings"]["where"]["value"] = 500
    stage.publish(lower)
    assert said(stage, DEWI) == ["total is over 1,000: it was 900"]
    stage.happens("Order placed", DEWI, total=900)
    assert said(stage, DEWI)[0] == "So they entered"


def test_a_contact_page_knows_how_they_stand_to_each_live_flow(stage: Stage) -> None:
    stage.publish(cart_flow())
    stage.publish(dear(), "dear")
    stage.publish(dear(), "gone")
    archive(stage.house, stage.shop, "gone")
    cart(stage, DEWI, "c1")
    with stage.house.ledger.read(stage.shop) as tx:
        found = standings(tx, stage._id(DEWI))
    assert [(one.slug, one.verdict) for one in found] == [("dear", "never"), ("flow", "inside")]


def test_a_contact_page_knows_how_their_time_in_a_flow_ended(stage: Stage) -> None:
    stage.publish(cart_flow())
    cart(stage, DEWI, "c1")
    cart(stage, BUDI, "c2")
    stage.after(minutes=5)
    stage.happens("Order placed", DEWI, checkout_token="c1")
    left_at = stage.clock.now()
    stage.after(hours=30)

    def ended(email: str) -> Ended | None:
        with stage.house.ledger.read(stage.shop) as tx:
            (found,) = standings(tx, stage._id(email))
        return found.ended

    dewi, budi = ended(DEWI), ended(BUDI)
    assert dewi is not None
    assert dewi.why is not None
    assert (dewi.how, dewi.at) == ("left", left_at)
    assert words("en").text(dewi.why) == "Because “Order placed” happened"
    assert budi is not None
    assert (budi.how, budi.why) == ("reached", None)


def test_of_several_conditions_only_those_are_told_that_decided(stage: Stage) -> None:
    total = Compare(field="total", op="over", value=1000).model_dump(mode="json")
    city = Compare(of="contact", field="city", op="is", value="Bangkok").model_dump(mode="json")
    twice = {"kind": "did", "event": "Order placed", "times": 2, "window": {"kind": "ever"}}
    vip = {"kind": "not", "rule": Compare(of="contact", field="vip", op="is_true").model_dump(mode="json")}
    rule = {"kind": "all", "rules": [total, {"kind": "any", "rules": [city, twice]}, vip]}
    flow = in_a_row(block("order", "event_trigger", event="Order placed", where=rule), block("end", "stop"))
    stage.publish(flow)
    stage.happens("Order placed", DEWI, fields={"city": "Chiang Rai", "vip": True}, total=1200)
    assert said(stage, DEWI) == [
        "city is “Bangkok”: it was “Chiang Rai”",
        "“Order placed” happened at least 2 times at any time: it happened 1 time",
        "not (vip is yes): it was yes",
    ]


# ---- why not, of those who enter segments


def told(stage: Stage, who: str, slug: str = "flow") -> list[str]:
    """What is said of each thing that might have let them in, and why it did not."""
    found = asked(stage, who, slug)
    return [words("en").text(one) for look in found.looks for one in (look.what, *look.why)]


@pytest.fixture
def carts_left(stage: Stage) -> Stage:
    """A flow for those who enter "Carts left at least twice", and a list of agencies. Budi had left two before; the flow
    writes to nobody who has only been put on the list."""
    for _ in range(2):
        stage.happens("Cart left", BUDI)
    publish_segment(stage, "carts-left", did("Cart left", times=2), "Carts left at least twice")
    publish_segment(stage, "agencies", None, "Agencies")
    stage.work()
    stage.publish(in_a_row(block("left", "segment_trigger", segment="carts-left")))
    return stage


def put_on_the_list(stage: Stage, who: str) -> None:
    with stage.house.ledger.write(stage.shop) as tx:
        lists.put_on(tx, "agencies", [stage._id(who)], stage.clock.now())
    stage.work()


def test_another_segment_is_no_occasion(carts_left: Stage) -> None:
    carts_left.happens("Cart left", DEWI)
    put_on_the_list(carts_left, DEWI)
    assert told(carts_left, DEWI) == [
        "They are not in the Segment “Carts left at least twice” now",
        "“Cart left” happened at least 2 times at any time: it happened 1 time",
    ]


def test_who_was_in_the_segment_already_is_told_so(carts_left: Stage) -> None:
    put_on_the_list(carts_left, BUDI)
    assert told(carts_left, BUDI) == [
        "They are in the Segment “Carts left at least twice” since 21 Nov 2026, 16:00",
        "Who is in a Segment when it is published does not enter it",
    ]


def test_of_a_list_it_is_said_that_they_are_not_on_it(carts_left: Stage) -> None:
    carts_left.publish(in_a_row(block("on", "segment_trigger", segment="agencies")), "on")
    carts_left.publish(in_a_row(block("off", "segment_trigger", segment="agencies", move="leaves")), "off")
    carts_left.happens("Cart left", DEWI)
    not_in = "They are not in the Segment “Agencies” now"
    assert told(carts_left, DEWI, "on") == [not_in, "It is a list, and nobody has put them on it"]
    assert told(carts_left, DEWI, "off") == [not_in]
    put_on_the_list(carts_left, DEWI)
    assert told(carts_left, DEWI, "on")[-1] == "So they entered"
    assert told(carts_left, DEWI, "off") == ["They are still in the Segment “Agencies”"]


def test_a_segment_that_is_gone_is_said_to_be_so(carts_left: Stage) -> None:
    carts_left.happens("Cart left", DEWI)
    with carts_left.house.ledger.write(carts_left.shop) as tx:
        tx.execute(segment.update().values(state="archived"))
    assert told(carts_left, DEWI) == ["There is no Segment “Carts left at least twice” any more"]


def test_the_own_occasion_is_found_behind_many_of_others(carts_left: Stage) -> None:
    """Dewi entered by her carts, and was put on the list and taken off again and again since."""
    for _ in range(2):
        carts_left.happens("Cart left", DEWI)
    for _ in range(7):
        put_on_the_list(carts_left, DEWI)
        with carts_left.house.ledger.write(carts_left.shop) as tx:
            lists.take_off(tx, "agencies", [carts_left._id(DEWI)], carts_left.clock.now())
        carts_left.after(minutes=1)
    assert told(carts_left, DEWI) == ["“Entered segment” happened on 21 Nov 2026, 16:00", "So they entered"]


def test_being_added_to_another_flow_is_no_occasion(stage: Stage) -> None:
    stage.publish(in_a_row(block("hand", "added_trigger")))
    stage.happens("Added to flow", DEWI, flow="other", how="hand", by="Nok")
    assert told(stage, DEWI) == ["“Added to flow” has never happened to them for this Flow"]
