"""Addresses in the one form in which they are compared."""

import pytest

from runtime.people.addresses import customer_id_of, email_of, phone_of


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("dewi@example.com", "dewi@example.com"),
        ("  Dewi.A+Tea@Example.COM ", "dewi.a+tea@example.com"),
        ("hannah@Bücher.example", "hannah@xn--bcher-kva.example"),
        ("o'hara@sub.example.co.th", "o'hara@sub.example.co.th"),
    ],
)
def test_an_address_has_one_form(written: str, kept: str) -> None:
    assert email_of(written) == kept


@pytest.mark.parametrize(
    "written",
    [
        "",
        "dewi",
        "dewi@localhost",
        "dewi@example.com\r\nBcc: all@example.com",
        "dewi\x00@example.com",
        "dewi@exam ple.com",
        "a@b@example.com",
        "dewi@-example.com",
        "x" * 65 + "@example.com",
        "dewi@" + "a." * 130 + "com",
        None,
        7,
        ["dewi@example.com"],
    ],
)
def test_what_no_mail_reaches_is_no_address(written: object) -> None:
    assert email_of(written) is None


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("+66 81-234 5678", "+66812345678"),
        ("0066 (81) 2345678", "+66812345678"),
        ("081.234.5678", "0812345678"),
        (66812345678, "66812345678"),
        ("call me", None),
        ("+1", None),
        ("+66812345678\n", "+66812345678"),
        (True, None),
    ],
)
def test_phone_numbers_lose_what_people_put_between_digits(written: object, kept: str | None) -> None:
    assert phone_of(written) == kept


@pytest.mark.parametrize(
    ("written", "kept"), [(70211, "70211"), (" c-7 ", "c-7"), ("", None), ("a\nb", None), (True, None), (1.5, None)]
)
def test_customer_ids_are_text(written: object, kept: str | None) -> None:
    assert customer_id_of(written) == kept
