"""What belongs to a shop: its settings, its keys, the sources that send to it."""

from typing import Any

import pytest
from pydantic import ValidationError

from runtime.accounts import keys, preferences, sources, users, workspaces
from runtime.accounts.preferences import MailServer, Sender
from runtime.accounts.refused import Refused
from runtime.clock import SetClock
from runtime.house import House
from runtime.ledger import tables
from runtime.words import words


def test_an_installation_begins_with_one_shop(house: House) -> None:
    first = workspaces.first(house)
    assert workspaces.first(house) == first
    found = workspaces.get(house, first)
    assert found is not None
    assert (found.slug, found.zone, found.language, found.currency) == ("main", "UTC", "en", "USD")
    assert workspaces.of(house, users.first(house)) == found


def test_a_shop_changes_what_is_given(house: House, shop: int) -> None:
    after = workspaces.update(house, shop, name=" Doi Leaf tea ", currency="idr")
    assert (after.name, after.currency, after.zone) == ("Doi Leaf tea", "IDR", "Asia/Bangkok")
    assert workspaces.get(house, shop) == after
    assert workspaces.get(house, shop + 1) is None


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "  ", "Type a name, in at most 120 characters."),
        ("zone", "Chiang Rai", "Choose a time zone from the list."),
        ("zone", "../../etc/passwd", "Choose a time zone from the list."),
        ("language", "Thai!", "Choose a language from the list."),
        ("currency", "baht", "Type the three letters of a currency, like THB."),
    ],
)
def test_a_shop_cannot_be_just_anything(house: House, shop: int, field: str, value: str, said: str) -> None:
    before = workspaces.get(house, shop)
    with pytest.raises(Refused) as refused:
        workspaces.update(house, shop, **{field: value})
    assert (words("en").text(refused.value.phrase), refused.value.field) == (said, field)
    assert workspaces.get(house, shop) == before


def test_a_key_is_shown_once_and_found_by_its_secret(house: House, shop: int) -> None:
    key, secret = keys.create(house, shop, "ingest", "Website")
    assert secret.startswith("cw_ing_")
    assert secret.startswith(key.hint)
    assert keys.find(house, secret) == key
    assert keys.find(house, secret[:-1]) is None
    with house.ledger.read() as tx:
        row = tx.first(tables.key.select())
    assert row is not None
    assert secret not in str(tuple(row))


def test_a_revoked_key_is_listed_but_lets_nobody_in(house: House, shop: int) -> None:
    key, secret = keys.create(house, shop, "api", "Reports")
    assert not keys.revoke(house, shop + 1, key.id)
    assert keys.revoke(house, shop, key.id)
    assert not keys.revoke(house, shop, key.id)
    assert keys.find(house, secret) is None
    assert [one.revoked_at for one in keys.everything(house, shop)] == [house.clock.now()]
    assert keys.everything(house, shop + 1) == []


def test_when_a_key_was_used_is_noted_to_the_minute(house: House, shop: int, clock: SetClock) -> None:
    _, secret = keys.create(house, shop, "ingest", "Website")
    seen = []
    for seconds in (0, 30, 61):
        clock.advance(seconds=seconds)
        found = keys.find(house, secret)
        assert found is not None
        with house.ledger.write(shop) as tx:
            keys.used(tx, found, clock.now())
        seen.append(keys.everything(house, shop)[0].used_at)
    assert seen == [clock.now() - 91_000_000, clock.now() - 91_000_000, clock.now()]


def test_a_source_keeps_the_secret_that_the_shop_shows_encrypted(house: House, shop: int) -> None:
    source, secret = sources.create(house, shop, "Doi Leaf", "shpss_0123456789abcdef")
    assert (source.path, secret) == ("/in/shopify/doi-leaf", "shpss_0123456789abcdef")
    assert sources.find(house, "shopify", "doi-leaf") == (source, secret)
    with house.ledger.read() as tx:
        row = tx.first(tables.source.select())
    assert row is not None
    assert b"shpss" not in bytes(row.secret)


def test_sources_of_the_same_name_have_addresses_of_their_own(house: House, shop: int) -> None:
    made = [
        sources.create(house, shop + number, name)[0].slug
        for number, name in enumerate(["Doi Leaf", "doi leaf!", "ดอย"])
    ]
    assert made == ["doi-leaf", "doi-leaf-2", "shopify"]
    assert [source.slug for source in sources.everything(house, shop)] == ["doi-leaf"]


@pytest.mark.parametrize("secret", ["", "short", "with a line\nbreak in it", "x" * 201, "ไม่ใช่ความลับแบบนี้แน่นอน"])
def test_a_source_without_a_real_secret_cannot_exist(house: House, shop: int, secret: str) -> None:
    with pytest.raises(Refused):
        sources.create(house, shop, "Doi Leaf", secret)
    assert sources.everything(house, shop) == []


def test_a_revoked_source_is_not_found(house: House, shop: int) -> None:
    source, _ = sources.create(house, shop, "Doi Leaf")
    assert sources.revoke(house, shop, source.id)
    assert sources.find(house, "shopify", "doi-leaf") is None
    assert sources.find(house, "woocommerce", "doi-leaf") is None


def server(house: House, shop: int) -> tuple[MailServer, str, bool]:
    with house.ledger.read(shop) as tx:
        return (
            preferences.mail_server(tx),
            preferences.mail_password(tx, house.vault),
            preferences.has_password(tx),
        )


def test_the_sender_comes_back_as_it_was_saved(house: House, shop: int) -> None:
    with house.ledger.read(shop) as tx:
        assert preferences.sender(tx) == Sender()
    preferences.save_sender(house, shop, Sender(name="Doi Leaf", address="hello@doileaf.example"))
    preferences.save_sender(house, shop, Sender(name=" ดอยลีฟ ", address="hello@doileaf.example"))
    with house.ledger.read(shop) as tx:
        assert preferences.sender(tx).name == "ดอยลีฟ"


def test_the_mail_password_is_encrypted_and_stays_until_it_is_changed(house: House, shop: int) -> None:
    one = MailServer(host="Mail.One.example", user="nok")
    preferences.save_mail_server(house, shop, one, "s3cret oolong")
    with house.ledger.read(shop) as tx:
        kept = b"".join(bytes(row.value) for row in tx.all(tables.setting.select()))
    assert b"s3cret" not in kept
    preferences.save_mail_server(house, shop, one.model_copy(update={"port": 465, "security": "tls"}))
    assert server(house, shop)[1:] == ("s3cret oolong", True)
    preferences.save_mail_server(house, shop, one, "")
    assert server(house, shop)[1:] == ("", False)


def test_another_host_is_not_told_the_old_ones_password(house: House, shop: int) -> None:
    preferences.save_mail_server(house, shop, MailServer(host="mail.one.example", user="nok"), "s3cret oolong")
    preferences.save_mail_server(house, shop, MailServer(host="mail.evil.example", user="nok"))
    assert server(house, shop) == (MailServer(host="mail.evil.example", user="nok"), "", False)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (Sender, {"name": "Doi\r\nBcc: all@example.com"}),
        (Sender, {"address": "hello"}),
        (Sender, {"reply_to": "hello@doileaf.example\nX: y"}),
        (MailServer, {"host": "mail.example/../x"}),
        (MailServer, {"port": 0}),
        (MailServer, {"security": "maybe"}),
        (MailServer, {"user": "nok\r\nAUTH"}),
    ],
)
def test_preferences_refuse_what_would_break_a_mail(kind: type[Any], fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        kind(**fields)
