"""Being added to a flow: by a person, by a file, by another flow; who cannot come in, and how it is told afterwards."""

from typing import Any

import pytest
from sqlalchemy import select

from blocks.phrase import Phrase
from runtime.engine.by_hand import adding, handling
from runtime.engine.by_hand.adding import CannotAdd
from runtime.engine.echo import MOST_DEEP
from runtime.insight.why import why
from runtime.intake import add_file
from runtime.intake.contact_file import read_sheet
from runtime.ledger.tables import event, message, suppression
from runtime.people.timeline import timeline
from runtime.words import words
from tests.engine.stage import Stage, block, in_a_row

DEWI, BUDI, NOK = "dewi@example.com", "budi@example.com", "nok@example.com"
W = words("en")


def tasting(**changes: Any) -> dict[str, Any]:
    """An invitation for those whom somebody adds."""
    trigger = block("in", "added_trigger", **changes.pop("trigger", {}))
    return in_a_row(trigger, block("hour", "wait", amount=1, unit="hours"), block("mail", "send_email")) | changes


def known(stage: Stage, *whom: str, **fields: Any) -> list[int]:
    """Contacts who have been here before."""
    for who in whom:
        stage.happens("Page viewed", who, fields=fields)
    return [stage.contact(who).id for who in whom]


def reasons(stage: Stage, slug: str, ids: list[int]) -> dict[int, str]:
    with stage.house.ledger.read(stage.shop) as tx:
        into = adding.door(tx, slug)
        return {one: W.text(said) for one, said in adding.kept_out(tx, into, ids, stage.clock.now()).items()}


def test_who_is_added_by_hand_enters_this_flow_alone_and_can_be_taken_out_again(stage: Stage) -> None:
    stage.publish(tasting(entry={"again": "never"}), "tasting")
    stage.publish(tasting(), "harvest")
    ids = known(stage, DEWI, BUDI)
    events = adding.add(stage.house, stage.shop, "tasting", ids, "Nok")
    stage.work()
    assert stage.runs() == [("hour", "open"), ("hour", "open")]
    with stage.house.ledger.read(stage.shop) as tx:
        came = adding.outcome(tx, "tasting", events, ids)
        told = [W.text(entry.what) for entry in timeline(tx, ids[0])]
        assert "Added to the Flow “tasting” by Nok" in told
        assert why(tx, ids[0], "tasting", stage.clock.now()).looks[0].entered  # type: ignore[union-attr]
        never = why(tx, ids[0], "harvest", stage.clock.now())
        assert never is not None
        assert [W.text(look.what) for look in never.looks] == [
            "“Added to flow” has never happened to them for this Flow"
        ]
        unsent = adding.still_unsent(tx, came.entered)
    assert came.looked_at
    assert len(came.entered) == 2
    assert reasons(stage, "tasting", ids) == dict.fromkeys(ids, "Inside already")
    handling.remove(stage.house, stage.shop, unsent, "Nok", undone=True)
    assert {state for _, state in stage.runs()} == {"left"}
    assert reasons(stage, "tasting", ids) == {}, "as if they had never been added"
    stage.after(hours=2)
    assert stage.messages() == []
    adding.add(stage.house, stage.shop, "tasting", ids[:1], "Nok")
    stage.work()
    assert stage.runs(DEWI) == [("hour", "left"), ("hour", "open")]


def test_what_their_entering_lets_happen_elsewhere_is_not_taken_back(stage: Stage) -> None:
    """Dewi is added to the tasting, which lets “Joined tasting” happen, with which another flow begins; and a third begins
    with being added to any."""
    joined, day = block("joined", "emit_event", event="Joined tasting"), block("day", "wait", amount=1, unit="days")
    stage.publish(in_a_row(block("in", "added_trigger"), joined, day), "tasting")
    stage.publish(in_a_row(block("in", "event_trigger", event="Joined tasting"), day), "thanks")
    stage.publish(in_a_row(block("in", "event_trigger", event="Added to flow"), day), "watch")
    ids = known(stage, DEWI)
    events = adding.add(stage.house, stage.shop, "tasting", ids, "Nok")
    stage.work()
    with stage.house.ledger.read(stage.shop) as tx:
        came = adding.outcome(tx, "tasting", events, ids)
        unsent = adding.still_unsent(tx, came.entered)
    assert len(came.entered) == 1
    handling.remove(stage.house, stage.shop, unsent, "Nok", undone=True)
    assert sorted(state for _, state in stage.runs()) == ["left", "open", "open"]


def test_who_was_added_can_be_taken_out_until_an_email_has_gone_out(stage: Stage) -> None:
    hour = block("hour", "wait", amount=1, unit="hours")
    stage.publish(in_a_row(block("door", "added_trigger"), block("hello", "send_email", email="hello"), hour), "hello")
    ids = known(stage, DEWI, BUDI)
    events = adding.add(stage.house, stage.shop, "hello", ids, "Nok")
    stage.work()
    with stage.house.ledger.write(stage.shop) as tx:
        tx.execute(message.update().where(message.c.contact == ids[0]).values(state="sent"))
        unsent = adding.still_unsent(tx, adding.outcome(tx, "hello", events, ids).entered)
    handling.remove(stage.house, stage.shop, unsent, "Nok", undone=True)
    assert [*stage.runs(DEWI), *stage.runs(BUDI)] == [("hour", "open"), ("hour", "left")]
    assert stage.messages(BUDI) == [("hello", "cancelled")]


def test_what_would_keep_somebody_out_is_said_before(stage: Stage) -> None:
    where = {"kind": "field", "of": "contact", "field": "city", "op": "is", "value": "Jakarta"}
    stage.publish(tasting(entry={"again": "never"}, trigger={"where": where}), "tasting")
    (dewi,) = known(stage, DEWI, city="Jakarta")
    (budi,) = known(stage, BUDI, city="Bandung")
    assert reasons(stage, "tasting", [dewi, budi]) == {budi: "Because the trigger’s filter does not match"}
    adding.add(stage.house, stage.shop, "tasting", [dewi, budi], "Nok")
    stage.after(hours=2)
    assert stage.runs() == [("mail", "ended")]
    never = "Because they have been in this Flow before, and everyone gets it only once"
    assert reasons(stage, "tasting", [dewi]) == {dewi: never}
    adding.add(stage.house, stage.shop, "tasting", [dewi], "Nok")
    stage.after(hours=2)
    assert len(stage.messages()) == 1


def test_a_flow_that_nobody_can_be_added_to_says_what_to_do(stage: Stage) -> None:
    stage.publish(in_a_row(block("order", "event_trigger", event="Order placed"), block("end", "stop")), "order")
    for slug, there in (("order", True), ("nowhere", False)):
        with pytest.raises(CannotAdd) as refused:
            adding.add(stage.house, stage.shop, slug, [1], "Nok")
        assert refused.value.there == there
        assert isinstance(refused.value.phrase, Phrase)


def test_another_flow_adds_with_the_properties_of_its_own_event(stage: Stage) -> None:
    entry = {"key": "order_id"}
    start = block("next", "start_flow", flow="care")
    stage.publish(in_a_row(block("order", "event_trigger", event="Order placed"), start), "order")
    stage.publish(tasting(entry=entry), "care")
    stage.happens("Order placed", DEWI, order_id="4821", flow="something of the shop’s")
    assert stage.runs(DEWI) == [("next", "ended"), ("hour", "open")]
    assert stage.all_runs()[1].key == "4821"
    with stage.house.ledger.read(stage.shop) as tx:
        added = tx.first(select(event).where(event.c.name == "Added to flow"))
    assert added is not None
    assert added.properties == {"order_id": "4821", "flow": "care", "how": "flow", "by": "order"}


def test_flows_that_start_one_another_do_so_five_times_at_most(stage: Stage) -> None:
    def to(slug: str) -> dict[str, Any]:
        return in_a_row(block("in", "added_trigger"), block("next", "start_flow", flow=slug))

    stage.publish(to("pong"), "ping")
    stage.publish(to("ping"), "pong")
    (dewi,) = known(stage, DEWI)
    adding.add(stage.house, stage.shop, "ping", [dewi], "Nok")
    stage.work()
    assert len(stage.runs(DEWI)) == MOST_DEEP + 1


FILE = """E-mail;First name;Birthday;Consent;Consent source
dewi@example.com;Dewi;15/04/2569;yes;Tasting in May
BUDI@example.com;Budi;01/12/2530;;
nobody;Nok;02/02/2531;;
somchai@example.com;สมชาย;31/12/2531;yes;
"""


def test_a_file_adds_each_line_once_and_makes_the_contacts_that_are_not_there(stage: Stage) -> None:
    stage.publish(tasting(), "tasting")
    known(stage, BUDI)
    sheet = read_sheet(FILE.encode("cp874"))
    assert sheet.encoding == "Windows-874"
    assert [(one.number, one.column, W.text(one.reason)) for one in sheet.wrong] == [
        (4, "E-mail", "This is no e-mail address."),
        (5, "Consent source", "Say where they agreed: it has to be shown if somebody asks."),
    ]
    assert [(one.written, one.read) for one in sheet.dates] == [("15/04/2569", "2026-04-15")]
    found = add_file.preview(stage.house, stage.shop, "tasting", sheet)
    assert (len(found.take), found.new, found.before, found.kept_out) == (2, 1, 0, [])
    shares: list[float] = []
    assert add_file.add(stage.house, stage.shop, "tasting", sheet, found.take, "Nok", shares.append) == 2
    assert shares == [1.0]
    assert add_file.add(stage.house, stage.shop, "tasting", sheet, found.take, "Nok") == 0
    stage.work()
    assert len(stage.runs()) == 2
    assert stage.contact(DEWI).fields == {"first_name": "Dewi", "birthday": "2026-04-15"}
    assert stage.contact(BUDI).fields["birthday"] == "1987-12-01"
    again = add_file.preview(stage.house, stage.shop, "tasting", sheet)
    assert (len(again.take), again.before) == (0, 2)


def test_the_end_says_why_and_an_address_is_blocked_until_a_person_allows_it(stage: Stage) -> None:
    flow = in_a_row(
        block("order", "event_trigger", event="Order placed"),
        block("block", "suppress"),
        block("end", "stop", reason="Bought in the shop"),
    )
    stage.publish(flow, "order")
    stage.happens("Order placed", DEWI)
    (ended,) = stage.all_runs()
    assert (ended.code, ended.args) == ("ended_because", {"reason": "Bought in the shop"})
    with stage.house.ledger.read(stage.shop) as tx:
        said = [W.text(entry.why) for entry in timeline(tx, ended.contact) if entry.why is not None]
        assert "Bought in the shop" in said
        (blocked,) = tx.all(select(suppression))
    assert (blocked.address, blocked.reason, blocked.detail) == (DEWI, "manual", "a flow: order")
