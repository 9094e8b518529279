"""What publishing says where e-mails cannot go out as they are, or readers could not unsubscribe as they should."""

from typing import Any

import pytest

from runtime.delivery.decision.readiness import Readiness
from runtime.engine.publishing.outgoing import check_outgoing

SENDS = [("first", "reminder"), ("receipt", "order")]
ORDER = {"kind": "transactional"}


def found(
    address: str = "https://mail.doileaf.example",
    *,
    sender: str = "nok@doileaf.example",
    leaves: bool = True,
    **mail: Any,
) -> list[tuple[str, str, str]]:
    """Code, level and block of each problem of a flow with a marketing e-mail and a transactional one."""
    shop = Readiness(leaves, address, sender)
    return [(one.code, one.level, one.block) for one in check_outgoing(SENDS, {"reminder": mail, "order": ORDER}, shop)]


def test_with_an_address_and_a_sender_all_is_well() -> None:
    assert found() == []


@pytest.mark.parametrize(
    "address", ["", "http://localhost:8080", "http://192.168.1.20:8080", "https://cartwheel.local"]
)
def test_marketing_is_refused_at_an_address_that_customers_cannot_open(address: str) -> None:
    assert found(address) == [("no_public_address", "bad", "first")]


def test_an_address_without_https_is_warned_of_for_one_click_asks_for_it() -> None:
    assert found("http://mail.doileaf.example") == [("no_one_click", "warn", "")]
    assert found("http://mail.doileaf.example", kind="transactional") == []


def test_without_a_senders_address_nothing_is_published_but_what_names_its_own() -> None:
    assert found(sender="") == [("no_sender", "bad", "first"), ("no_sender", "bad", "receipt")]
    assert found(sender="", from_address="hello@doileaf.example") == [("no_sender", "bad", "receipt")]


def test_the_local_outbox_is_exempt() -> None:
    assert found("", sender="", leaves=False) == []
