"""Who orders, or begins a newer cart, while a server is being handed the mail about the older one, and puts it off."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from runtime import delivery
from tests.delivery.smtp_server import SmtpServer
from tests.delivery.test_who_speaks import DEWI, Street, mail, starts, street, wait
from tests.engine.stage import Stage, block, link
from tests.patience import PATIENCE

__all__ = ["street"]
LATER = "451 4.7.1 try again later"
RULES: dict[str, Any] = {
    "exits": [{"event": "Order placed", "key": "checkout_token"}],
    "entry": {"key": "checkout_token", "newest_wins": True},
}


@pytest.fixture
def meanwhile(street: Street, smtp: SmtpServer) -> Callable[..., list[str]]:
    """Lets something happen to Dewi while the server has her reminder in its hands and says nothing for so long; what became
    of her messages three hours after it has answered."""

    def happen(event: str, says: str = LATER, **properties: Any) -> list[str]:
        street.comes()
        street.opens("hello", starts("Said hello"), mail())
        street.happens("Said hello", DEWI)  # so that there is a connection
        street.happens("Checkout started", DEWI, checkout_token="c1")
        street.after(minutes=59)
        smtp.freeze()
        smtp.answer("rcpt", says, times=1)
        street.clock.advance(minutes=1)
        Stage.work(street)
        hello, *_ = street.told()
        until = time.monotonic() + PATIENCE
        while street.told() != [hello, "cart sending: None"]:
            assert time.monotonic() < until, street.told()
            delivery.deliver(street.house)
        street.arrives(event, DEWI, **properties)
        Stage.work(street)
        smtp.thaw()
        while "cart sending: None" in street.told():
            assert time.monotonic() < until, street.told()
            delivery.deliver(street.house)
        street.after(hours=3)
        return street.told()[1:]

    return happen


def test_a_reminder_that_is_put_off_is_not_tried_again_once_it_is_ordered(
    street: Street, smtp: SmtpServer, meanwhile: Callable[..., list[str]]
) -> None:
    street.opens("cart", starts("Checkout started"), wait(60), mail(), **RULES)
    assert meanwhile("Order placed", checkout_token="c1") == ["cart cancelled: run_ended"]
    assert len(smtp.taken) == 1
    assert street.runs()[1:] == [("mail", "left")]


def test_nor_once_there_is_a_newer_cart(street: Street, smtp: SmtpServer, meanwhile: Callable[..., list[str]]) -> None:
    street.opens("cart", starts("Checkout started"), wait(60), mail(), **RULES)
    assert meanwhile("Checkout started", checkout_token="c2") == ["cart cancelled: run_ended", "cart 18:00"]
    assert len(smtp.taken) == 2


@pytest.mark.parametrize("more", [(), (wait(600, "longer"),)], ids=["the last one", "more to come"])
def test_the_thank_you_goes_out_and_the_reminder_does_not(
    street: Street, smtp: SmtpServer, meanwhile: Callable[..., list[str]], more: tuple[dict[str, Any], ...]
) -> None:
    blocks = [starts("Checkout started"), wait(60), mail(), *more, block("ordered", "on_leaving"), mail("thanks")]
    links = [link("start", "wait"), link("wait", "mail"), link("ordered", "thanks")]
    links += [link("mail", one["id"]) for one in more]
    street.publish({"blocks": blocks, "links": links, **RULES}, "cart")
    assert meanwhile("Order placed", checkout_token="c1") == ["cart cancelled: run_ended", "cart 17:00"]
    assert len(smtp.taken) == 2
    assert street.runs()[1:] == [("thanks", "departed")]


def test_what_the_server_takes_after_all_has_gone_out(
    street: Street, smtp: SmtpServer, meanwhile: Callable[..., list[str]]
) -> None:
    street.opens("cart", starts("Checkout started"), wait(60), mail(), **RULES)
    assert meanwhile("Order placed", says="250 2.1.5 OK", checkout_token="c1") == ["cart 17:00"]
    assert len(smtp.taken) == 2
