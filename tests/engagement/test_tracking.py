"""A mail arrives, somebody opens it and follows its link: they come out at the shop, and the shop knows."""

from typing import Any

import pytest
from sqlalchemy import select

from runtime import delivery
from runtime.clock import DAY, MINUTE, SECOND, SetClock
from runtime.house import House
from runtime.intake import links
from runtime.intake.limits import Limit
from runtime.ledger.tables import contact, engagement
from runtime.mail import read_document
from runtime.people import erasure
from runtime.people.timeline import timeline
from runtime.words import words
from tests.delivery.conftest import Email, at_server
from tests.delivery.post import Post
from tests.delivery.smtp_server import Mail, SmtpServer
from tests.engagement.conftest import OWN, PHONE, Reader, link_of, links_of, picture_of
from tests.mail.conftest import fixture


@pytest.fixture
def dewi(post: Post) -> int:
    return post.contact("Dewi")


@pytest.fixture
def mail(post: Post, smtp: SmtpServer, reminder: Email, basket: dict[str, Any], dewi: int, clock: SetClock) -> Mail:
    """The cart reminder, in Dewi's mailbox for a minute."""
    post.message(post.flow(reminder), dewi, basket)
    post.deliver()
    clock.set(clock.now() + MINUTE)
    return smtp.taken[0]


def test_a_link_leads_to_the_shop_and_tells_of_the_click(reader: Reader, mail: Mail) -> None:
    assert reader.follows(mail, "Back to my basket") == "https://doileaf.example/cart/8f2"
    assert reader.rows() == [("open", "person", 1), ("click", "person", 1)]
    (opened, _), (clicked, said) = reader.events()
    assert (opened, clicked) == ("Email opened", "Email clicked")
    assert said["link"] == "https://doileaf.example/cart/8f2"
    assert (said["words"], said["email_name"]) == ("Back to my basket", "Your tea is still in the basket")
    assert said["flow_name"] == "Abandoned cart"


def test_the_picture_tells_of_the_opening(reader: Reader, mail: Mail) -> None:
    answer = reader.opens(mail)
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("image/gif", "no-store")
    assert len(answer.content) < 100
    assert reader.rows() == [("open", "person", 1)]
    assert [name for name, _ in reader.events()] == ["Email opened"]


def test_what_is_fetched_over_and_over_is_one_row_and_one_event_a_day(
    reader: Reader, mail: Mail, clock: SetClock
) -> None:
    for _ in range(5):
        reader.opens(mail)
        clock.set(clock.now() + SECOND)
    assert reader.rows() == [("open", "person", 5)]
    assert len(reader.events()) == 1
    for _ in range(30):
        clock.set(clock.now() + DAY)
        reader.opens(mail)
    assert reader.rows() == [("open", "person", 35)]
    assert len(reader.events()) == 20, "and there is an end to it"


def test_the_answer_waits_for_nothing(reader: Reader, mail: Mail) -> None:
    answer = reader.client.get(link_of(mail, "Back to my basket").removeprefix(OWN), follow_redirects=False)
    assert (answer.status_code, answer.headers["cache-control"], answer.content) == (302, "no-store", b"")
    assert reader.rows() == [], "that is written down later"
    reader.recorder.flush()
    assert ("click", "person", 1) in reader.rows()


def test_a_link_that_was_changed_leads_nowhere(reader: Reader, mail: Mail, house: House, shop: int) -> None:
    good = link_of(mail, "Back to my basket").removeprefix(OWN)
    message, link = good.removeprefix("/c/").split("/")
    elsewhere = links.link_word(house, shop + 1, "s5", "https://other.example")
    forged = [
        f"/c/{message}/{link[:-4]}AAAA",
        f"/c/{message[:-4]}AAAA/{link}",
        f"/c/{message}/{elsewhere}",
        "/c/x",
        "/c/",
    ]
    for path in [*forged, f"/c/{message}/https://evil.example", "/o/nonsense.gif", "/o/ü.gif"]:
        answer = reader.client.get(path, follow_redirects=False)
        assert answer.status_code == 404
        assert "This link does not work" in answer.text
    assert reader.rows() == []


def test_the_page_of_a_broken_link_speaks_the_readers_language(reader: Reader) -> None:
    answer = reader.client.get("/c/x/y", headers={"accept-language": "id-ID,id;q=0.9"})
    assert words("id")("This link does not work") in answer.text
    assert 'lang="id"' in answer.text


def test_links_work_for_ever_but_tell_of_nobody_who_is_forgotten(
    reader: Reader, mail: Mail, house: House, shop: int, dewi: int
) -> None:
    reader.opens(mail)
    reader.work()
    assert erasure.erase(house, shop, dewi)
    assert reader.rows() == []
    assert reader.follows(mail, "Back to my basket") == "https://doileaf.example/cart/8f2"
    assert (reader.rows(), reader.events()) == ([], [])


def test_leaving_is_never_led_through_us_twice(mail: Mail) -> None:
    leave = mail.parsed["List-Unsubscribe"].strip("<>")
    assert leave.startswith(OWN + "/u/")
    assert f'href="{leave}"' in mail.text("html")
    assert leave in mail.text("plain")


def test_a_button_that_leaves_is_no_click(post: Post, smtp: SmtpServer, reminder: Email, dewi: int) -> None:
    document = fixture("cart_reminder")
    document["sections"].insert(0, {"kind": "button", "id": "go", "label": "Leave", "link": "{{ unsubscribe_url }}"})
    post.message(post.flow((read_document(document), reminder[1])), dewi)
    post.deliver()
    assert link_of(smtp.taken[0], "Leave").startswith(OWN + "/u/")


def test_no_address_stands_in_a_link(mail: Mail) -> None:
    for url in [*links_of(mail), picture_of(mail)]:
        assert "dewi" not in url
        assert "doileaf.example/cart" not in url


def test_a_test_and_a_preview_tell_of_nothing(
    post: Post, smtp: SmtpServer, reminder: Email, dewi: int, house: House, shop: int
) -> None:
    delivery.send_test(house, shop, *reminder, to="nok@doileaf.example", contact_id=dewi)
    post.deliver()
    seen = delivery.preview(house, shop, *reminder, contact_id=dewi)
    for html in (smtp.taken[0].text("html"), seen.html):
        assert "/c/" not in html
        assert "/o/" not in html
        assert 'href="https://doileaf.example' in html


def with_track(email: Email, track: str, **changes: Any) -> Email:
    document, brand = email
    return document.model_copy(update={"track": track, **changes}), brand


@pytest.mark.parametrize(
    ("which", "track", "tracked"),
    [
        ("reminder", "usual", True),
        ("reminder", "no", False),
        ("confirmation", "usual", False),
        ("confirmation", "yes", True),
    ],
)
def test_each_e_mail_says_whether_it_is_noticed(
    post: Post,
    smtp: SmtpServer,
    request: pytest.FixtureRequest,
    basket: dict[str, Any],
    dewi: int,
    which: str,
    track: str,
    *,
    tracked: bool,
) -> None:
    post.message(post.flow(with_track(request.getfixturevalue(which), track)), dewi, basket)
    post.deliver()
    html = smtp.taken[0].text("html")
    assert (f'src="{OWN}/o/' in html, f'href="{OWN}/c/' in html) == (tracked, tracked)


def test_what_lets_somebody_in_is_never_noticed(post: Post, smtp: SmtpServer, confirmation: Email, dewi: int) -> None:
    secret = with_track(confirmation, "yes", subject="Reset your password")
    post.message(post.flow(secret), dewi)
    post.deliver()
    assert f"{OWN}/c/" not in smtp.taken[0].text("html")


def test_the_local_outbox_works_the_same(
    post: Post, reader: Reader, reminder: Email, basket: dict[str, Any], dewi: int, house: House, clock: SetClock
) -> None:
    here = at_server(house, "")
    own = Post(here, post.shop, clock)
    message = own.message(own.flow(reminder), dewi, basket)
    own.deliver()
    assert own.state(message) == ("sent", "kept_here")
    with here.ledger.read(post.shop) as tx:
        source = delivery.outbox.source(here, tx, message)
    assert source is not None
    clock.set(clock.now() + MINUTE)
    mail = Mail("", "", source, 1)
    assert reader.follows(mail, "Back to my basket") == "https://doileaf.example/cart/8f2"
    assert ("click", "person", 1) in reader.rows()
    delivery.leave(here)


def test_what_a_machine_did_is_kept_and_is_no_event(reader: Reader, mail: Mail) -> None:
    reader.opens(mail, agent="Mozilla/5.0")
    reader.follows(mail, "Back to my basket", method="HEAD")
    assert sorted(reader.rows()) == [("click", "only_looked", 1), ("open", "apple_privacy", 1)]
    assert reader.events() == []


def test_a_scanner_that_follows_every_link_is_a_machine(reader: Reader, mail: Mail) -> None:
    for url in links_of(mail):
        reader.client.get(url.removeprefix(OWN), headers={"user-agent": PHONE}, follow_redirects=False)
    reader.recorder.flush()
    assert {who for _, who, _ in reader.rows()} == {"every_link"}
    assert reader.events() == []


def test_the_timeline_says_it_in_words(reader: Reader, mail: Mail, house: House, shop: int, dewi: int) -> None:
    reader.opens(mail, agent="Mozilla/5.0")
    reader.follows(mail, "Back to my basket")
    reader.work()
    w = words("en")
    with house.ledger.read(shop) as tx:
        told = [w.text(entry.what) for entry in timeline(tx, dewi)]
    assert "Opened the e-mail “Dewi, your tea is still in the basket”" in told
    assert "Clicked “Back to my basket” in the e-mail “Dewi, your tea is still in the basket”" in told
    assert "A machine opened the e-mail “Dewi, your tea is still in the basket”" in told


def test_somebody_who_reads_our_mail_is_heard_of(
    reader: Reader, mail: Mail, house: House, shop: int, dewi: int, clock: SetClock
) -> None:
    def heard_of() -> int:
        with house.ledger.read(shop) as tx:
            return int(tx.scalar(select(contact.c.seen_at).where(contact.c.id == dewi)))

    before = heard_of()
    clock.set(clock.now() + 2 * DAY)
    reader.opens(mail, agent="Mozilla/5.0")
    assert heard_of() == before, "a machine is nobody"
    reader.opens(mail)
    assert heard_of() == clock.now()


def test_nothing_of_where_they_are_is_kept(reader: Reader, mail: Mail, house: House, shop: int) -> None:
    reader.follows(mail, "Back to my basket")
    with house.ledger.read(shop) as tx:
        kept = [dict(row._mapping) for row in tx.all(engagement.select())]
    assert "testclient" not in str(kept) + str(reader.events())
    assert "iPhone" not in str(kept) + str(reader.events())


def test_who_tries_too_often_is_asked_to_wait(reader: Reader, mail: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Limit, "_now", lambda limit, name, now: limit._left.get(name, (limit._burst, 0))[0])
    answers = [reader.client.get("/c/no/no").status_code for _ in range(40)]
    assert (answers[0], answers[-1]) == (404, 429)
    for _ in range(60):
        assert reader.client.get(picture_of(mail).removeprefix(OWN), headers={"user-agent": PHONE}).status_code == 200
    reader.recorder.flush()
    assert reader.rows() == [("open", "person", 50)], "what comes beyond that is answered and not counted"
