"""What stands in front: which paths are whose, how it fares, what it tells programmers."""

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient

from runtime import pulse
from runtime.clock import SetClock
from runtime.house import House
from runtime.intake import build_app, limits
from runtime.intake.health import look
from runtime.intake.http import peer_of
from runtime.intake.limits import Limit
from runtime.intake.openapi import EXAMPLE
from runtime.intake.reading import read_events
from runtime.intake.remembered import Remembered
from runtime.ledger import Ledger

# ---- whose path


async def _pages(request: Any) -> PlainTextResponse:
    return PlainTextResponse(f"the builder's page {request.url.path}")


async def _socket(socket: Any) -> None:
    await socket.accept()
    await socket.send_text("the builder's socket")
    await socket.close()


def test_other_paths_and_sockets_go_to_the_builder(house: House) -> None:
    pages = Starlette(routes=[WebSocketRoute("/socket", _socket), Route("/{path:path}", _pages)])
    with TestClient(build_app(house, otherwise=pages)) as client:
        assert client.get("/flows").text == "the builder's page /flows"
        assert client.get("/").text == "the builder's page /"
        assert client.get("/healthy").status_code == 404
        assert client.get("/api/nothing").status_code == 404
        with client.websocket_connect("/socket") as socket:
            assert socket.receive_text() == "the builder's socket"


def test_alone_it_answers_that_there_is_nothing_else(client: TestClient) -> None:
    for path in ("/", "/flows", "/api/v1/other", "/in/", "/u", "/media"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::2", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("not:an:address", "not:an:address"),
    ],
)
def test_who_can_choose_among_many_addresses_is_counted_once(address: str, counted: str) -> None:
    assert peer_of({"type": "http", "client": (address, 4711)}) == counted


# ---- how it fares


@pytest.fixture
def lively(house: House) -> House:
    """A house whose worker has just said that it lives."""
    pulse.say(house, "worker", {"pid": 1})
    return house


def test_all_is_well_while_the_worker_beats(client: TestClient, lively: House, clock: SetClock) -> None:
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json()["ok"] is True
    assert answer.json()["worker"] == {"ok": True, "seconds_ago": 0.0}
    clock.advance(minutes=5)
    late = client.get("/health")
    assert (late.status_code, late.json()["worker"]) == (503, {"ok": False, "seconds_ago": 300.0})


def test_a_worker_that_never_started_is_told(client: TestClient) -> None:
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json()["worker"] == {"ok": False, "error": "it has never started"}


def test_held_mail_is_told_without_what_the_server_said(client: TestClient, lively: House) -> None:
    pulse.say(
        lively, "mail", {"ok": False, "since": 7, "code": "login", "args": {"answer": "535 nok@x"}, "waiting": 14}
    )
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json()["mail"] == {"ok": False, "since": 7, "code": "login", "waiting": 14}


def test_a_database_that_is_gone_is_told_without_its_address(lively: House) -> None:
    nowhere = Ledger("postgresql://nok:secret@127.0.0.1:1/none")
    found = look(House(lively.settings, nowhere, lively.desk, lively.vault, lively.clock, lively.ring))
    assert found["ok"] is False
    assert found["database"] == {"ok": False, "error": "OperationalError"}


def test_a_queue_that_is_gone_is_told(lively: House) -> None:
    away = lively.settings.model_copy(update={"queue_url": "redis://:secret@127.0.0.1:1/0"})
    found = look(House(away, lively.ledger, lively.desk, lively.vault, lively.clock, lively.ring))
    assert (found["ok"], found["queue"]["ok"], found["database"]["ok"]) == (False, False, True)
    assert "secret" not in str(found)


def test_a_full_disk_is_told_before_it_stops_everything(
    client: TestClient, lively: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.intake.health.LEAST_SPACE", 10**18)
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["disk"]["ok"]) == (503, False)


@pytest.mark.usefixtures("no_refill")
def test_asking_too_often_is_refused(client: TestClient, lively: House) -> None:
    statuses = [client.get("/health").status_code for _ in range(40)]
    assert statuses == [200] * 30 + [429] * 10


# ---- for programmers


def test_the_description_and_the_page_tell_the_same(client: TestClient) -> None:
    description = client.get("/api/openapi.json").json()
    page = client.get("/api/docs")
    assert page.status_code == 200
    for path, methods in description["paths"].items():
        assert path in page.text
        for status in methods["post"]["responses"]:
            assert f"<code>{status}</code>" in page.text
    for schema in description["components"]["schemas"].values():
        for field in schema["properties"]:
            assert field in page.text
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_the_example_is_an_event_that_is_taken(clock: SetClock) -> None:
    import orjson

    (event,) = read_events(orjson.dumps(EXAMPLE), 7, "api", clock.now())
    assert event.name == "Order placed"


# ---- limits and memory


class Seconds:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_empties_and_fills_again_for_each_name() -> None:
    tell = Seconds()
    limit = Limit(rate=2, burst=3, tell=tell)
    assert [limit.allows("nok") for _ in range(4)] == [True, True, True, False]
    assert limit.exhausted("nok")
    assert limit.allows("somchai")
    tell.now = 1.0
    assert [limit.allows("nok") for _ in range(3)] == [True, True, False]
    tell.now = 100.0
    assert [limit.allows("nok") for _ in range(4)] == [True, True, True, False]


def test_buckets_do_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_MOST_BUCKETS", 10)
    limit = Limit(rate=1, burst=1, tell=Seconds())
    for number in range(1000):
        limit.allows(number)
    assert len(limit._left) == 10


async def test_what_was_found_is_remembered_for_seconds_and_what_was_not_is_looked_for_again() -> None:
    tell, there, looks = Seconds(), {"key": 1}, []

    def look_for(name: str) -> int | None:
        looks.append(name)
        return there.get(name)

    remembered = Remembered(look_for, tell)
    assert [await remembered.get("key") for _ in range(3)] == [1, 1, 1]
    assert [await remembered.get("other") for _ in range(2)] == [None, None]
    assert looks == ["key", "other", "other"]
    del there["key"]
    tell.now = 5.0
    assert await remembered.get("key") is None
    assert not remembered.known("key")


async def test_however_many_ask_at_once_one_looks() -> None:
    import asyncio

    looks: list[str] = []

    def look_for(name: str) -> str:
        looks.append(name)
        return name

    remembered = Remembered(look_for)
    assert await asyncio.gather(*(remembered.get("key") for _ in range(20))) == ["key"] * 20
    assert looks == ["key"]
