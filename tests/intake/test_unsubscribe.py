"""Unsubscribing: one click, no sign-in, no address in the link, and it can be taken back."""

import re
from collections.abc import Callable, Iterator
from html import unescape

import pytest
from starlette.testclient import TestClient

from runtime.accounts import workspaces
from runtime.clock import HOUR, SetClock
from runtime.house import House
from runtime.intake import links
from runtime.intake.unsubscribe import language_for, masked
from runtime.ledger import tables
from runtime.people import consent
from runtime.people.identity import Who, resolve
from runtime.words import words

MESSAGE = 4821


@pytest.fixture
def dewi(house: House, shop: int, clock: SetClock) -> int:
    """A contact who reads English and agreed to e-mails."""
    with house.ledger.write(shop) as tx:
        (id_,) = resolve(tx, [Who.of({"email": "dewi.anggraini@example.com", "language": "en"})], clock.now())
        consent.record(tx, id_, "email", "yes", clock.now() - HOUR, "Checkout")
    return id_


@pytest.fixture
def link(house: House, shop: int, dewi: int) -> str:
    """The path of the link in one of her e-mails."""
    url = links.unsubscribe_url(house, shop, dewi, MESSAGE)
    assert url.startswith("https://mail.doileaf.example/u/")
    return url.removeprefix("https://mail.doileaf.example")


@pytest.fixture
def answers(house: House, shop: int, dewi: int) -> Callable[[], list[tuple[str, str]]]:
    """The answers of hers that were recorded after the first."""

    def answers() -> list[tuple[str, str]]:
        with house.ledger.read(shop) as tx:
            rows = tx.all(tables.consent.select().where(tables.consent.c.contact == dewi).order_by(tables.consent.c.id))
        return [(row.answer, row.source) for row in rows][1:]

    return answers


Answers = Callable[[], list[tuple[str, str]]]
NO, UNDONE = ("no", "unsubscribe link"), ("yes", "undo on the unsubscribe page")


def heading(html: str) -> str:
    found = re.search("<h1>(.*?)</h1>", html)
    assert found is not None
    return unescape(found[1])


def buttons(html: str, at: str) -> Iterator[str]:
    """Where the page's buttons lead, as a browser makes it of the address of the page."""
    from urllib.parse import urljoin

    for action in re.findall('action="(.*?)"', html):
        yield urljoin(at, unescape(action))


def test_opening_the_link_changes_nothing(client: TestClient, link: str, answers: Answers) -> None:
    for method in ("GET", "HEAD", "GET"):
        answer = client.request(method, link)
        assert answer.status_code == 200
    assert heading(answer.text) == "Unsubscribe from Doi Leaf?"
    assert "at d•••i@example.com" in answer.text
    assert answers() == []


def test_one_click_of_a_mailbox_provider_unsubscribes(client: TestClient, link: str, answers: Answers) -> None:
    """RFC 8058: a POST without cookie or sign-in, as a form or as multipart, and no redirect."""
    one_click = client.post(link, data={"List-Unsubscribe": "One-Click"}, follow_redirects=False)
    as_multipart = client.post(link, files={"List-Unsubscribe": (None, "One-Click")}, follow_redirects=False)
    assert [one_click.status_code, as_multipart.status_code] == [200, 200]
    assert one_click.headers["content-type"].startswith("text/plain")
    assert "set-cookie" not in one_click.headers
    assert answers() == [NO]


def test_the_answer_is_kept_with_its_proof(client: TestClient, link: str, house: House, shop: int) -> None:
    client.post(link, data={"List-Unsubscribe": "One-Click"}, headers={"user-agent": "Provider/1.0"})
    with house.ledger.read(shop) as tx:
        row = tx.all(tables.consent.select().order_by(tables.consent.c.id))[-1]
    assert row.proof == {"message": MESSAGE, "ip": "testclient", "agent": "Provider/1.0", "one_click": True}
    assert (row.at, row.channel) == (house.clock.now(), "email")


def test_a_person_presses_the_button_and_can_take_it_back(client: TestClient, link: str, answers: Answers) -> None:
    (unsubscribe,) = buttons(client.get(link).text, link)
    done = client.post(unsubscribe)
    assert heading(done.text) == "You are unsubscribed"
    (undo,) = buttons(done.text, unsubscribe)
    undone = client.post(undo)
    assert heading(undone.text) == "You get e-mails again"
    assert answers() == [NO, UNDONE]
    (again,) = buttons(undone.text, undo)
    assert heading(client.post(again).text) == "You are unsubscribed"
    assert answers() == [NO, UNDONE, NO]


def test_everything_works_twice(client: TestClient, link: str, answers: Answers) -> None:
    assert [client.post(link).status_code for _ in range(3)] == [200, 200, 200]
    assert heading(client.get(link).text) == "You are unsubscribed"
    assert [heading(client.post(link + "/undo").text) for _ in range(3)] == ["You get e-mails again"] * 3
    assert answers() == [NO, UNDONE]


def test_undo_takes_back_nothing_that_was_said_elsewhere(
    client: TestClient, link: str, house: House, shop: int, dewi: int, answers: Answers
) -> None:
    with house.ledger.write(shop) as tx:
        consent.record(tx, dewi, "email", "no", house.clock.now(), consent.BY_HAND)
    page = client.post(link + "/undo")
    assert heading(page.text) == "You are unsubscribed"
    assert list(buttons(page.text, link + "/undo")) == []
    assert answers() == [("no", consent.BY_HAND)]


def test_a_no_counts_even_if_a_shops_clock_was_ahead(
    client: TestClient, link: str, house: House, shop: int, dewi: int
) -> None:
    with house.ledger.write(shop) as tx:
        consent.record(tx, dewi, "email", "yes", house.clock.now() + HOUR, "api")
    client.post(link)
    with house.ledger.read(shop) as tx:
        assert consent.standing(tx, [dewi], "email")[dewi].answer == "no"


def test_the_link_holds_for_years_and_whatever_became_of_the_flow(
    client: TestClient, link: str, clock: SetClock, answers: Answers
) -> None:
    clock.advance(days=3000)
    assert client.post(link).status_code == 200
    assert answers() == [NO]


def test_the_link_of_a_contact_who_was_erased_still_answers(
    client: TestClient, link: str, house: House, shop: int, answers: Answers
) -> None:
    with house.ledger.write(shop) as tx:
        tx.execute(tables.contact.delete())
    assert client.post(link).status_code == 200
    assert heading(client.get(link).text) == "You are unsubscribed"
    assert answers() == []


def test_the_link_gives_nothing_away(link: str, house: House, shop: int, dewi: int) -> None:
    assert "dewi" not in link
    assert "example" not in link
    assert links.unsubscribe_url(house, shop, dewi + 1, MESSAGE) != links.unsubscribe_url(house, shop, dewi, MESSAGE)


def test_a_made_up_link_unsubscribes_nobody(client: TestClient, link: str, answers: Answers) -> None:
    last = "A" if link[-5] != "A" else "B"
    for made_up in (link[:-5] + last + link[-4:], "/u/", "/u/x", "/u/" + "a" * 50, link + "/other", "/u/ไทย"):
        assert client.post(made_up).status_code == 404
        page = client.get(made_up)
        assert (page.status_code, heading(page.text)) == (404, "This link does not work")
    assert answers() == []


@pytest.mark.parametrize("spelled", ["{}....", "....{}", "{}=", "{}==", "{}.", "{}é", "{last}"])
def test_a_link_is_spelled_in_one_way(house: House, link: str, spelled: str) -> None:
    """Tries are counted by link, so that a second spelling would be a second lot of tries."""
    token = link.removeprefix("/u/")
    # The last four bits of this many characters say nothing.
    other = spelled.format(token, last=token[:-1] + chr(ord(token[-1]) + 1))
    assert links.read(house, token) is not None
    assert links.read(house, other) is None


@pytest.mark.usefixtures("no_refill")
def test_made_up_links_are_slowed_down_and_real_ones_go_on(client: TestClient, link: str) -> None:
    assert [client.post(f"/u/{number}").status_code for number in range(35)] == [404] * 30 + [429] * 5
    assert client.post(link).status_code == 200


def test_the_link_of_a_test_changes_nothing_and_says_so(client: TestClient, house: House, answers: Answers) -> None:
    link = links.test_unsubscribe_url(house).removeprefix("https://mail.doileaf.example")
    assert client.post(link).status_code == 200
    page = client.post(link + "?page=1")
    assert heading(page.text) == "The link works"
    assert answers() == []


def test_a_test_link_is_no_real_one(house: House) -> None:
    token = links.test_unsubscribe_url(house).rpartition("/")[2]
    assert links.read(house, token) == links.Unsubscribe(test=True)
    assert links.read(house, house.vault.sign("unsubscribe", b"")) is None
    assert links.read(house, house.vault.sign("other", b"x" * 21)) is None


def test_other_methods_and_huge_bodies_are_refused(client: TestClient, link: str, answers: Answers) -> None:
    assert client.delete(link).status_code == 405
    assert client.post(link, content=b"x" * 100_001).status_code == 413
    assert answers() == []


def test_the_page_is_safe_and_alone(client: TestClient, link: str, house: House, shop: int) -> None:
    workspaces.update(house, shop, name='<script>alert("tea")</script>')
    answer = client.get(link)
    assert "<script" not in answer.text
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert re.findall(r"https?://|src=|@import|url\(", answer.text) == []


def test_the_style_on_the_page_is_the_one_that_its_policy_allows(client: TestClient, link: str) -> None:
    import base64
    import hashlib

    answer = client.get(link)
    style = re.search("<style>(.*?)</style>", answer.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("own", "wished", "shops", "language"),
    [
        ("th-TH", "en", "id", "th"),
        (None, "fr-FR,id;q=0.8,en;q=0.7", "th", "id"),
        ("fr", "de", "th", "th"),
        (None, "", "sv", "en"),
        (None, ";;,,q=", "id_ID", "id"),
    ],
)
def test_the_page_speaks_the_contacts_language(own: str | None, wished: str, shops: str, language: str) -> None:
    assert language_for(own, wished, shops) == language


def test_a_contact_who_reads_thai_reads_the_page_in_thai(
    client: TestClient, link: str, house: House, shop: int, clock: SetClock
) -> None:
    with house.ledger.write(shop) as tx:
        resolve(tx, [Who.of({"email": "dewi.anggraini@example.com", "language": "th"})], clock.now())
    page = client.get(link, headers={"accept-language": "en"})
    assert '<html lang="th">' in page.text
    assert heading(page.text) == words("th")("Unsubscribe from {shop}?", shop="Doi Leaf")
    assert heading(page.text) != "Unsubscribe from Doi Leaf?"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("dewi@example.com", "d•••i@example.com"),
        ("ab@example.com", "a•••@example.com"),
        ("+66812345678", "+•••8"),
        ("", "•••"),
    ],
)
def test_an_address_is_shown_so_that_only_its_owner_knows_it(address: str, shown: str) -> None:
    assert masked(address) == shown
