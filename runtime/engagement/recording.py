"""Writing down who opened a message and followed its links, and letting it happen to the contact.

A row for each message, link and kind of visitor holds the first time, the last and how often. An event tells of the first
time that a person did it, and then of one a day at most, so that whatever fetches a link over and over fills no table.
What a machine did is never an event: nothing starts by it, and it is no sign of life.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson
from sqlalchemy import Text, bindparam, cast, select, text

from runtime.clock import DAY, HOUR
from runtime.engagement.machines import PERSON
from runtime.ledger import Tx
from runtime.ledger.bulk import insert_tuples, run_many
from runtime.ledger.documents import in_both_forms
from runtime.ledger.lists import among, listed
from runtime.ledger.tables import EVENT_ROW, contact, engagement, event, flow, message, version_mail
from runtime.segments.stirring import stir

OPENED, CLICKED = "Email opened", "Email clicked"
EVENTS = {"open": OPENED, "click": CLICKED}
SOURCE = "mail"
"""The source of these events."""
MOST_TOLD = 20
"""Events about one link of one message, or its opening, at most."""
LONGEST = 500
"""Characters of a link's target that are kept."""
_SEEN_GRAIN = HOUR

# One writer a workspace at a time, so that two hosts do not both tell of a first time.
_ALONE = text("SELECT pg_advisory_xact_lock(7265, :workspace)")
_ABOUT = (
    select(
        message.c.id,
        message.c.contact,
        message.c.version,
        message.c.block,
        message.c.done_at,
        message.c.subject,
        flow.c.slug,
        flow.c.name,
    )
    .join(contact, contact.c.id == message.c.contact)
    .outerjoin(flow, flow.c.id == message.c.flow)
    .where(
        message.c.workspace == bindparam("workspace"),
        message.c.channel == "email",
        message.c.test.is_(False),
        message.c.version.is_not(None),
        among(message.c.id, "ids"),
    )
)
_BEFORE = select(
    engagement.c.message,
    engagement.c.what,
    engagement.c.who,
    engagement.c.link,
    engagement.c.last_at,
    engagement.c.told,
).where(engagement.c.workspace == bindparam("workspace"), among(engagement.c.message, "ids"))
_MAIL = select(version_mail.c.email, cast(version_mail.c.compiled, Text).label("compiled")).where(
    version_mail.c.workspace == bindparam("workspace"),
    version_mail.c.version == bindparam("version"),
    version_mail.c.block == bindparam("block"),
)
_KEEP = """
    INSERT INTO engagement
      (workspace, message, what, who, link, contact, version, block, first_at, last_at, count, told)
    VALUES
      (:workspace, :message, :what, :who, :link, :contact, :version, :block, :at, :last_at, :count, :told)
    ON CONFLICT (message, what, who, link) DO UPDATE SET
      last_at = CASE WHEN excluded.last_at > engagement.last_at THEN excluded.last_at ELSE engagement.last_at END,
      count = engagement.count + excluded.count, told = engagement.told + excluded.told
"""
_SEEN = "UPDATE contact SET seen_at = :at WHERE id = :contact AND seen_at < :before"


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something that was done to a message, and by whom: PERSON, or the code of a machine's sign. `at`: UTC microseconds."""

    message: int
    what: Literal["open", "click"]
    at: int
    who: str = PERSON
    link: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class AboutMail:
    """What is the same of an e-mail for everybody who gets it."""

    slug: str
    name: str
    words: dict[str, str]
    """The id of each link to the words on it."""


@dataclass(frozen=True, slots=True)
class AboutMessage:
    """A message that is noticed. `sent_at`: when it came to its end, UTC microseconds."""

    id: int
    contact: int
    version: int
    block: str
    sent_at: int | None
    subject: str
    flow: str
    flow_name: str
    mail: AboutMail


class Mails:
    """The e-mails of which somebody followed a link lately."""

    def __init__(self, most: int = 200) -> None:
        self._most = most
        self._known: dict[tuple[int, str], AboutMail] = {}

    def about(self, tx: Tx, version: int, block: str) -> AboutMail:
        """An e-mail of a version, which never changes."""
        found = self._known.get((version, block))
        if found is None:
            row = tx.first(_MAIL, {"workspace": tx.workspace, "version": version, "block": block})
            compiled: dict[str, Any] = (orjson.loads(row.compiled) if row is not None else None) or {}
            # Words with a field in them are different ones for everybody.
            words = {one["id"]: "" if "{" in one["words"] else one["words"] for one in compiled.get("links", ())}
            found = AboutMail(row.email if row is not None else "", compiled.get("name", ""), words)
            if len(self._known) >= self._most:
                self._known.clear()
            self._known[version, block] = found
        return found


def about(tx: Tx, ids: Iterable[int], mails: Mails) -> dict[int, AboutMessage]:
    """The messages with these ids whose contact still is one."""
    rows = tx.all(_ABOUT, {"workspace": tx.workspace, "ids": listed(tx, set(ids))})
    return {
        row.id: AboutMessage(
            row.id,
            row.contact,
            row.version,
            row.block,
            row.done_at,
            row.subject or "",
            row.slug or "",
            row.name or "",
            mails.about(tx, row.version, row.block),
        )
        for row in rows
    }


def record(tx: Tx, noticed: Sequence[Noticed], messages: dict[int, AboutMessage], now: int) -> int:
    """Write it down. Returns how many events happened; the engine's next batch takes them."""
    noticed = [one for one in noticed if one.message in messages]
    if not noticed:
        return 0
    if tx.dialect == "postgresql":
        tx.execute(_ALONE, {"workspace": tx.workspace})
    ids = {one.message for one in noticed}
    rows = tx.all(_BEFORE, {"workspace": tx.workspace, "ids": listed(tx, ids)})
    sheet = _Sheet(messages, {(row.message, row.what, row.who, row.link): (row.last_at, row.told) for row in rows})
    for one in sorted(noticed, key=lambda one: one.at):
        if one.what == "click" and one.who == PERSON and not sheet.knows(one.message, "open", PERSON, ""):
            # Many mail programs show no pictures; who follows a link has opened the e-mail.
            sheet.put(Noticed(one.message, "open", one.at))
        sheet.put(one)
    run_many(tx, _KEEP, [row | {"workspace": tx.workspace} for row in sheet.rows.values()])
    people = {messages[one.message].contact: one.at for one in noticed if one.who == PERSON}
    seen = [{"contact": id_, "at": at, "before": at - _SEEN_GRAIN} for id_, at in sorted(people.items())]
    run_many(tx, _SEEN, seen)
    stir(tx, people, "got")
    happened = [_event(tx, one, messages[one.message], now) for one in sheet.told]
    insert_tuples(
        tx, event, EVENT_ROW, [(id_, *row) for id_, row in zip(tx.reserve(len(happened)), happened, strict=True)]
    )
    return len(happened)


Place = tuple[int, str, str, str]
"""(message, what, who, link)"""


@dataclass(slots=True)
class _Sheet:
    """What will be written."""

    messages: dict[int, AboutMessage]
    before: dict[Place, tuple[int, int]]
    """When it was last, and how often an event told of it."""
    rows: dict[Place, dict[str, Any]] = field(default_factory=dict)
    told: list[Noticed] = field(default_factory=list)

    def knows(self, *place: Any) -> bool:
        return place in self.before

    def put(self, one: Noticed) -> None:
        link = one.target[:LONGEST]
        place = (one.message, one.what, one.who, link)
        last, told = self.before.get(place, (0, 0))
        tells = one.who == PERSON and (place not in self.before or (one.at - last >= DAY and told < MOST_TOLD))
        self.before[place] = max(last, one.at), told + tells
        if tells:
            self.told.append(one)
        about = self.messages[one.message]
        row = self.rows.setdefault(
            place,
            {
                "message": one.message,
                "what": one.what,
                "who": one.who,
                "link": link,
                "contact": about.contact,
                "version": about.version,
                "block": about.block,
                "at": one.at,
                "count": 0,
                "told": 0,
            },
        )
        row |= {"last_at": max(last, one.at), "count": row["count"] + 1, "told": row["told"] + tells}


def _event(tx: Tx, one: Noticed, about: AboutMessage, now: int) -> tuple[Any, ...]:
    said = {
        "email": about.mail.slug,
        "email_name": about.mail.name,
        "subject": about.subject,
        "flow": about.flow,
        "flow_name": about.flow_name,
        "link": one.target[:LONGEST],
        "words": about.mail.words.get(one.link, ""),
    }
    properties = {"message": one.message, **{name: value for name, value in said.items() if value}}
    written, typed = in_both_forms(properties)
    return tx.workspace, EVENTS[one.what], SOURCE, about.contact, one.at, now, "{}", written, typed, "new"
