"""Which public addresses customers cannot open."""

import pytest

from runtime.public_address import is_local, takes_one_click


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://localhost:8080",
        "http://shop.localhost",
        "http://127.0.0.1:8080",
        "http://127.1",
        "http://0.0.0.0",
        "http://10.0.0.5",
        "http://172.16.3.4:9000",
        "http://192.168.1.20",
        "http://169.254.7.7",
        "http://100.64.1.1",
        "http://[::1]:8080",
        "http://[fe80::1]",
        "http://[fd12:3456::1]",
        "http://[::ffff:192.168.1.20]",
        "https://cartwheel",
        "https://cartwheel.local",
        "https://Cartwheel.LOCAL.",
        "https://mail.shop.internal",
        "https://nas.home.arpa",
    ],
)
def test_an_address_of_this_machine_or_its_network_is_local(address: str) -> None:
    assert is_local(address)


@pytest.mark.parametrize(
    "address",
    ["https://mail.shop.example", "http://mail.shop.example/c", "https://203.0.114.7", "https://[2a00:1450::1]:8443"],
)
def test_an_address_in_the_world_is_not(address: str) -> None:
    assert not is_local(address)


def test_the_mailboxes_own_button_to_unsubscribe_asks_for_https() -> None:
    assert takes_one_click("https://mail.shop.example")
    assert not takes_one_click("http://mail.shop.example")
