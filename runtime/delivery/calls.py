"""What is sent to another app: the call of one message, signed, with what its block says of the contact."""

import hmac
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson
from sqlalchemy import select

from blocks import read_block
from blocks.actions.webhook import Webhook, app_of
from blocks.phrase import Quoted, say
from runtime.accounts import app_secrets
from runtime.clock import SECOND
from runtime.delivery.carriers import Parcel
from runtime.delivery.carriers.outside import Call
from runtime.delivery.channels import WEBHOOK
from runtime.delivery.decision.facts import Case, parsed
from runtime.delivery.letters.letter import Scribe, contact_data
from runtime.delivery.sending.answers import Answer
from runtime.delivery.sending.book import Outgoing
from runtime.delivery.sending.claims import Claimed
from runtime.delivery.sending.writer import Writer
from runtime.house import House
from runtime.ledger import Tx
from runtime.ledger.tables import version
from runtime.mail import HeaderRefused, MailError
from runtime.outside import Request, host_of, place_of
from runtime.places import VERSION

_KEPT = 256
"""Versions whose calls are kept ready."""
_WITHOUT_BODY = frozenset({"GET", "DELETE"})


class SecretGone(MailError):
    """A secret that a header is to carry cannot be read, or was typed for another app."""


class CallWriter(Writer):
    """Writes calls."""

    channel = WEBHOOK

    def __init__(
        self, house: House, workspace: int, scribe: Scribe, answered: Callable[[Parcel, Answer], None]
    ) -> None:
        super().__init__(house, workspace, answered)
        self._scribe = scribe
        self._secret = b""
        self._blocks: OrderedDict[int, dict[str, Webhook]] = OrderedDict()
        self._secrets: Mapping[str, tuple[str, str] | None] = {}

    def _load(self, tx: Tx, messages: Sequence[Claimed]) -> None:
        self._secret = app_secrets.signing(tx, self._house.vault).encode()
        while len(self._blocks) > _KEPT:
            self._blocks.popitem(last=False)
        wanted = {one.version for one in messages if one.version is not None}
        if missing := sorted(wanted - self._blocks.keys()):
            found = select(version.c.id, version.c.document).where(tx.mine(version), version.c.id.in_(missing))
            for row in tx.all(found):
                self._blocks[row.id] = _calls(row.document)
        headers = (header for id_ in wanted for block in self._blocks[id_].values() for header in block.headers)
        if names := {header.secret for header in headers if header.secret}:
            self._secrets = app_secrets.read(tx, self._house.vault, names)

    def _written(self, case: Case) -> Outgoing:
        message = case.message
        block = self._blocks[message.version or 0][message.block]
        document = what_is_sent(block, case)
        key = self._scribe.key(message.id)
        body = b"" if block.method in _WITHOUT_BODY else orjson.dumps(document)
        now = self._house.clock.now() // SECOND
        headers = {
            "User-Agent": f"Cartwheel/{VERSION}",
            "Accept": "application/json",
            "Idempotency-Key": key,
            "Cartwheel-Timestamp": str(now),
            "Cartwheel-Signature": signature(self._secret, now, body),
            **self._own_headers(block),
        }
        if body:
            headers["Content-Type"] = "application/json"
        url = block.url
        if block.method in _WITHOUT_BODY and block.body == "chosen":
            url = _with_query(url, document)
        host = host_of(url)
        request = Request(block.method, url, headers, body)
        parcel = Call("", host, b"", self._answered, request=request, keep=block.name, place=place_of(url))
        return Outgoing(message, case.facts, parcel, f"{block.method} {host}", b"", self._looked_at)

    def _own_headers(self, block: Webhook) -> dict[str, str]:
        found = {}
        for header in block.headers:
            value = header.value
            if header.secret and not self._house.paper:
                host, value = self._secrets.get(header.secret) or ("", "")
                if host != app_of(block.url):
                    raise SecretGone(say("the secret of {name} is not there. Type it again", name=Quoted(header.name)))
            if not value.isprintable():
                raise HeaderRefused(header.name)
            found[header.name] = value
        return found


def what_is_sent(block: Webhook, case: Case) -> dict[str, Any]:
    """The body of a call, from what is known now."""
    person = case.person
    known: dict[str, Any] = {
        "contact": {"id": person.id, **contact_data(person)} if person is not None else {},
        "event": parsed(case.properties),
        "run": parsed(case.kept),
    }
    if block.body == "everything":
        known["event"] = {"name": case.event_name, "properties": known["event"]}
        return known
    return {given.name: _at(known, given.field.split(".")) for given in block.fields}


def signature(secret: bytes, timestamp: int, body: bytes) -> str:
    """Proof that a call comes from this shop: HMAC-SHA256 over the timestamp, a dot and the body, in hexadecimal."""
    return "v1=" + hmac.digest(secret, b"%d." % timestamp + body, "sha256").hex()


def _calls(document: Mapping[str, Any]) -> dict[str, Webhook]:
    found = {}
    for doc in document.get("blocks", ()):
        if doc["kind"] == "webhook":
            block = read_block(doc["kind"], doc.get("settings", {}))
            if isinstance(block, Webhook):
                found[doc["id"]] = block
    return found


def _at(value: Any, path: Sequence[str]) -> Any:
    """The value at a path as rules write it; a list where the path goes through one."""
    if not path:
        return value
    if not isinstance(value, Mapping):
        return None
    found = value.get(path[0].removesuffix("[]"))
    if not path[0].endswith("[]"):
        return _at(found, path[1:])
    return [_at(one, path[1:]) for one in found] if isinstance(found, list) else None


def _with_query(url: str, document: Mapping[str, Any]) -> str:
    parts = urlsplit(url)
    own = [(name, _as_text(value)) for name, value in document.items() if value is not None]
    return parts._replace(query=urlencode([*parse_qsl(parts.query, keep_blank_values=True), *own])).geturl()


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
