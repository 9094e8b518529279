"""A shop whose mail arrives at a real server, and the public routes that its links lead to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from runtime.clock import SetClock
from runtime.engagement.recorder import Recorder
from runtime.engine.work import Engine
from runtime.house import House
from runtime.intake import app
from runtime.ledger.tables import engagement, event
from tests.delivery.conftest import (  # noqa: F401 - fixtures
    basket,
    confirmation,
    patience,
    post,
    reminder,
    settings,
    smtp,
)
from tests.delivery.smtp_server import Mail

OWN = "https://mail.doileaf.example"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"


@dataclass
class Reader:
    """Whoever gets the mail: opens it, follows its links."""

    client: TestClient
    recorder: Recorder
    house: House
    shop: int
    clock: SetClock

    def opens(self, mail: Mail, *, agent: str = PHONE, method: str = "GET") -> Any:
        """The mail program fetches the picture."""
        return self.asks(picture_of(mail), agent=agent, method=method)

    def follows(self, mail: Mail, words: str, *, agent: str = PHONE, method: str = "GET") -> str:
        """They follow the link with these words; where they come out."""
        answer = self.asks(link_of(mail, words), agent=agent, method=method)
        assert answer.status_code == 302, answer.text
        return str(answer.headers["location"])

    def asks(self, url: str, *, agent: str = PHONE, method: str = "GET") -> Any:
        """A request, after which everything is written down at once."""
        headers = {"user-agent": agent}
        answer = self.client.request(method, url.removeprefix(OWN), headers=headers, follow_redirects=False)
        self.recorder.flush()
        return answer

    def rows(self) -> list[tuple[str, str, int]]:
        """(what, who, how often) of all that was written down."""
        with self.house.ledger.read(self.shop) as tx:
            query = select(engagement).order_by(engagement.c.message, engagement.c.first_at, engagement.c.what.desc())
            return [(row.what, row.who, row._mapping["count"]) for row in tx.all(query)]

    def events(self) -> list[tuple[str, dict[str, Any]]]:
        """What happened to contacts by it, in order."""
        with self.house.ledger.read(self.shop) as tx:
            query = select(event.c.name, event.c.properties).where(event.c.source == "mail").order_by(event.c.id)
            return [(row.name, row.properties) for row in tx.all(query)]

    def work(self) -> None:
        """The engine works until there is nothing to do."""
        engine = Engine(self.house)
        while engine.work():
            pass


@pytest.fixture
def reader(house: House, shop: int, clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """The public routes, and what they write down."""
    made: list[Recorder] = []

    def recorder(house: House) -> Recorder:
        made.append(Recorder(house, together=3600))
        return made[-1]

    monkeypatch.setattr(app, "Recorder", recorder)
    with TestClient(app.make_app(house), base_url=OWN) as client:
        yield Reader(client, made[0], house, shop, clock)


def picture_of(mail: Mail) -> str:
    """The address of the open picture."""
    (found,) = re.findall(rf'src="({OWN}/o/[^"]+)"', mail.text("html"))
    return str(found)


def link_of(mail: Mail, words: str) -> str:
    """The address of the link with these words."""
    found = [
        url for url, inside in re.findall(r'<a href="([^"]+)"[^>]*>(.*?)</a>', mail.text("html")) if words in inside
    ]
    assert found, f"no link says {words!r}"
    return str(found[0])


def links_of(mail: Mail) -> list[str]:
    """All tracked links of the HTML part."""
    return re.findall(rf'<a href="({OWN}/c/[^"]+)"', mail.text("html"))
