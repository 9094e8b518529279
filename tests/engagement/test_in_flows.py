"""What people do with our mail decides how flows go on, who is in which segment, and who has gone quiet."""

from typing import Any

import pytest
from sqlalchemy import select

from runtime.clock import SetClock
from runtime.engagement.recording import Mails, Noticed, about, record
from runtime.house import House
from runtime.ledger.tables import message, step, version_mail
from runtime.segments.stirring import stir
from tests.engine.stage import block, link
from tests.segments.stage import SegmentStage

DEWI, BUDI, HANNAH, SOMCHAI = "dewi@example.com", "budi@example.com", "hannah@example.com", "somchai@example.com"


class Mailbox(SegmentStage):
    """Sends at once what flows queue, and lets people read it."""

    def sent(self, state: str = "sent", code: str = "sent") -> None:
        """All that waits has gone out now."""
        with self.house.ledger.write(self.shop) as tx:
            gone = {"state": state, "code": code, "done_at": self.clock.now(), "subject": "Welcome"}
            waiting = message.c.state == "queued"
            people = [row.contact for row in tx.all(select(message.c.contact).where(waiting))]
            tx.execute(message.update().where(waiting).values(gone))
            stir(tx, people, "got")
        self.work()

    def does(self, what: Any, who: str, *, machine: str = "", target: str = "", work: bool = True) -> None:
        """They open their latest message, or follow a link of it."""
        with self.house.ledger.write(self.shop) as tx:
            mine = select(message.c.id).where(message.c.contact == self.contact(who).id).order_by(message.c.id.desc())
            id_ = tx.scalar(mine.limit(1))
            now = self.clock.now()
            record(tx, [Noticed(id_, what, now, machine or "person", "", target)], about(tx, [id_], Mails()), now)
        if work:
            self.work()

    def way(self, who: str) -> tuple[str, str]:
        """(block, outlet) of their latest step."""
        return self.steps(who)[-1][:2]

    def quiet(self, who: str) -> int:
        """How often they have gone quiet."""
        return [one for one, _, _ in self.steps(who)].count("quiet")


@pytest.fixture
def box(house: House, shop: int, clock: SetClock) -> Mailbox:
    return Mailbox(house, shop, clock)


SHOP = "https://doileaf.example/"
WELCOME = {
    "blocks": [
        block("in", "event_trigger", event="Signed up"),
        block("mail", "send_email", email="welcome"),
        block("day", "wait", amount=1, unit="days"),
        block("split", "by_message", message="mail", ways="engagement"),
    ],
    "links": [link("in", "mail"), link("mail", "day"), link("day", "split")],
}


def test_a_split_goes_by_what_they_did_with_the_message(box: Mailbox) -> None:
    box.publish(WELCOME)
    for who in (DEWI, BUDI, HANNAH, SOMCHAI):
        box.happens("Signed up", who)
    box.sent()
    box.does("click", DEWI, target=SHOP)
    box.does("open", BUDI)
    box.does("open", HANNAH, machine="apple_privacy")
    box.after(days=1)
    ways = {who: box.way(who) for who in (DEWI, BUDI, HANNAH, SOMCHAI)}
    assert ways == {
        DEWI: ("split", "clicked"),
        BUDI: ("split", "opened"),
        HANNAH: ("split", "not_opened"),
        SOMCHAI: ("split", "not_opened"),
    }


@pytest.mark.parametrize(
    ("state", "code", "way"),
    [
        ("failed", "smtp_refused", "came_back"),
        ("failed", "came_back", "came_back"),
        ("failed", "gave_up", "not_sent"),
        ("skipped", "said_no", "not_sent"),
        ("queued", None, "waiting"),
        ("uncertain", "uncertain", "not_opened"),
    ],
)
def test_a_split_knows_what_came_back_and_what_was_never_sent(box: Mailbox, state: str, code: Any, way: str) -> None:
    box.publish(WELCOME)
    box.happens("Signed up", DEWI)
    box.sent(state, code)
    box.after(days=1)
    assert box.way(DEWI) == ("split", way)


def test_a_split_drawn_before_goes_by_delivery_as_it_did(box: Mailbox) -> None:
    split = block("split", "by_message", message="mail")
    box.publish({**WELCOME, "blocks": [*WELCOME["blocks"][:3], split]})
    box.happens("Signed up", DEWI)
    box.sent()
    box.does("click", DEWI, target=SHOP)
    box.after(days=1)
    assert box.way(DEWI) == ("split", "sent")


def test_a_flow_waits_until_they_click(box: Mailbox) -> None:
    wait = block("wait", "wait_for_event", event="Email clicked", amount=3, unit="days")
    box.publish({"blocks": [*WELCOME["blocks"][:2], wait], "links": [link("in", "mail"), link("mail", "wait")]})
    for who in (DEWI, BUDI):
        box.happens("Signed up", who)
    box.sent()
    box.does("click", DEWI, target=SHOP)
    box.does("click", BUDI, machine="every_link", target=SHOP)
    assert [box.way(who)[1] for who in (DEWI, BUDI)] == ["happened", ""]
    box.after(days=3)
    assert box.way(BUDI) == ("wait", "in_vain")


def got(what: str, **settings: Any) -> dict[str, Any]:
    days = settings.pop("days", None)
    window = {"kind": "ever"} if days is None else {"kind": "last_days", "days": days}
    return {"kind": "got", "what": what, "window": window, **settings}


def test_segments_follow_what_they_read_and_time_takes_them_out_again(box: Mailbox) -> None:
    box.publish({**WELCOME, "entry": {"again": "always"}})
    with box.house.ledger.write(box.shop) as tx:
        tx.execute(version_mail.update().values(email="welcome"))
    box.segment("readers", got("opened", email="welcome", days=7))
    box.segment("fans", got("clicked", times=2))
    box.segment("sleepers", {"kind": "all", "rules": [got("sent"), got("opened", negate=True, days=7)]})
    for who in (DEWI, BUDI, HANNAH):
        box.happens("Signed up", who)
    box.sent()
    box.does("open", BUDI)
    box.does("open", HANNAH, machine="too_quick")
    for target in (SHOP, SHOP + "oolong"):
        box.does("click", DEWI, target=target)
    assert box.inside("readers") == ["budi", "dewi"], "who clicks has opened"
    assert box.inside("sleepers") == ["hannah"]
    assert box.inside("fans") == [], "two links of one e-mail are one e-mail"
    box.after(days=1)
    box.happens("Signed up", DEWI)
    box.sent()
    box.does("click", DEWI, target=SHOP)
    assert box.inside("fans") == ["dewi"]
    box.after(days=8)
    assert (box.inside("readers"), box.inside("fans")) == ([], ["dewi"])
    assert box.inside("sleepers") == ["budi", "dewi", "hannah"]


def test_a_branch_asks_what_they_opened(box: Mailbox) -> None:
    box.publish(WELCOME)
    branch = block("branch", "branch", rule=got("clicked", days=30))
    asked = {"blocks": [block("ask", "event_trigger", event="Asked"), branch], "links": [link("ask", "branch")]}
    box.publish(asked, "asked")
    for who in (DEWI, BUDI):
        box.happens("Signed up", who)
    box.sent()
    box.does("click", DEWI, target=SHOP)
    box.does("click", BUDI, machine="every_link", target=SHOP)
    for who in (DEWI, BUDI):
        box.happens("Asked", who)
    with box.house.ledger.read(box.shop) as tx:
        ways = [row.outlet for row in tx.all(select(step.c.outlet).where(step.c.block == "branch"))]
    assert ways == ["yes", "no"]


def test_opening_our_mail_is_a_sign_of_life_and_a_machines_is_none(box: Mailbox) -> None:
    quiet = {"blocks": [block("quiet", "quiet_trigger", event="", amount=35, unit="days")], "links": []}
    box.publish({**quiet, "entry": {"again": "always"}}, "quiet")
    box.publish(WELCOME)
    for who in (DEWI, BUDI):
        box.happens("Signed up", who)
    box.sent()
    box.after(days=20)
    box.does("open", DEWI)
    box.does("open", BUDI, machine="apple_privacy")
    box.after(days=16)
    assert box.quiet(BUDI) == 1
    assert box.quiet(DEWI) == 0
    box.after(days=20)
    assert box.quiet(DEWI) == 1
    box.does("click", BUDI, target=SHOP)
    box.after(days=36)
    assert box.quiet(BUDI) == 2, "the next silence began when they clicked"


def test_who_opened_mail_once_and_opens_no_more_is_noticed(box: Mailbox) -> None:
    sunset = block("quiet", "quiet_trigger", event="Email opened", amount=60, unit="days")
    box.publish({"blocks": [sunset], "links": []}, "sunset")
    box.publish(WELCOME)
    for who in (DEWI, BUDI):
        box.happens("Signed up", who)
    box.sent()
    box.does("click", DEWI, target=SHOP)
    box.after(days=30)
    box.happens("Order placed", DEWI)
    box.after(days=31)
    assert box.quiet(DEWI) == 1, "an order opens no e-mail"
    assert box.quiet(BUDI) == 0


def test_the_channel_is_the_one_that_they_answer(box: Mailbox) -> None:
    split = block("split", "by_channel", first="sms", then="email", answered=True)
    ask = {"blocks": [block("ask", "event_trigger", event="Asked"), split], "links": [link("ask", "split")]}
    box.publish({**WELCOME, "entry": {"again": "always"}})
    box.publish({**ask, "entry": {"again": "always"}}, "ask")
    both = {"consent": {"email": "yes", "sms": "yes"}}
    phones = {DEWI: "+66810000001", BUDI: "+66810000002", HANNAH: "+66810000003"}
    for who, phone in phones.items():
        box.happens("Signed up", who, fields={"phone": phone, **both})
    box.sent()
    box.does("open", DEWI)
    for _ in range(2):
        box.after(days=2)
        box.happens("Signed up", BUDI)
        box.sent()
        box.does("open", BUDI, machine="apple_privacy")
    for who in phones:
        box.happens("Asked", who)
    assert {who: box.steps(who)[-1] for who in phones} == {
        DEWI: ("split", "email", "by_email_answered"),
        BUDI: ("split", "sms", "by_sms_unanswered"),
        HANNAH: ("split", "sms", "by_sms"),
    }
