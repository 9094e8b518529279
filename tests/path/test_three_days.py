"""The whole path without a screen: a shop's events over HTTP, three days, mails on a real mail server."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from runtime import delivery, engine
from runtime.accounts import keys, preferences, sources
from runtime.clock import SetClock, length
from runtime.engine.publishing import publish as flows
from runtime.house import House
from runtime.intake import build_app
from runtime.ledger.tables import message
from runtime.people import contacts
from runtime.samples import samples, take
from runtime.settings import Settings
from tests.delivery.smtp_server import Mail, SmtpServer

DEWI, SOMCHAI, HANNAH, BUDI = "dewi@example.com", "somchai@example.com", "hannah@example.com", "budi@example.com"
OOLONG = {
    "title": "Mae Salong oolong",
    "variant": "100 g",
    "price": 640,
    "quantity": 1,
    "image": "https://doileaf.example/oolong.png",
    "url": "https://doileaf.example/oolong",
}


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    server = SmtpServer()
    yield server
    server.close()


@pytest.fixture
def settings(tmp_path: Path, database_url: str, smtp: SmtpServer) -> Settings:
    return Settings(
        data=tmp_path, database_url=database_url, smtp_url=smtp.url, base_url="https://mail.doileaf.example"
    )


class DoiLeaf:
    """The shop: its flow is live, its website posts events, its customers read their mail."""

    def __init__(self, house: House, shop: int, clock: SetClock, smtp: SmtpServer, client: TestClient) -> None:
        self.house, self.shop, self.clock, self.smtp, self.client = house, shop, clock, smtp, client
        brand = {"name": "Doi Leaf", "postal_address": "41 Ratchadamnoen Road, Chiang Mai", "currency": "THB"}
        house.desk.drafts(shop).put("brand", "brand", "Doi Leaf", {"format": 1, **brand}, "Nok", clock.now())
        preferences.save_sender(house, shop, preferences.Sender(address="nok@doileaf.example"))
        (sample,) = (one for one in samples() if one.slug == "cart-abandonment")
        self.slug = take(house, shop, sample, "Nok")
        flows.publish(house, shop, self.slug, "Nok")
        _, self.key = keys.create(house, shop, "ingest", "Website")
        self._numbers = iter(range(1, 1000))

    def posts(self, name: str, email: str, says: str | None = None, **properties: Any) -> dict[str, int]:
        """The website tells of an event; the worker then does its work."""
        consent = {"consent": {"email": says, "source": "Ticked the box at checkout"}} if says else {}
        document = {
            "id": f"web-{next(self._numbers)}",
            "name": name,
            "contact": {"email": email, "first_name": email.split("@")[0].title(), **consent},
            "properties": properties,
        }
        headers = {"Authorization": f"Bearer {self.key}"}
        answer = self.client.post("/api/v1/events", json=document, headers=headers)
        assert answer.status_code in (200, 202), answer.text
        self.work()
        return dict(answer.json())

    def starts_checkout(self, email: str, token: str, says: str | None = "yes", total: float = 640) -> None:
        url = f"https://doileaf.example/cart/{token}"
        cart = {"checkout_token": token, "checkout_url": url, "total": total, "currency": "THB", "items": [OOLONG]}
        self.posts("Checkout started", email, says, **cart)

    def work(self) -> None:
        """What the worker does when the doorbell rings."""
        while engine.work(self.house) | delivery.deliver(self.house):
            pass

    def after(self, **span: float) -> None:
        """Time passes; what falls due in it happens when it is due."""
        end = self.clock.now() + length(**span)
        while True:
            self.work()
            due = [at for at in (engine.next_due(self.house), delivery.next_due(self.house)) if at is not None]
            if not due or min(due) > end:
                break
            self.clock.set(max(min(due), self.clock.now()))
        self.clock.set(end)
        self.work()

    def mails(self, email: str) -> list[Mail]:
        """What arrived at an address."""
        return [mail for mail in self.smtp.taken if mail.recipient == email]

    def where_links_lead(self, mail: Mail) -> list[str]:
        """Where somebody comes out who follows the links of a mail one by one."""
        found = re.findall(r'href="https://mail\.doileaf\.example(/c/[^"]+)"', mail.text("html"))
        return [str(self.client.get(path, follow_redirects=False).headers["location"]) for path in found]

    def subjects(self, email: str) -> list[str]:
        return [str(mail.parsed["Subject"]) for mail in self.mails(email)]

    def unsent(self, email: str) -> list[tuple[str, str]]:
        """State and reason of the messages that an address did not get."""
        with self.house.ledger.read(self.shop) as tx:
            contact = contacts.by_address(tx, email)
            assert contact is not None
            rows = tx.all(message.select().where(message.c.contact == contact.id).order_by(message.c.id))
        return [(row.state, row.code) for row in rows if row.state != "sent"]


@pytest.fixture
def doi_leaf(house: House, shop: int, clock: SetClock, smtp: SmtpServer) -> Iterator[DoiLeaf]:
    with TestClient(build_app(house), base_url="https://mail.doileaf.example") as client:
        yield DoiLeaf(house, shop, clock, smtp, client)
    delivery.leave(house)


def test_three_days_of_carts(doi_leaf: DoiLeaf) -> None:
    """Dewi never orders, Somchai orders after the first reminder, Hannah said no, Budi was never asked."""
    doi_leaf.starts_checkout(DEWI, "c-dewi")
    doi_leaf.starts_checkout(SOMCHAI, "c-somchai")
    doi_leaf.starts_checkout(HANNAH, "c-hannah", says="no")
    doi_leaf.starts_checkout(BUDI, "c-budi", says=None)
    assert doi_leaf.smtp.taken == []

    doi_leaf.after(hours=1)
    assert doi_leaf.subjects(DEWI) == ["Dewi, your cart is still here"]
    assert doi_leaf.subjects(SOMCHAI) == ["Somchai, your cart is still here"]
    assert doi_leaf.unsent(HANNAH) == [("skipped", "said_no")]
    assert doi_leaf.unsent(BUDI) == [("skipped", "no_consent")]

    doi_leaf.after(hours=3)
    doi_leaf.posts("Order placed", SOMCHAI, checkout_token="c-somchai", total=640)
    doi_leaf.after(days=3)
    assert doi_leaf.subjects(DEWI) == [
        "Dewi, your cart is still here",
        "Any questions before you order?",
        "10 % off your cart, until tomorrow",
    ]
    assert len(doi_leaf.mails(SOMCHAI)) == 1
    assert doi_leaf.mails(HANNAH) == doi_leaf.mails(BUDI) == []


def test_the_mail_shows_the_cart_inlined_and_can_be_left(doi_leaf: DoiLeaf) -> None:
    doi_leaf.starts_checkout(DEWI, "c1", total=1280)
    doi_leaf.after(hours=1)
    (mail,) = doi_leaf.mails(DEWI)
    html = mail.text("html")
    assert "Mae Salong oolong" in html
    assert "฿640" in html
    assert "https://doileaf.example/cart/c1" in doi_leaf.where_links_lead(mail)
    assert 'src="https://doileaf.example/oolong.png"' in html
    assert re.search(r'<h1[^>]*style="|<div[^>]*style="', html), "styles are inlined"
    assert "{{" not in html
    assert "{%" not in html
    assert "Mae Salong oolong" in mail.text("plain")
    assert mail.parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = str(mail.parsed["List-Unsubscribe"]).strip("<>")
    assert DEWI not in link

    looked = doi_leaf.client.get(link)
    assert looked.status_code == 200
    doi_leaf.after(hours=1)
    left = doi_leaf.client.post(link, data={"List-Unsubscribe": "One-Click"})
    assert left.status_code in (200, 202)
    doi_leaf.after(days=3)
    assert len(doi_leaf.mails(DEWI)) == 1, "the reminder after the unsubscribe is not sent"
    assert doi_leaf.unsent(DEWI) == [("skipped", "said_no")] * 2


def test_a_paused_flow_keeps_its_messages_and_sends_them_when_it_goes_on(doi_leaf: DoiLeaf) -> None:
    doi_leaf.starts_checkout(DEWI, "c1")
    doi_leaf.starts_checkout(SOMCHAI, "c2")
    flows.pause(doi_leaf.house, doi_leaf.shop, doi_leaf.slug)
    doi_leaf.after(hours=2)
    assert doi_leaf.smtp.taken == []
    doi_leaf.posts("Order placed", SOMCHAI, checkout_token="c2")
    flows.resume(doi_leaf.house, doi_leaf.shop, doi_leaf.slug)
    doi_leaf.work()
    assert len(doi_leaf.mails(DEWI)) == 1
    assert doi_leaf.mails(SOMCHAI) == []
    assert doi_leaf.unsent(SOMCHAI) == [("cancelled", "run_ended")]


def test_the_same_event_twice_is_one_event(doi_leaf: DoiLeaf) -> None:
    headers = {"Authorization": f"Bearer {doi_leaf.key}"}
    event = {"id": "c1", "name": "Checkout started", "contact": {"email": DEWI}, "properties": {"checkout_token": "1"}}
    answers = [doi_leaf.client.post("/api/v1/events", json=event, headers=headers).json() for _ in range(2)]
    assert answers == [{"accepted": 1, "duplicates": 0}, {"accepted": 0, "duplicates": 1}]


def test_shopify_tells_of_a_checkout_and_its_order(doi_leaf: DoiLeaf) -> None:
    source, secret = sources.create(doi_leaf.house, doi_leaf.shop, "Doi Leaf", "shpss_4f2a9c7d1e8b3a6f")
    tell = shopify(doi_leaf.client, f"/in/shopify/{source.slug}", secret)
    checkout = {
        "id": 901,
        "token": "tok-1",
        "email": DEWI,
        "buyer_accepts_marketing": True,
        "abandoned_checkout_url": "https://doileaf.example/checkouts/tok-1/recover",
        "total_price": "640.00",
        "currency": "THB",
        "customer": {"id": 70211, "first_name": "Dewi", "last_name": "Anggraini"},
        "line_items": [{"product_id": 1, "title": "Mae Salong oolong", "quantity": 1, "price": "640.00"}],
    }
    assert tell("checkouts/create", checkout, "e1") == 200
    assert tell("checkouts/create", checkout, "e1") == 200
    assert tell("checkouts/create", checkout, "e2", signed=False) == 401
    doi_leaf.after(minutes=40)
    assert tell("checkouts/update", checkout | {"total_price": "1280.00"}, "e4") == 200
    doi_leaf.after(minutes=59)
    assert doi_leaf.mails(DEWI) == [], "the wait began again when the cart changed"
    doi_leaf.after(minutes=1)
    assert doi_leaf.subjects(DEWI) == ["Dewi, your cart is still here"]
    assert "https://doileaf.example/checkouts/tok-1/recover" in doi_leaf.where_links_lead(doi_leaf.mails(DEWI)[0])
    order = {"id": 4821, "checkout_token": "tok-1", "email": DEWI, "total_price": "640.00", "line_items": []}
    assert tell("orders/create", order, "e3") == 200
    doi_leaf.after(days=3)
    assert len(doi_leaf.mails(DEWI)) == 1


def shopify(client: TestClient, path: str, secret: str) -> Callable[..., int]:
    """What Shopify does: post a notice signed over its raw body."""

    def tell(topic: str, payload: dict[str, Any], event_id: str, *, signed: bool = True) -> int:
        body = orjson.dumps(payload)
        mac = hmac.new((secret if signed else "guessed").encode(), body, hashlib.sha256).digest()
        headers = {
            "X-Shopify-Topic": topic,
            "X-Shopify-Hmac-Sha256": base64.b64encode(mac).decode(),
            "X-Shopify-Event-Id": event_id,
            "Content-Type": "application/json",
        }
        return int(client.post(path, content=body, headers=headers).status_code)

    return tell
