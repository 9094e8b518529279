"""The canvas in a real browser, against the real web process."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from runtime.accounts import sessions, users, workspaces
from runtime.desk import Draft
from runtime.house import House, open_house
from runtime.mail import Brand, EmailDocument
from runtime.settings import Settings
from tests.browser import Windows
from tests.processes import WebProcess, free_port

EMPTY: dict[str, Any] = {"format": 1, "blocks": [], "links": []}


@dataclass
class Shop(WebProcess):
    """An installation with its web process. The test looks into the same folder with a house of its own."""

    house: House
    workspace: int
    token: str
    flows: int = field(default=0)

    def new_flow(self, name: str, document: dict[str, Any] | None = None) -> str:
        """Put a flow on the desk. Returns its slug."""
        self.flows += 1
        document = {**(document or EMPTY), "name": name}
        drafts = self.house.desk.drafts(self.workspace)
        slug = f"flow-{self.flows}"
        return drafts.create("flow", name, document, "hannah@doileaf.example", self.house.clock.now(), slug).slug

    def draft(self, slug: str) -> Draft:
        """What is on the desk now."""
        found = self.house.desk.drafts(self.workspace).get("flow", slug)
        assert found is not None
        return found

    def kinds(self, slug: str) -> list[str]:
        """The kinds of the blocks on the desk."""
        return [block["kind"] for block in self.draft(slug).document["blocks"]]


def make_shop(data: Path) -> Shop:
    """An installation with Hannah, who speaks English, a brand that may send, and one e-mail."""
    port = free_port()
    house = open_house(Settings(data=data, port=port), ring=lambda: None)
    workspace = workspaces.first(house)
    hannah = users.create(house, "hannah@doileaf.example", "Hannah")
    now, drafts = house.clock.now(), house.desk.drafts(workspace)
    brand = Brand(name="Doi Leaf", postal_address="1 Tea Road, Chiang Rai, Thailand")
    drafts.create("brand", "brand", brand.model_dump(mode="json"), hannah.email, now, "brand")
    drafts.create("email", "Your tea is waiting", reminder(), hannah.email, now, "tea")
    return Shop(data, port, house, workspace, sessions.begin(house, hannah.id))


def reminder() -> dict[str, Any]:
    """A short marketing e-mail that may go out."""
    sections = [
        {"kind": "heading", "id": "s1", "text": "Your tea is still in the cart"},
        {"kind": "button", "id": "s2", "label": "Back to the cart", "link": "https://doileaf.example/cart"},
        {"kind": "footer", "id": "s3"},
    ]
    document = {"name": "Your tea is waiting", "subject": "Your tea is waiting", "sections": sections}
    return EmailDocument.model_validate(document).model_dump(mode="json")


@pytest.fixture(scope="session")
def shop_with_web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """One web process for all tests that do not stop it; each draws flows of its own."""
    shop = make_shop(tmp_path_factory.mktemp("shop"))
    shop.start()
    yield shop
    shop.stop()
    shop.house.close()


Open = Callable[..., Any]


@pytest.fixture
def open_flow(windows: Windows) -> Iterator[Open]:
    """Opens the canvas of a flow in a browser of Hannah's and waits until it can be drawn on.

    `into` is another tab of the same browser. An error in the page fails the test.
    """
    errors: list[str] = []

    def open_(shop: Shop, slug: str, *, into: Any = None, phone: bool = False) -> Any:
        if into is None:
            size = {"width": 390, "height": 844} if phone else {"width": 1400, "height": 900}
            context = windows(shop.url, shop.token, viewport=size, has_touch=phone, is_mobile=phone)
        else:
            context = into.context
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{shop.url}/flows/{slug}")
        ready(page)
        return page

    yield open_
    assert not errors, errors


def ready(page: Any) -> None:
    """Wait until the canvas is there and Python listens."""
    page.wait_for_function("window.did_handshake === true && document.querySelector('.fc-root') !== null")


def saved(page: Any) -> None:
    """Wait until the bar says that everything is stored."""
    page.wait_for_function("document.querySelector('.fe-saved .on')?.innerText.startsWith('Draft saved')", polling=50)


def as_json(path: Path) -> Any:
    """A file that was downloaded."""
    return json.loads(path.read_text("utf-8"))
