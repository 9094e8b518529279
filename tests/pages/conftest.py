"""The pages in a real browser, against the real web process."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from runtime.accounts import sessions, users, workspaces
from runtime.clock import DAY
from runtime.house import House, open_house
from runtime.ledger import tables
from runtime.settings import Settings
from tests.browser import Windows, ready
from tests.pages.doi_leaf import NOK, fill
from tests.processes import WebProcess, free_port

DESKTOP, PHONE = {"width": 1400, "height": 900}, {"width": 390, "height": 844}


@dataclass
class Web(WebProcess):
    """An installation with its web process; the test looks into the same folder with a house of its own."""

    house: House

    @property
    def workspace(self) -> int:
        return workspaces.first(self.house)

    def worker_lives(self) -> None:
        """Let the worker have said so, for as long as a test may take: here none runs."""
        with self.house.ledger.write() as tx:
            tx.execute(tables.pulse.delete())
            at = self.house.clock.now() + DAY
            tx.execute(tables.pulse.insert().values(name="worker", at=at, state={}))

    def mail_is_held(self, code: str, args: dict[str, str]) -> None:
        """Let delivery have said that mail does not go out."""
        entry = {"since": self.house.clock.now(), "code": code, "args": args, "waiting": 14}
        state = {"ok": False, **entry, "workspaces": {str(self.workspace): entry}}
        with self.house.ledger.write() as tx:
            tx.execute(tables.pulse.insert().values(name="mail", at=self.house.clock.now(), state=state))


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """The shop of Doi Leaf with its web process, one for all tests of a file."""
    data, port = tmp_path_factory.mktemp("doi-leaf"), free_port()
    house = open_house(Settings(data=data, port=port), ring=lambda: None)
    fill(house)
    web = Web(data, port, house)
    try:
        web.start()
        web.worker_lives()
        yield web
    finally:
        web.stop()
        house.close()


Look = Callable[..., Any]


@pytest.fixture
def look(windows: Windows, web: Web) -> Iterator[Look]:
    """Opens a page in a browser of its own, signed in as Nok unless told otherwise.

    What goes wrong in a page, and any request to another host, fails the test.
    """
    wrong: list[str] = []

    def open_(path: str, *, phone: bool = False, dark: bool = False, token: str | None = None) -> Any:
        scheme = "dark" if dark else "light"
        size = PHONE if phone else DESKTOP
        token = sign_in(web) if token is None else token
        page = windows(web.url, token, viewport=size, color_scheme=scheme, has_touch=phone, locale="en-GB").new_page()
        page.on("pageerror", lambda error: wrong.append(f"{path}: {error}"))
        page.on("console", lambda line: wrong.append(f"{path}: {line.text}") if line.type == "error" else None)
        page.on("request", lambda asked: wrong.append(f"{path} asks {asked.url}") if _outside(asked.url, web) else None)
        page.goto(web.url + path)
        ready(page)
        return page

    yield open_
    assert not wrong, wrong


def _outside(address: str, web: Web) -> bool:
    return not address.startswith((web.url, web.url.replace("http", "ws"), "data:", "blob:", "about:"))


def sign_in(web: Web, email: str = NOK) -> str:
    """A new session's token."""
    user = users.by_email(web.house, email)
    assert user is not None
    return sessions.begin(web.house, user.id)
