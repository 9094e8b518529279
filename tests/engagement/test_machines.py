"""A person or a machine? A line for each case."""

import pytest

from runtime.clock import SECOND
from runtime.engagement.machines import PERSON, SIGNS, Hit, Sent, who_did

SENT = 1_795_000_000_000_000
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36"
CUBOT = "Mozilla/5.0 (Linux; Android 11; CUBOT X50) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36"
OUTLOOK = "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0; Pro)"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
YAHOO = "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"


def opened(after: float, agent: str = PHONE, method: str = "GET") -> Hit:
    return Hit(1, 2, "open", SENT + int(after * SECOND), method, agent)


def clicked(after: float, agent: str = CHROME, method: str = "GET", target: str = "https://doileaf.example/") -> Hit:
    return Hit(1, 2, "click", SENT + int(after * SECOND), method, agent, "s5", target)


@pytest.mark.parametrize(
    ("hit", "who"),
    [
        (opened(60), PERSON),
        (opened(60, OUTLOOK), PERSON),
        (opened(60, CUBOT), PERSON),
        (opened(1.5), "too_quick"),
        (opened(2.5), PERSON),
        (opened(3600, "Mozilla/5.0"), "apple_privacy"),
        (opened(4, GMAIL), "fetched_ahead"),
        (opened(30, GMAIL), PERSON),
        (opened(30, YAHOO), PERSON),
        (opened(60, ""), "a_program"),
        (opened(-3), "on_the_way"),
        (clicked(60), PERSON),
        (clicked(2), "too_quick"),
        (clicked(4), PERSON),
        (clicked(60, method="HEAD"), "only_looked"),
        (clicked(60, "python-requests/2.32"), "a_program"),
        (clicked(60, "Mozilla/5.0 (compatible; Barracuda Sentinel)"), "a_program"),
        (clicked(60, "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"), "a_program"),
        (clicked(60, "Mozilla/5.0"), "apple_privacy"),
    ],
)
def test_one_visit(hit: Hit, who: str) -> None:
    assert who_did([hit], Sent(SENT, links=6)) == [who]


def test_nothing_is_opened_before_the_mail_server_took_it() -> None:
    assert who_did([opened(60), clicked(60)], Sent(None)) == ["on_the_way", "on_the_way"]


@pytest.mark.parametrize(
    ("followed", "links", "who"),
    [(1, 1, PERSON), (2, 6, PERSON), (2, 2, "every_link"), (3, 6, "every_link"), (5, 0, "every_link")],
)
def test_who_follows_all_links_at_once_is_a_scanner(followed: int, links: int, who: str) -> None:
    hits = [clicked(60 + number / 10, target=f"https://doileaf.example/{number}") for number in range(followed)]
    assert set(who_did([opened(59), *hits], Sent(SENT, links))) == {who}


def test_the_same_link_twice_is_one_person() -> None:
    assert who_did([clicked(60), clicked(61), clicked(62)], Sent(SENT, links=2)) == [PERSON] * 3


def test_each_sign_has_a_reason_and_a_name_of_its_own() -> None:
    codes = [sign.code for sign in SIGNS]
    assert len(set(codes)) == len(codes)
    assert PERSON not in codes
    assert all(sign.why.endswith(".") for sign in SIGNS)
