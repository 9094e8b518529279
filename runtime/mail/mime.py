"""From what was rendered to the bytes that go over the wire.

The standard library's EmailMessage takes 1.0 to 1.5 ms for a 16 KB mail, more than all the rest of sending it. So the
parts that are the same for every recipient are prepared once and the others are put between them (about 0.04 ms); tests
hold the result to what the standard library reads back.
"""

import binascii
from collections.abc import Mapping
from datetime import datetime
from itertools import chain
from struct import iter_unpack

from runtime.mail import headers
from runtime.mail.errors import HeaderRefused
from runtime.mail.render import Rendered

_BOUNDARY = "=_cartwheel_alternative_="
"""Both parts are base64, whose alphabet has no "_", so neither can hold it."""
_HEAD = (
    "MIME-Version: 1.0\r\n"
    f'Content-Type: multipart/alternative; boundary="{_BOUNDARY}"\r\n'
    "\r\n"
    f"--{_BOUNDARY}\r\n"
    'Content-Type: text/plain; charset="utf-8"\r\n'
    "Content-Transfer-Encoding: base64\r\n"
    "\r\n"
)
_BETWEEN = (
    f'\r\n--{_BOUNDARY}\r\nContent-Type: text/html; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
).encode("ascii")
_END = f"\r\n--{_BOUNDARY}--\r\n".encode("ascii")


class Skeleton:
    """The fixed parts of the messages of one e-mail from one sender."""

    def __init__(
        self,
        *,
        from_name: str,
        from_address: str,
        reply_to: str | None = None,
        marketing: bool,
        extra: Mapping[str, str] | None = None,
    ) -> None:
        """`extra` are further header fields of every message. Raises HeaderRefused."""
        self._marketing = marketing
        head = f"From: {headers.mailbox('From', from_name, from_address)}\r\n"
        if reply_to:
            head += f"Reply-To: {headers.address('Reply-To', reply_to)}\r\n"
        self._head = head
        self._tail = headers.block(extra or {}) + _HEAD

    def fill(
        self,
        rendered: Rendered,
        *,
        to_address: str,
        to_name: str = "",
        message_id: str,
        date: datetime,
        unsubscribe_url: str = "",
        extra: Mapping[str, str] | None = None,
    ) -> bytes:
        """One message, 7-bit, with CRLF line ends, no line longer than 998.

        Marketing mail needs `unsubscribe_url`, the address of a one-click POST (RFC 8058); in transactional mail it is
        left out. Raises HeaderRefused, which names the field, for what may not stand in a header; only `to_name` is left
        out instead.
        """
        # What somebody typed as their own name must not keep them from getting their mail.
        shown = "" if headers.has_control(to_name) else to_name
        lines = [
            self._head,
            f"To: {headers.mailbox('To', shown, to_address)}\r\n",
            f"Subject: {headers.unstructured('Subject', rendered.subject)}\r\n",
            f"Message-ID: {headers.message_id(message_id)}\r\n",
            f"Date: {headers.date(date)}\r\n",
        ]
        if self._marketing:
            if not unsubscribe_url:
                raise HeaderRefused("List-Unsubscribe")
            lines.append(f"List-Unsubscribe: <{headers.web_address('List-Unsubscribe', unsubscribe_url)}>\r\n")
            lines.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")
        if extra:
            lines.append(headers.block(extra))
        lines.append(self._tail)
        return b"".join(
            ("".join(lines).encode("ascii"), _base64(rendered.text), _BETWEEN, _base64(rendered.html), _END)
        )


def build_message(
    rendered: Rendered,
    *,
    from_name: str,
    from_address: str,
    to_address: str,
    to_name: str = "",
    reply_to: str | None = None,
    message_id: str,
    date: datetime,
    marketing: bool,
    unsubscribe_url: str = "",
    extra: Mapping[str, str] | None = None,
) -> bytes:
    """A single message, for tests to oneself and the like; see `Skeleton` for many. Raises HeaderRefused."""
    skeleton = Skeleton(from_name=from_name, from_address=from_address, reply_to=reply_to, marketing=marketing)
    return skeleton.fill(
        rendered,
        to_address=to_address,
        to_name=to_name,
        message_id=message_id,
        date=date,
        unsubscribe_url=unsubscribe_url,
        extra=extra,
    )


def _base64(text: str) -> bytes:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    raw = binascii.b2a_base64(text.replace("\n", "\r\n").encode("utf-8", "replace"), newline=False)
    whole = len(raw) - len(raw) % 76
    lines = chain.from_iterable(iter_unpack("76s", memoryview(raw)[:whole]))
    return b"\r\n".join([*lines, raw[whole:]])
