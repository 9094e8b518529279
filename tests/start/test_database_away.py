"""Pages while the database is away: they say so in one sentence."""

from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from builder.access import COOKIE, Door
from builder.database_away import DatabaseAway
from runtime.desk import Desk
from runtime.house import House
from runtime.ledger import Ledger
from runtime.settings import Settings
from runtime.vault import Vault


async def page(request: Any) -> PlainTextResponse:
    """A page that needs no database."""
    return PlainTextResponse("Welcome")


@pytest.fixture
def browser(tmp_path: Path) -> TestClient:
    """Asks an installation whose PostgreSQL is down, signed in."""
    from runtime.clock import SystemClock

    ledger = Ledger("postgresql://nobody@127.0.0.1:1/nothing")
    settings = Settings(data=tmp_path)
    house = House(
        settings, ledger, Desk(tmp_path / "desk"), Vault(b"a key for tests only"), SystemClock(), lambda: None
    )
    app = Starlette(routes=[Route("/flows", page), Route("/sign-in", page)])
    app.add_middleware(Door, house=house)
    app.add_middleware(DatabaseAway)
    return TestClient(app, cookies={COOKIE: "of yesterday"})


def test_a_page_says_that_the_database_is_away(browser: TestClient) -> None:
    answer = browser.get("/flows")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.text == "The database cannot be reached at the moment. Nothing is lost. Try again in a little while."


def test_it_says_so_in_the_language_that_the_browser_asks_for(browser: TestClient) -> None:
    indonesian = browser.get("/flows", headers={"Accept-Language": "id-ID,id;q=0.9,en;q=0.8"}).text
    assert indonesian.startswith("Basis data")


def test_what_needs_no_database_is_answered(browser: TestClient) -> None:
    assert browser.get("/sign-in").text == "Welcome"
