"""A flow's own limits, its pauses and a block's hours through the real office, over days."""

from typing import Any

from sqlalchemy import select

from blocks.hours import Quiet
from blocks.limits import Cap, Limits
from runtime import delivery
from runtime.clock import SetClock
from runtime.delivery.decision.limiting import ask_again
from runtime.ledger.tables import flow, version
from tests.delivery.conftest import Email
from tests.delivery.post import Post
from tests.delivery.smtp_server import SmtpServer
from tests.delivery.test_caps import at, due, why

NIGHT = Quiet(start="21:00", end="08:00")
WEEKLY = {"keep": "own", "caps": [{"most": 1, "per": "days", "days": 7}]}


def published(post: Post, flow_id: int, **parts: Any) -> None:
    """Nok publishes the flow with these parts changed. What she wrote before stays in older versions."""
    with post.house.ledger.write(post.shop) as tx:
        row = tx.first(select(version).join(flow, flow.c.version == version.c.id).where(flow.c.id == flow_id))
        assert row is not None
        (id_,) = tx.reserve(1)
        made = {"id": id_, "flow": flow_id, "number": row.number + 1, "document": {**row.document, **parts}}
        tx.insert(version, [made | {"published_at": post.clock.now(), "published_by": "nok@doileaf.example"}])
        tx.execute(flow.update().where(flow.c.id == flow_id).values(version=id_))
    ask_again(post.house, post.shop, flow_id)


def test_two_messages_of_one_flow_keep_its_own_cap_and_others_go_out(
    post: Post, smtp: SmtpServer, reminder: Email, clock: SetClock
) -> None:
    """Two of one flow in one batch; the shop itself has no caps."""
    carts, news = post.flow(reminder, limits_of_flow=WEEKLY), post.flow(reminder, name="Newsletter")
    dewi = post.contact("Dewi")
    first, second = post.message(carts, dewi), post.message(carts, dewi)
    others = [post.message(news, dewi) for _ in range(3)]
    post.deliver()
    assert [post.one(message).state for message in (first, *others)] == ["sent"] * 4
    assert due(post, second) == "28 16:00"
    assert why(post, second) == "Reached the Flow’s own cap of 1 e-mail in 7 days; will try again on 28 Nov, 16:00"
    clock.set(at("28 16:00"))
    post.deliver()
    assert post.state(second) == ("sent", "sent")


def test_somebody_inside_on_an_older_version_counts_and_keeps_to_what_the_flow_says_now(
    post: Post, smtp: SmtpServer, reminder: Email
) -> None:
    carts, dewi = post.flow(reminder), post.contact("Dewi")
    post.message(carts, dewi)
    post.deliver()
    waits = post.message(carts, dewi)
    published(post, carts, limits=WEEKLY)
    post.deliver()
    assert post.states() == {"sent": 1, "queued": 1}
    assert due(post, waits) == "28 16:00"


def test_the_flow_that_says_anyway_passes_the_night_and_the_message_that_says_shop_does_not(
    post: Post, smtp: SmtpServer, reminder: Email, clock: SetClock
) -> None:
    delivery.set_limits(post.house, post.shop, Limits(caps=(Cap(most=1),), quiet=(NIGHT,)))
    clock.set(at("22 01:00"))
    dewi, anyway = post.contact("Dewi"), {"keep": "anyway"}
    welcome = post.message(post.flow(reminder, limits_of_flow=anyway), dewi)
    careful = post.message(post.flow(reminder, limits_of_flow=anyway, limits="shop"), dewi)
    post.deliver()
    assert post.state(welcome) == ("sent", "sent")
    assert due(post, careful) == "22 08:00"


def test_over_songkran_people_wait_and_a_pause_taken_away_lets_them_go(
    post: Post, smtp: SmtpServer, reminder: Email, confirmation: Email, clock: SetClock
) -> None:
    songkran = {"from": "2020-04-13", "to": "2020-04-15", "yearly": True}
    clock.set(at("21 16:00") + 143 * 24 * 3_600_000_000)
    carts = post.flow(reminder, confirmation, pauses=[songkran])
    dewi = post.contact("Dewi")
    cart, receipt = post.message(carts, dewi), post.message(carts, dewi, block="mail2")
    post.deliver()
    assert post.state(receipt) == ("sent", "sent")
    assert why(post, cart) == "The Flow pauses from 13 Apr to 15 Apr. Goes out on 16 Apr, 00:00"
    assert why(post, cart, "th").startswith("โฟลว์หยุดตั้งแต่ 13 เม.ย. ถึง 15 เม.ย.")
    published(post, carts, pauses=[])
    post.deliver()
    assert post.state(cart) == ("sent", "sent")


def test_only_monday_to_friday_from_nine_to_six_where_they_live(
    post: Post, smtp: SmtpServer, reminder: Email, confirmation: Email, clock: SetClock
) -> None:
    """It is Saturday, 16:00 in Bangkok; a receipt of that block waits as well."""
    office = {"days": [1, 2, 3, 4, 5], "start": "09:00", "end": "18:00"}
    flow_id = post.flow(reminder, confirmation, hours=office)
    dewi, hannah = post.contact("Dewi"), post.contact("Hannah", zone="America/New_York")
    news, receipt = post.message(flow_id, dewi), post.message(flow_id, dewi, block="mail2")
    far = post.message(flow_id, hannah)
    left_out = post.message(post.flow(reminder, hours={**office, "then": "skip"}), dewi)
    post.deliver()
    assert [due(post, message) for message in (news, receipt, far)] == ["23 09:00", "23 09:00", "23 21:00"]
    assert post.state(left_out) == ("skipped", "outside_hours")
    clock.set(at("23 09:00"))
    post.deliver()
    assert [post.one(message).state for message in (news, receipt, far)] == ["sent", "sent", "queued"]
