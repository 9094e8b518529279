"""Secrets that we hand out: 256 random bits, of which only the SHA-256 is kept."""

import hashlib
import secrets


def new(prefix: str = "") -> str:
    """A new secret, fit for a URL, a header or a cookie; `prefix` says what it is for."""
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """What is kept of a secret. Random bits need no slow hash: there is nothing to guess."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
