"""The team is told: who gets which e-mail, what is summed up when it happens too often, and what takes nothing back."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from blocks import read_block
from blocks.contract import Known
from runtime import delivery
from runtime.accounts import preferences, users, workspaces
from runtime.clock import HOUR, MINUTE, SetClock
from runtime.house import House
from runtime.ledger.tables import flow, message, suppression, tally
from runtime.people.erasure import erase
from runtime.reasons import reason_phrase
from runtime.words import words
from tests.delivery.smtp_server import Mail, SmtpServer
from tests.engine.stage import Stage, block, in_a_row, link
from tests.patience import PATIENCE

DEWI, BUDI = "dewi@example.com", "budi@example.com"
NOK, SOMCHAI = "nok@doileaf.example", "somchai@doileaf.example"


@pytest.fixture
def stage(house: House, shop: int, clock: SetClock) -> Iterator[Stage]:
    """A shop with an engine, an office and two people who work in it; a third has never given an address."""
    clock.set(clock.now() - clock.now() % HOUR)
    users.first(house)
    users.create(house, NOK, "Nok", language="en")
    users.create(house, SOMCHAI, "Somchai", language="th")
    preferences.save_sender(house, shop, preferences.Sender(address="shop@doileaf.example"))
    yield Stage(house, shop, clock)
    delivery.leave(house)


def settle(stage: Stage) -> None:
    """Engine and delivery, until neither has anything to do."""
    until = time.monotonic() + PATIENCE
    while stage.engine.work() | delivery.deliver(stage.house):
        assert time.monotonic() < until, "it does not come to rest"


def rows(stage: Stage) -> list[Any]:
    """All messages."""
    with stage.house.ledger.read(stage.shop) as tx:
        return list(tx.all(message.select().order_by(message.c.id)))


def told(row: Any) -> str:
    """What is said of a message."""
    return words("en").text(reason_phrase(row.code, row.args))


def to(smtp: SmtpServer, address: str) -> list[Mail]:
    """What somebody got."""
    return [mail for mail in smtp.taken if mail.recipient == address]


def subjects(mails: list[Mail]) -> list[str]:
    """Their subjects, in order."""
    return [str(mail.parsed["Subject"]) for mail in mails]


def tell(**settings: Any) -> dict[str, Any]:
    """Of a refund the team is told."""
    said = {"subject": "Refund for {{ contact.first_name }}", "text": "{{ event.total }} baht.\n\nCall them."}
    return in_a_row(
        block("refund", "event_trigger", event="Refund created"),
        block("tell", "notify_team", **{**said, **settings}),
        block("day", "wait", amount=1, unit="days"),
    )


def refund(stage: Stage, who: str, name: str, **properties: Any) -> None:
    """A refund, and all that comes of it."""
    stage.happens("Refund created", who, fields={"first_name": name, "name": name}, **properties)
    settle(stage)


def test_everybody_who_may_sign_in_is_told_in_their_language(stage: Stage, smtp: SmtpServer) -> None:
    stage.publish(tell())
    refund(stage, DEWI, "Dewi", total=640)
    assert sorted(mail.recipient for mail in smtp.taken) == [NOK, SOMCHAI]
    (mail,) = to(smtp, NOK)
    assert subjects([mail]) == ["Refund for Dewi"]
    contact = stage.contact(DEWI).id
    link_ = f"https://mail.doileaf.example/contacts/{contact}"
    assert mail.text().split("\r\n\r\n") == [
        "640 baht.",
        "Call them.",
        f"Open the Contact:\r\n{link_}",
        "From the Flow “flow”\r\n",
    ]
    assert f'href="{link_}"' in mail.text("html")
    assert mail.parsed["To"] == f"Nok <{NOK}>"
    assert mail.parsed["List-Unsubscribe"] is None
    assert mail.parsed["Auto-Submitted"] == "auto-generated", "nobody's out-of-office answers it"
    (thai,) = to(smtp, SOMCHAI)
    assert "Open the Contact" not in thai.text()
    assert thai.message_id != mail.message_id
    assert {(row.state, row.channel, row.marketing) for row in rows(stage)} == {("sent", "team", False)}
    with stage.house.ledger.read(stage.shop) as tx:
        counted = {row.what for row in tx.all(tally.select())}
    assert "sent" not in counted, "only what Contacts got counts as sent"


def test_only_chosen_people_who_are_still_users(stage: Stage, smtp: SmtpServer) -> None:
    stage.publish(tell(to="chosen", people=[NOK, "ploy@doileaf.example"]))
    refund(stage, DEWI, "Dewi")
    assert [mail.recipient for mail in smtp.taken] == [NOK]
    nok = users.by_email(stage.house, NOK)
    assert nok is not None
    users.change(stage.house, nok.id, email="nok@elsewhere.example")
    refund(stage, BUDI, "Budi")
    assert len(smtp.taken) == 1
    last = rows(stage)[-1]
    assert (last.state, last.code) == ("skipped", "notice_to_nobody")
    assert told(last) == "Because nobody who is to be told may sign in and has an e-mail address"


def test_an_address_that_is_no_user_is_named(stage: Stage) -> None:
    known = Known(users={NOK: "Nok"})
    said = {"subject": "Hello", "to": "chosen"}
    gone = read_block("notify_team", {**said, "people": [NOK, SOMCHAI]})
    ((problem,), none) = (gone.problems(known), read_block("notify_team", said).problems(known))
    assert (problem.code, problem.level) == ("no_user", "bad")
    assert SOMCHAI in words("en").text(problem.phrase)
    assert [one.code for one in none] == ["nobody_chosen"]
    everybody = read_block("notify_team", {"subject": "Hello"})
    assert [one.level for one in everybody.problems(Known(users={}))] == ["warn"]


def test_values_are_escaped_and_never_read_as_templates(stage: Stage, smtp: SmtpServer) -> None:
    stage.publish(tell(to="chosen", people=[NOK], text="Said: {{ event.note }} <b>\nat {{ run.nothing }}."))
    refund(stage, DEWI, "Dewi\r\nBcc: all@example.com", note="{{ contact.email }}<script>{% if 1 %}")
    (mail,) = smtp.taken
    assert subjects([mail]) == ["Refund for Dewi Bcc: all@example.com"]
    assert mail.parsed["Bcc"] is None
    assert "{{ contact.email }}&lt;script&gt;{% if 1 %} &lt;b&gt;" in mail.text("html")
    assert "Said: {{ contact.email }}<script>{% if 1 %} <b>" in mail.text()


def test_no_consent_is_asked_and_the_contact_gets_nothing(stage: Stage, smtp: SmtpServer) -> None:
    stage.publish(tell())
    stage.happens("Refund created", DEWI, fields={"consent": {"email": "no"}})
    settle(stage)
    assert {mail.recipient for mail in smtp.taken} == {NOK, SOMCHAI}


def test_who_leaves_the_flow_takes_nothing_back(stage: Stage, smtp: SmtpServer) -> None:
    document = {**tell(to="chosen", people=[NOK]), "exits": [{"event": "Order placed"}]}
    flow_id = stage.publish(document)
    set_flow(stage, flow_id, "paused")
    stage.happens("Refund created", DEWI)
    settle(stage)
    assert (smtp.taken, [row.state for row in rows(stage)]) == ([], ["queued"])
    stage.happens("Order placed", DEWI)
    assert stage.runs(DEWI) == [("day", "left")]
    set_flow(stage, flow_id, "live")
    settle(stage)
    assert len(smtp.taken) == 1


def set_flow(stage: Stage, flow_id: int, state: str) -> None:
    """Somebody pauses a flow, or lets it go on."""
    with stage.house.ledger.write(stage.shop) as tx:
        tx.execute(flow.update().where(flow.c.id == flow_id).values(state=state))


def test_what_is_over_the_number_of_the_hour_is_summed_up_at_its_end(stage: Stage, smtp: SmtpServer) -> None:
    stage.publish(tell(most=2))
    for name in ("Ana", "Budi", "Citra", "Dewi", "Eko"):
        stage.clock.advance(minutes=2)
        refund(stage, f"{name.lower()}@example.com", name)
    assert subjects(to(smtp, NOK)) == ["Refund for Ana", "Refund for Budi"]
    waiting = [row for row in rows(stage) if row.state == "queued"]
    assert len(waiting) == 3
    hour = waiting[0].due_at
    assert hour % HOUR == 0
    assert told(waiting[0]).startswith("The team has been told 2 times in this hour. Is summed up")
    stage.clock.set(hour)
    settle(stage)
    last = to(smtp, NOK)[2:]
    assert subjects(last) == ["flow: and 3 more: Citra, Dewi, Eko"]
    assert "it was to tell you 3 more times, of: Citra, Dewi, Eko" in " ".join(last[0].text().split())
    assert len(to(smtp, SOMCHAI)) == 3
    summed = [row for row in rows(stage) if row.bundle is not None]
    assert sorted(row.state for row in summed) == ["sent", "sent", "skipped", "skipped"]
    stage.clock.advance(minutes=1)
    refund(stage, "fah@example.com", "Fah")
    assert subjects(to(smtp, NOK))[3:] == ["Refund for Fah"]


def test_an_hour_is_one_of_the_shops_clocks(stage: Stage, smtp: SmtpServer) -> None:
    workspaces.update(stage.house, stage.shop, zone="Asia/Kolkata")
    stage.publish(tell(most=1, to="chosen", people=[NOK]))
    for name, minute in (("Ana", 20), ("Budi", 25), ("Citra", 35)):
        stage.clock.set(stage.clock.now() // HOUR * HOUR + minute * MINUTE)
        refund(stage, f"{name.lower()}@example.com", name)
    assert subjects(smtp.taken) == ["Refund for Ana", "Refund for Budi"], "15:00 in Kolkata is half past by UTC"
    (citras,) = (row for row in rows(stage) if row.state == "queued")
    assert citras.due_at % HOUR == 30 * MINUTE
    assert told(citras).endswith("16:00")


def test_one_that_waited_alone_is_told_in_full(stage: Stage, smtp: SmtpServer) -> None:
    stage.publish(tell(most=1, to="chosen", people=[NOK]))
    refund(stage, DEWI, "Dewi")
    refund(stage, BUDI, "Budi")
    stage.clock.advance(hours=1)
    settle(stage)
    assert subjects(smtp.taken) == ["Refund for Dewi", "Refund for Budi"]


def test_a_loop_does_not_flood_the_team(stage: Stage, smtp: SmtpServer) -> None:
    document = tell(most=3, to="chosen", people=[NOK])
    document["blocks"][2] = block("day", "wait", amount=1, unit="minutes")
    document["links"].append(link("day", "tell"))
    stage.publish(document)
    refund(stage, DEWI, "Dewi")
    for _ in range(70):
        stage.after(minutes=1)
        settle(stage)
    assert subjects(smtp.taken) == ["Refund for Dewi"] * 3 + ["flow: and 57 more: Dewi ×57"] + ["Refund for Dewi"] * 3


def test_a_sum_up_is_shown_without_those_who_were_erased(stage: Stage, smtp: SmtpServer) -> None:
    stage.publish(tell(most=1, to="chosen", people=[NOK]))
    for name in ("Ana", "Budi", "Citra"):
        refund(stage, f"{name.lower()}@example.com", name)
    stage.clock.advance(hours=1)
    settle(stage)
    sum_up = next(row for row in rows(stage) if row.bundle == row.id)
    assert "Budi, Citra" in shown(stage, sum_up.id)
    erase(stage.house, stage.shop, stage.contact("citra@example.com").id)
    assert "Citra" not in shown(stage, sum_up.id)
    assert "Budi" in shown(stage, sum_up.id)


def shown(stage: Stage, id_: int) -> str:
    """What the page of a message shows of it."""
    with stage.house.ledger.read(stage.shop) as tx:
        said = delivery.outbox.said(stage.house, tx, id_)
    assert said is not None
    return said.rendered.text


def test_the_page_shows_what_was_sent(stage: Stage, smtp: SmtpServer) -> None:
    stage.publish(tell(to="chosen", people=[NOK]))
    refund(stage, DEWI, "Dewi", total=640)
    (row,) = rows(stage)
    assert shown(stage, row.id).split() == smtp.taken[0].text().split()
    with stage.house.ledger.read(stage.shop) as tx:
        assert delivery.outbox.said(stage.house, tx, row.id).made_again is False  # type: ignore[union-attr]
        source = delivery.outbox.source(stage.house, tx, row.id)
    assert source == smtp.taken[0].source


def test_a_busy_server_is_tried_again_with_the_same_id(stage: Stage, smtp: SmtpServer) -> None:
    smtp.answer("data", "451 later", times=1)
    stage.publish(tell(to="chosen", people=[NOK]))
    refund(stage, DEWI, "Dewi")
    (row,) = rows(stage)
    assert (row.state, row.code) == ("queued", "smtp_retry")
    stage.clock.set(row.due_at)
    settle(stage)
    assert rows(stage)[0].state == "sent"
    assert len(smtp.taken) == 1


def test_an_address_that_is_wrong_blocks_no_contact(stage: Stage, smtp: SmtpServer) -> None:
    smtp.answer("rcpt", "550 5.1.1 no such user", to="nok@")
    stage.publish(tell())
    refund(stage, DEWI, "Dewi")
    assert sorted(row.state for row in rows(stage)) == ["failed", "sent"]
    with stage.house.ledger.read(stage.shop) as tx:
        assert tx.all(suppression.select()) == []


def test_a_tag_that_cannot_be_read_stops_that_notice_only(stage: Stage, smtp: SmtpServer) -> None:
    stage.publish(tell(text="{{ contact.email"))
    refund(stage, DEWI, "Dewi")
    assert {(row.state, row.code) for row in rows(stage)} == {("failed", "notice_unmade")}
