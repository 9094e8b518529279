"""What the tests stand on: a fresh ledger on each database, a clock that stands still, a house around them, one shop.

PostgreSQL is found at CARTWHEEL_TEST_POSTGRES (a database whose user may create databases), else on this machine;
where there is none, the tests that need it are skipped and say so.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from blocks.values import micros
from runtime.clock import SetClock
from runtime.ledger import Ledger, tables
from runtime.settings import Settings
from runtime.vault import Vault

POSTGRES = os.environ.get("CARTWHEEL_TEST_POSTGRES", "")
CHROMIUM = os.environ.get("CARTWHEEL_TEST_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
THE_MORNING = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SHOP = 7
_numbers = count(1)


@dataclass
class Bell:
    """Counts how often the worker was rung."""

    rings: int = 0

    def __call__(self) -> None:
        self.rings += 1

    def rang(self, times: int) -> bool:
        """Whether it was rung that often; whoever rang may have been answered a moment earlier."""
        until = time.monotonic() + 5
        while self.rings < times and time.monotonic() < until:
            time.sleep(0.001)
        return self.rings == times


@dataclass
class Postgres:
    """A server on which each test gets a database of its own, copied from one that is migrated already."""

    url: str
    template: str
    made: list[str] = field(default_factory=list)

    def run(self, statement: str) -> None:
        """Run one statement outside a transaction."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)

    def fresh(self) -> str:
        """The URL of an empty, migrated database."""
        name = f"{self.template}_{next(_numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {self.template}")
        return self.beside(name)

    def drop(self, url: str) -> None:
        """Take a database away, whoever still uses it."""
        self.run(f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)")

    def beside(self, database: str) -> str:
        """The URL of another database on the same server."""
        return make_url(self.url).set(database=database).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The PostgreSQL server; a test that asks for it is skipped where there is none."""
    server = Postgres(POSTGRES or "postgresql://root@127.0.0.1/test", f"cartwheel_test_{os.getpid()}")
    try:
        psycopg.connect(server.url, connect_timeout=3).close()
    except psycopg.OperationalError as unreachable:
        if POSTGRES:
            raise
        pytest.skip(f"no PostgreSQL here: {unreachable}")
    server.run(f"CREATE DATABASE {server.template}")
    Ledger.open(server.beside(server.template)).close()
    yield server
    server.drop(server.beside(server.template))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated SQLite file."""
    file = tmp_path_factory.mktemp("template") / "cartwheel.db"
    ledger = Ledger.open(f"sqlite:///{file}")
    with ledger.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    ledger.close()
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where an empty ledger of this test's own is; processes that a test starts can be given it."""
    if request.param == "sqlite":
        file = tmp_path / "cartwheel.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.fresh()
    yield url
    server.drop(url)


@pytest.fixture
def ledger(database_url: str) -> Iterator[Ledger]:
    """An empty ledger; every test that asks for it runs on SQLite and on PostgreSQL."""
    ledger = Ledger.open(database_url)
    yield ledger
    ledger.close()


@pytest.fixture
def clock() -> SetClock:
    """Saturday 21 November 2026, 09:00 UTC (16:00 in Bangkok); moves only when told to."""
    return SetClock(micros(THE_MORNING))


@pytest.fixture
def bell() -> Bell:
    """The bell of `house`: how often the worker was rung."""
    return Bell()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Settings of `house`."""
    return Settings(data=tmp_path, database_url=database_url, base_url="https://mail.doileaf.example")


@pytest.fixture
def house(settings: Settings, ledger: Ledger, clock: SetClock, bell: Callable[[], None]) -> Any:
    """An open house around `ledger`, `clock` and `bell`."""
    from runtime.desk import Desk
    from runtime.house import House

    return House(
        settings=settings,
        ledger=ledger,
        desk=Desk(settings.data / "desk"),
        vault=Vault(b"a key for tests only"),
        clock=clock,
        ring=bell,
    )


@pytest.fixture
def shop(ledger: Ledger, clock: SetClock) -> int:
    """The workspace of Doi Leaf, a tea shop in Chiang Rai that sells in baht."""
    with ledger.write() as tx:
        tx.execute(
            tables.workspace.insert(),
            {
                "id": SHOP,
                "slug": "main",
                "name": "Doi Leaf",
                "zone": "Asia/Bangkok",
                "language": "th",
                "currency": "THB",
                "created_at": clock.now(),
            },
        )
    return SHOP


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser. One for the whole run: Playwright cannot be started a second time while it runs."""
    from playwright.sync_api import sync_playwright

    if not Path(CHROMIUM).exists():
        pytest.skip(f"no browser at {CHROMIUM}")
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
