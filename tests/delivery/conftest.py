"""A shop, its e-mails, and a mail server that does what it is told."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runtime import delivery
from runtime.clock import SetClock
from runtime.delivery.carriers.line import Patience
from runtime.delivery.sending import office
from runtime.house import House
from runtime.mail import Brand, EmailDocument, read_document
from runtime.settings import Settings
from tests.delivery.post import Post
from tests.delivery.smtp_server import SmtpServer
from tests.mail.conftest import fixture

Email = tuple[EmailDocument, Brand]


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    """A mail server that takes everything until it is told otherwise."""
    server = SmtpServer()
    yield server
    server.close()


@pytest.fixture
def settings(tmp_path: Path, database_url: str, smtp: SmtpServer) -> Settings:
    """Settings that name the mail server."""
    return Settings(
        data=tmp_path, database_url=database_url, base_url="https://mail.doileaf.example", smtp_url=smtp.url
    )


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> Patience:
    """How long servers are waited for: half a second, so that tests end."""
    short = Patience(connect=0.5, envelope=0.5, answer=0.5)
    monkeypatch.setattr(office, "PATIENCE", short)
    return short


@pytest.fixture
def post(house: House, shop: int, clock: SetClock) -> Iterator[Post]:
    """The shop's outgoing mail."""
    yield Post(house, shop, clock)
    delivery.leave(house)


@pytest.fixture
def reminder() -> Email:
    """The cart reminder: marketing."""
    return read_document(fixture("cart_reminder")), Brand.model_validate(fixture("brand"))


@pytest.fixture
def confirmation() -> Email:
    """The order confirmation: transactional."""
    return read_document(fixture("order_confirmation")), Brand.model_validate(fixture("brand"))


@pytest.fixture
def basket() -> dict[str, Any]:
    """What Dewi left behind."""
    items = [{"name": "Mae Salong oolong", "price": 640, "quantity": 1, "url": "https://doileaf.example/p/oolong"}]
    return {"checkout_url": "https://doileaf.example/cart/8f2", "currency": "THB", "items": items}


def at_server(house: House, url: str) -> House:
    """The same house with another mail server, or with "" for the local outbox."""
    return replace(house, settings=house.settings.model_copy(update={"smtp_url": url}))
