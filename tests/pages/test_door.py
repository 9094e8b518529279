"""How often strangers may knock at the pages that are open to everybody."""

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from builder.access import Door
from runtime.house import House
from runtime.intake.limits import Limit


@pytest.fixture
def door(house: House, monkeypatch: pytest.MonkeyPatch) -> Door:
    """A door before a page that says hello, with tries that do not come back, however slow the machine is."""
    monkeypatch.setattr(Limit, "_now", lambda limit, name, now: limit._left.get(name, (limit._burst, 0))[0])
    return Door(PlainTextResponse("Hello"), house)


def at(door: Door, peer: str) -> TestClient:
    return TestClient(door, base_url="https://doileaf.example", client=(peer, 50_000))


@pytest.mark.parametrize(("method", "path"), [("GET", "/sign-in"), ("GET", "/sign-in/x"), ("POST", "/sign-in/x")])
def test_a_stranger_who_asks_without_end_is_told_to_wait(door: Door, method: str, path: str) -> None:
    stranger, nok = at(door, "203.0.113.7"), at(door, "198.51.100.4")

    answers = [stranger.request(method, path) for _ in range(70)]

    assert [answer.status_code for answer in answers] == [200] * 60 + [429] * 10
    assert answers[-1].headers["retry-after"] == "1"
    assert answers[-1].text == "That was asked for too often. Wait a little, then try again."
    assert nok.get("/sign-in").status_code == 200


def test_what_a_page_is_made_of_does_not_count(door: Door) -> None:
    stranger = at(door, "203.0.113.7")
    assert {stranger.get("/cw/cartwheel.css").status_code for _ in range(70)} == {200}
    assert stranger.get("/sign-in").status_code == 200
