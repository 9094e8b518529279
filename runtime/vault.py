"""What the installation's key is used for: signed links and encrypted secrets, each with a key of its own.

The only file that imports the encryption library.
"""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken


class CannotDecrypt(Exception):
    """A secret was encrypted with another key: CARTWHEEL_SECRET_KEY or DATA/secret.key has changed. Type it again."""


class Vault:
    """Signs and encrypts with keys derived from the installation's one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._signing: dict[str, bytes] = {}
        self._box = Fernet(base64.urlsafe_b64encode(self._derive("encrypt")))

    def encrypt(self, text: str) -> bytes:
        """A secret as it is kept."""
        return self._box.encrypt(text.encode())

    def decrypt(self, token: bytes) -> str:
        """The secret again. Raises CannotDecrypt."""
        try:
            return self._box.decrypt(token).decode()
        except InvalidToken:
            raise CannotDecrypt(CannotDecrypt.__doc__) from None

    def sign(self, purpose: str, payload: bytes) -> str:
        """`payload` and its signature as one URL-safe word. It is readable by whoever has it, but cannot be forged."""
        return _encode(self._mac(purpose, payload) + payload)

    def check(self, purpose: str, word: str) -> bytes | None:
        """The payload of a signed word, or None if it was not signed by us for this purpose."""
        try:
            raw = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))
        except ValueError:
            return None
        # The decoder passes over what is not of its alphabet, and tries are counted by word: it has one spelling only.
        if _encode(raw) != word:
            return None
        mac, payload = raw[:16], raw[16:]
        return payload if hmac.compare_digest(mac, self._mac(purpose, payload)) else None

    def derived(self, purpose: str) -> str:
        """A key for a library that wants one of its own."""
        return _encode(self._derive(purpose))

    def _derive(self, purpose: str) -> bytes:
        return hmac.new(self._key, purpose.encode(), hashlib.sha256).digest()

    def _mac(self, purpose: str, payload: bytes) -> bytes:
        # Every marketing e-mail has a signed link, so the key is derived once and the signature made in one call.
        key = self._signing.get(purpose)
        if key is None:
            key = self._signing[purpose] = self._derive("sign:" + purpose)
        return hmac.digest(key, payload, "sha256")[:16]


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
