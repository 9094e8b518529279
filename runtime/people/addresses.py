"""E-mail addresses, phone numbers and customer ids in the one form in which they are compared and kept."""

import re
from typing import Any

_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
_EMAIL_LIMIT = 254
_PHONE = re.compile(r"\+?[0-9]{5,15}")
_PUNCTUATION = str.maketrans("", "", " \t\u00a0-.()/")
_ID_LIMIT = 200


def email_of(value: Any) -> str | None:
    """The address in lower case, or None if this is not an address that mail can be sent to.

    Case matters to no mailbox in practice, and two contacts for Dewi@ and dewi@ would each get every message. A domain
    in another script becomes its ASCII form; line breaks and NUL are in no address.
    """
    if type(value) is not str:
        return None
    text = value.strip().lower()
    if not text.isascii():
        text = _ascii_domain(text)
    return text if len(text) <= _EMAIL_LIMIT and _EMAIL.fullmatch(text) else None


def phone_of(value: Any) -> str | None:
    """Digits, with "+" in front if the country was given; None if this is no phone number."""
    if type(value) is int:
        value = str(value)
    if type(value) is not str:
        return None
    text = value.strip().translate(_PUNCTUATION)
    if text.startswith("00"):
        text = "+" + text[2:]
    return text if _PHONE.fullmatch(text) else None


def customer_id_of(value: Any) -> str | None:
    """The shop's own id as text; None if there is none, or if it cannot be one."""
    if type(value) is int:
        return str(value)
    if type(value) is not str:
        return None
    text = value.strip()
    return text if text and len(text) <= _ID_LIMIT and text.isprintable() else None


def _ascii_domain(text: str) -> str:
    local, at, domain = text.rpartition("@")
    try:
        return local + at + domain.encode("idna").decode()
    except UnicodeError:
        return text


IDENTITIES = {"email": email_of, "phone": phone_of, "customer_id": customer_id_of}
"""What a contact is recognised by, the strongest first, and how each is brought into its form."""
