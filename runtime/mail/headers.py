"""Header fields of a message: refused where they would be misread, encoded (RFC 2047) and folded where they must be.

CR, LF and NUL are refused in every field, because a line break in a value starts a header of the sender's choice, and
Python's own generator let some through (CVE-2026-1299).
"""

import binascii
import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime

from blocks.phrase import Quoted, say
from runtime.mail.errors import HeaderRefused

LINE = 76
"""Longest line we write, unless one word is longer."""
LONGEST = 998
"""Longest line that SMTP allows, without its end."""
OURS = frozenset(
    {
        "from", "to", "cc", "bcc", "sender", "reply-to", "subject", "date", "message-id", "mime-version",
        "content-type", "content-transfer-encoding", "list-unsubscribe", "list-unsubscribe-post",
    }
)  # fmt: skip
"""Fields that only the skeleton writes."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BREAK = re.compile(r"(?<=\S) (?=\S)")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_DOMAIN = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
_ADDRESS = re.compile(rf"{_LOCAL}@{_DOMAIN}")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.\[\]:-]+>")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_WEB = re.compile(r"https?://[\x21-\x3b\x3d\x3f-\x7e]+", re.IGNORECASE)
_CHUNK = 39
"""Bytes in one encoded word: 52 characters of base64, so that the longest field name of ours fits before it."""


def has_control(value: str) -> bool:
    """Whether it holds a line break or another control character."""
    return _CONTROL.search(value) is not None


def safe(field: str, value: str) -> str:
    """`value` without outer blanks. Raises HeaderRefused if it holds a control character."""
    if has_control(value):
        raise HeaderRefused(field)
    return value.strip()


def unstructured(field: str, value: str) -> str:
    """Free text such as a subject, ready to stand after "Field: "; folded lines end with CRLF."""
    value = safe(field, value)
    if value.isascii() and "=?" not in value:
        if len(field) + 2 + len(value) <= LINE:
            return value
        folded = _folded(field, value)
        if folded is not None:
            return folded
    return encoded(value)


def _folded(field: str, value: str) -> str | None:
    lines, line = [], ""
    room = LINE - len(field) - 2
    for word in _BREAK.split(value):
        if len(word) > LONGEST - 100:
            return None
        if line and len(line) + 1 + len(word) > room:
            lines.append(line)
            line, room = word, LINE - 1
        else:
            line = f"{line} {word}" if line else word
    return "\r\n ".join([*lines, line])


def encoded(value: str) -> str:
    """`value` as base64 words of RFC 2047, one to a line; no character is cut in two."""
    raw = value.encode("utf-8", "replace")
    words, start = [], 0
    while start < len(raw):
        end = min(start + _CHUNK, len(raw))
        while end < len(raw) and raw[end] & 0xC0 == 0x80:
            end -= 1
        words.append("=?utf-8?B?" + binascii.b2a_base64(raw[start:end], newline=False).decode("ascii") + "?=")
        start = end
    return "\r\n ".join(words)


def address(field: str, value: str) -> str:
    """A bare address, its domain in ASCII. Raises HeaderRefused if it is none or has letters beyond ASCII before "@"."""
    value = safe(field, value)
    local, at, domain = value.rpartition("@")
    if at and not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            domain = ""
    bare = f"{local}@{domain}"
    if not _ADDRESS.fullmatch(bare) or len(bare) > 254 or len(local) > 64:
        text = say("{field}: {value} is not an e-mail address", field=field, value=Quoted(value[:80]))
        raise HeaderRefused(field, text)
    return bare


def mailbox(field: str, name: str, bare: str) -> str:
    """`Name <address>`; of a long name the first 100 characters."""
    name, bare = safe(field, name)[:100].strip(), address(field, bare)
    if not name:
        return bare
    if not name.isascii() or "=?" in name:
        shown = encoded(name)
    elif _ATOMS.fullmatch(name):
        shown = name
    else:
        shown = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    last = shown.rpartition("\n")[2]
    gap = " " if len(field) + 2 + len(last) + 3 + len(bare) <= LINE else "\r\n "
    return f"{shown}{gap}<{bare}>"


def message_id(value: str) -> str:
    """A Message-ID with its angle brackets. Raises HeaderRefused."""
    if not _MESSAGE_ID.fullmatch(value) or len(value) > 250:
        raise HeaderRefused("Message-ID")
    return value


def date(value: datetime) -> str:
    """An instant as in RFC 5322. Raises HeaderRefused for one without a zone."""
    if value.tzinfo is None:
        raise HeaderRefused("Date", say("Date: the time has no time zone"))
    return format_datetime(value)


def web_address(field: str, value: str) -> str:
    """One http or https address, which stands on one line. Raises HeaderRefused."""
    if not _WEB.fullmatch(value) or len(field) + len(value) + 4 > LONGEST:
        raise HeaderRefused(field, say("{field}: a web address is needed here", field=field))
    return value


def block(headers: Mapping[str, str]) -> str:
    """Further fields, each with its line end. Raises HeaderRefused for a field that only the skeleton writes."""
    lines = []
    for name, value in headers.items():
        if not _NAME.fullmatch(name) or name.lower() in OURS:
            raise HeaderRefused(name[:60].encode("ascii", "replace").decode("ascii"))
        lines.append(f"{name}: {unstructured(name, value)}\r\n")
    return "".join(lines)
