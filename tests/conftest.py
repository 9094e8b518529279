"""What the tests stand on: a fresh ledger on each database, a clock that stands still, a house around them, one shop.

PostgreSQL is found at CARTWHEEL_TEST_POSTGRES (a database whose user may create databases), else on this machine;
where there is none, the tests that need it are skipped and say so.
"""

import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from blocks.values import micros
from runtime.clock import SetClock
from runtime.ledger import Ledger, tables
from runtime.ledger.schema import HEAD
from runtime.settings import Settings
from runtime.vault import Vault
from tests.browser import Windows

POSTGRES = os.environ.get("CARTWHEEL_TEST_POSTGRES", "")
CHROMIUM = os.environ.get("CARTWHEEL_TEST_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
THE_MORNING = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SHOP = 7
KEY = b"a key for tests only"
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
    """A server on which each test gets a database of its own: one that a test before is done with, emptied, or a new one,
    which is a copy of one that is migrated already and takes ten times as long.
    """

    url: str
    template: str
    _uses: Counter[str] = field(default_factory=Counter)
    _spare: list[str] = field(default_factory=list)

    def run(self, statement: str) -> None:
        """Run one statement outside a transaction."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)

    def fresh(self) -> str:
        """The URL of an empty, migrated database that nobody has used."""
        name = f"{self.template}_{next(_numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {self.template}")
        return self.beside(name)

    def lend(self) -> str:
        """The URL of an empty, migrated database."""
        url = self._spare.pop() if self._spare else self.fresh()
        self._uses[url] += 1
        return url

    def take_back(self, url: str) -> None:
        """It is lent again if it can be made as it was; not for ever, because what was deleted stays on the disk a while."""
        if self._uses[url] < 40 and self._emptied(url):
            self._spare.append(url)
        else:
            self.drop(url)

    def _emptied(self, url: str) -> bool:
        with psycopg.connect(url, autocommit=True) as connection:
            if not _alone(connection):
                return False
            sizes: dict[str, int] = dict(connection.execute(SIZES).fetchall())
            revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            if sizes.keys() != self._relations or revision != (HEAD,):
                return False
            used = [table.name for table in reversed(tables.metadata.sorted_tables) if sizes[table.name]]
            connection.execute("; ".join(f'DELETE FROM "{name}"' for name in used) or "SELECT")
            connection.execute("ALTER SEQUENCE cartwheel_id RESTART")
        return True

    @cached_property
    def _relations(self) -> Set[str]:
        """What a database has that nobody has changed."""
        with psycopg.connect(self.beside(self.template)) as connection:
            return dict(connection.execute(SIZES).fetchall()).keys()

    def drop(self, url: str) -> None:
        """Take a database away, whoever still uses it."""
        self.run(f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)")

    def close(self) -> None:
        """Take all of them away."""
        for url in (*self._spare, self.beside(self.template)):
            self.drop(url)

    def beside(self, database: str) -> str:
        """The URL of another database on the same server."""
        return make_url(self.url).set(database=database).render_as_string(hide_password=False)


SIZES = "SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
"""Tables, indexes and sequences; a table without a size has never had a row."""


def _alone(connection: psycopg.Connection[Any]) -> bool:
    """Whether nobody else is in the database: what a test left running would write into that of the next."""
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
    )
    until = time.monotonic() + 1
    while connection.execute(others).fetchone() != (1,):
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


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
    server.close()


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
    """Where an empty ledger of this test's own is; processes that a test starts can be given it, and the key beside it."""
    (tmp_path / "secret.key").write_bytes(KEY)
    (tmp_path / "secret.key").chmod(0o600)
    if request.param == "sqlite":
        file = tmp_path / "cartwheel.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.lend()
    yield url
    server.take_back(url)


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
        vault=Vault(KEY),
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


@pytest.fixture(scope="session")
def _windows(chromium: Any) -> Windows:
    return Windows(chromium)


@pytest.fixture
def windows(_windows: Windows) -> Iterator[Windows]:
    """Windows of the browser for one test."""
    yield _windows
    _windows.take_back()
