"""Was it a person who opened an e-mail or followed its link, or a machine?

Machines do it all the time: mail programs fetch pictures before anybody looks, scanners at companies follow every link to
see where it leads. What a machine did is kept, and is no engagement. Each sign is one line of `SIGNS`, with its reason; what
shows none of them was a person. No address is looked at, because none is kept.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from runtime.clock import SECOND

PERSON = "person"
TOGETHER = 5.0
"""Seconds for which what happens to one message is looked at together."""
_QUICK_OPEN, _QUICK_CLICK, _AHEAD = 2.0, 3.0, 10.0
_MANY = 3
"""Nobody opens so many different links of one e-mail within `TOGETHER`."""

_PROGRAM = re.compile(
    r"(?<!cu)bot\b|crawl|spider|scan|preview|fetch|monitor|headless|phantom|curl|wget|python|okhttp|java/|libwww|go-http|axios"
    r"|node|ruby|php|perl|barracuda|proofpoint|mimecast|safelinks|symantec|trendmicro|forcepoint|urldefense",
    re.IGNORECASE,
)
_PROXY = re.compile(r"GoogleImageProxy|YahooMailProxy|ImageProxy", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hit:
    """Somebody asked for a link or the open picture of a message. `at`: UTC microseconds."""

    workspace: int
    message: int
    what: Literal["open", "click"]
    at: int
    method: str = "GET"
    agent: str = ""
    """What the program says it is."""
    link: str = ""
    """The link's id in the e-mail."""
    target: str = ""
    """Where it leads."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What is known of the message itself. `at`: when the mail server took it, None if it has not said so yet."""

    at: int | None
    links: int = 0
    """How many links the e-mail has."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """One hit, with what else happened."""

    hit: Hit
    age: float | None
    """Seconds since the mail server took the message."""
    followed: int
    """Different links of it that were followed together with this."""
    links: int

    def sooner(self, what: str, seconds: float) -> bool:
        return self.hit.what == what and self.age is not None and self.age < seconds


@dataclass(frozen=True, slots=True)
class Sign:
    """By what a machine is recognised. `code` is kept with what it did."""

    code: str
    why: str
    holds: Callable[[_Seen], bool]


SIGNS: tuple[Sign, ...] = (
    Sign(
        "on_the_way",
        "The mail server had not even answered: whoever asked stood on the way to the mailbox.",
        lambda seen: seen.age is None or seen.age < 0,
    ),
    Sign(
        "only_looked",
        "A HEAD request asks what is there without wanting it; browsers and mail programs do not.",
        lambda seen: seen.hit.method == "HEAD",
    ),
    Sign(
        "a_program",
        "It says itself that it is a program, or does not say what it is; every browser does.",
        lambda seen: not seen.hit.agent.strip() or _PROGRAM.search(_PROXY.sub("", seen.hit.agent)) is not None,
    ),
    Sign(
        "apple_privacy",
        "Apple Mail Privacy Protection fetches every picture of every e-mail, read or not, and says “Mozilla/5.0” and"
        " nothing else. No browser does.",
        lambda seen: seen.hit.agent.strip() == "Mozilla/5.0",
    ),
    Sign(
        "fetched_ahead",
        "The picture proxies of Gmail and Yahoo fetch when somebody opens the e-mail, but also ahead of that, within seconds"
        " of its arrival.",
        lambda seen: seen.sooner("open", _AHEAD) and _PROXY.search(seen.hit.agent) is not None,
    ),
    Sign(
        "too_quick",
        "Nobody opens an e-mail within 2 seconds of its arrival, or follows a link of it within 3.",
        lambda seen: seen.sooner("open", _QUICK_OPEN) or seen.sooner("click", _QUICK_CLICK),
    ),
    Sign(
        "every_link",
        "Scanners follow all links at once. People follow one, perhaps two.",
        lambda seen: seen.followed >= _MANY or 1 < seen.links <= seen.followed,
    ),
)


def who_did(hits: Sequence[Hit], sent: Sent) -> list[str]:
    """For each of these hits on one message, within `TOGETHER` of each other: PERSON, or the code of the sign by which a
    machine was recognised."""
    followed = len({hit.target for hit in hits if hit.what == "click"})
    found = []
    for hit in hits:
        age = None if sent.at is None else (hit.at - sent.at) / SECOND
        seen = _Seen(hit, age, followed, sent.links)
        found.append(next((sign.code for sign in SIGNS if sign.holds(seen)), PERSON))
    return found
