"""Mail that comes back later than the mail server's answer: delivery status notifications (RFC 3464).

A notification is believed only as far as it returns our own Message-ID, which nobody else can make up; who is blocked then is
the address that we wrote to, whatever the notification says.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from typing import Literal

from sqlalchemy import select

from runtime.delivery.channels import CHANNELS
from runtime.delivery.letters.letter import Scribe
from runtime.delivery.sending.answers import LONGEST, Answer
from runtime.house import House
from runtime.ledger import tallies
from runtime.ledger.documents import dump_args
from runtime.ledger.tables import message
from runtime.people import consent
from runtime.segments.stirring import stir

MOST_BYTES = 20_000_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
CODES = {"hard": "came_back", "soft": "came_back_for_now"}

Outcome = Literal["hard", "soft", "delayed", "known", "not_ours", "no_report"]
"""hard       the mailbox's server refused it for good
soft       it could not be delivered, for a reason that may pass
delayed    it is still being tried, or did arrive: nothing to do
known      the message was no longer one that went out
not_ours   it returns no Message-ID of ours
no_report  it is no delivery status notification, or none that can be read
"""


@dataclass(frozen=True, slots=True)
class Returned:
    """What came of a notification. `suppressed`: the address is not written to any more."""

    outcome: Outcome
    message: int | None = None
    address: str = ""
    answer: str = ""
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class _Report:
    """What a notification says. `about`: the Message-IDs it may return; `failed`: what was said of who did not get it."""

    about: list[str]
    failed: Answer | None


def take_back(house: House, notification: bytes) -> Returned:
    """Read a delivery status notification and note what it says of a message of ours. Twice is the same as once."""
    report = _read(notification)
    if report is None:
        return Returned("no_report")
    scribe = Scribe(house)
    id_ = next((found for said in report.about if (found := scribe.message_of(said)) is not None), None)
    if id_ is None:
        return Returned("not_ours")
    if report.failed is None:
        return Returned("delayed", id_)
    return _note(house, id_, "hard" if report.failed.code >= 500 else "soft", report.failed)


def _read(notification: bytes) -> _Report | None:
    """None for what is no notification, or cannot be read as one."""
    try:
        mail = BytesParser(policy=policy.compat32).parsebytes(notification)
        status = next((part for part in mail.walk() if part.get_content_type() == "message/delivery-status"), None)
        if status is None:
            return None
        failed = next((one for one in _recipients(status) if _field(one, "Action").lower() == "failed"), None)
        return _Report(list(_message_ids(mail)), _answer(failed) if failed is not None else None)
    except Exception:  # noqa: BLE001 - anybody can send one, and Python's parser fails on what is odd enough in ways of its own
        return None


def _note(house: House, id_: int, how: Literal["hard", "soft"], answer: Answer) -> Returned:
    with house.ledger.read() as tx:
        workspace = tx.scalar(select(message.c.workspace).where(message.c.id == id_))
    if workspace is None:
        return Returned("not_ours")
    now = house.clock.now()
    with house.ledger.write(workspace) as tx:
        went = (tx.mine(message), message.c.id == id_, message.c.state.in_(("sent", "uncertain")))
        row = tx.first(message.select().where(*went))
        if row is None:
            return Returned("known", id_)
        args = dump_args({"answer": answer.text[:LONGEST]})
        back = {"state": "failed", "code": CODES[how], "args": args, "done_at": now}
        if tx.execute(message.update().where(*went).values(back)).rowcount == 0:
            return Returned("known", id_)
        to_contact = CHANNELS[row.channel].addressed and not row.test
        if row.flow is not None and to_contact:
            tallies.add(tx, {(row.flow, row.block, row.state): -1}, row.done_at)
            tallies.add(tx, {(row.flow, row.block, "failed"): 1}, now)
        if row.contact is not None and to_contact:
            stir(tx, [row.contact], "got")
        suppressed = bool(answer.nobody_there and to_contact and row.address)
        if suppressed:
            consent.suppress(tx, row.channel, row.address, "hard_bounce", now, answer.text[:LONGEST])
    house.ring()
    return Returned(how, id_, row.address or "", answer.text, suppressed)


def _answer(recipient: Message) -> Answer:
    """What the mailbox's server said, as if it had said it to us."""
    status = _field(recipient, "Status").split(" ")[0]
    said = _field(recipient, "Diagnostic-Code").partition(";")[2].strip() or _field(recipient, "Status")
    # "Other" says nothing; then its words do.
    words = said if status in ("", "5.0.0") or said.startswith(status) else _after(said, status)
    code = 450 if status.startswith("4") else 550
    return Answer("refused", code, words, "rcpt")


def _after(said: str, status: str) -> str:
    """The words of a server, with the status in front: "550 5.1.1 no such user" or "550 no such user"."""
    rest = said
    if rest[:3].isdigit():
        rest = rest[3:].lstrip(" -")
    return rest if rest.startswith(status) else f"{status} {rest}".strip()


def _recipients(status: Message) -> list[Message]:
    """What is said of each recipient; the first block is about the notification itself."""
    blocks = status.get_payload()
    return [one for one in blocks if isinstance(one, Message) and one["Action"]] if isinstance(blocks, list) else []


def _message_ids(report: Message) -> Iterator[str]:
    """Of the mail that is returned, whole or its head only; then those that the notification answers."""
    for part in report.walk():
        if part is not report and part["Message-ID"]:
            yield _field(part, "Message-ID")
        if part.get_content_type() in ("text/rfc822-headers", "message/rfc822-headers"):
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                yield _field(BytesHeaderParser(policy=policy.compat32).parsebytes(content), "Message-ID")
    for name in ("In-Reply-To", "References"):
        yield from _field(report, name).split()


def _field(part: Message, name: str) -> str:
    """A field on one line, without what no line has."""
    return " ".join(_CONTROL.sub(" ", str(part[name] or "")).split())
