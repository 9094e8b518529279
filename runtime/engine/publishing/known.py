"""What a workspace has seen so far, for the checks that run while somebody draws."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Text, bindparam, cast, func, select

from blocks.contract import Known, KnownFlow, PutAway, Today
from blocks.keeping import kept_in
from blocks.phrase import Phrase
from blocks.triggers.added_trigger import AddedTrigger
from blocks.values import Typed, moment
from runtime.accounts import app_secrets, users, workspaces
from runtime.calendar import CALENDAR
from runtime.desk import Draft, Drafts
from runtime.engine.entries import schedules
from runtime.house import House
from runtime.ledger import Tx
from runtime.ledger.tables import contact, event, flow, segment, version
from runtime.mail import Brand, DocumentRefused, MergeField, Problem, check_email, merge_fields, read_document
from runtime.mail.checks import NOTICED

MOST_NAMES = 500
SAMPLE = 25
"""So many of the latest events of a name, and of the latest contacts, tell which fields there are."""

_SEGMENTS = select(segment.c.slug, segment.c.name, segment.c.document).where(
    segment.c.workspace == bindparam("workspace"), segment.c.state == "live"
)


def known_to(house: House, workspace: int) -> Known:
    """E-mails of the desk, and the events, fields and segments of the ledger. Takes some milliseconds; reads only."""
    drafts = house.desk.drafts(workspace)
    brand = brand_of(house, workspace)
    emails = drafts.list("email")
    with house.ledger.read(workspace) as tx:
        events = {name: event_fields(tx, name) for name in event_names(tx)}
        fields = contact_fields(tx)
        flows = _flows(tx, drafts.list("flow"))
        segments = tx.all(_SEGMENTS, {"workspace": workspace})
        today = Today(moment(house.clock.now()), schedules.zone(tx), CALENDAR)
        team = {one.email: one.name for one in users.reachable(tx)}
        secrets = app_secrets.hosts(tx, house.vault)
    kept = {name: one for draft in drafts.list("flow") for name, one in kept_in(draft.document).items()}
    tags = merge_fields(sorted(fields), {path: "" for paths in events.values() for path in paths}, kept)
    found = {draft.slug: _problems(draft.document, brand, tags) for draft in emails}
    return Known(
        emails={draft.slug: draft.name for draft in emails},
        email_problems=_first(found, lambda problem: problem.level == "bad"),
        email_warnings=_first(found, lambda problem: problem.code in NOTICED),
        events=events,
        contact_fields=fields,
        flows=flows,
        kept=kept,
        segments={row.slug: row.name for row in segments},
        lists=frozenset(row.slug for row in segments if row.document.get("rule") is None),
        users=team,
        secrets=secrets,
        today=today,
        put_away=_put_away(drafts),
    )


def _put_away(drafts: Drafts) -> dict[str, PutAway]:
    """E-mails that nobody can choose any more, for what still asks for them."""
    archived = {draft.slug: PutAway(draft.name, in_bin=False) for draft in drafts.list("email", "archived")}
    return archived | {draft.slug: PutAway(draft.name, in_bin=True) for draft in drafts.list("email", "bin")}


def brand_of(house: House, workspace: int) -> Brand:
    """How the workspace's e-mails look: the brand kit as drafted, else a plain one. Name, currency and language are the
    shop's own, which its settings say."""
    draft = house.desk.drafts(workspace).get("brand", "brand")
    brand = Brand.model_validate(draft.document) if draft is not None else Brand()
    shop = workspaces.get(house, workspace)
    if shop is None:
        return brand
    return brand.model_copy(update={"name": shop.name, "currency": shop.currency, "language": shop.language})


def event_names(tx: Tx) -> Iterator[str]:
    """Names of the events that ever happened, by hopping from one to the next in the index instead of reading it all."""
    name: str | None = ""
    for _ in range(MOST_NAMES):
        name = tx.scalar(select(func.min(event.c.name)).where(tx.mine(event), event.c.name > name))
        if name is None:
            return
        yield name


def event_fields(tx: Tx, name: str) -> frozenset[str]:
    """Property paths seen in the latest events of a name."""
    latest = (
        select(cast(event.c.typed, Text))
        .where(tx.mine(event), event.c.name == name)
        .order_by(event.c.at.desc())
        .limit(SAMPLE)
    )
    return _paths(str(row[0]) for row in tx.all(latest))


def contact_fields(tx: Tx) -> frozenset[str]:
    """Fields seen in the latest contacts."""
    latest = (
        select(cast(contact.c.typed, Text)).where(tx.mine(contact)).order_by(contact.c.seen_at.desc()).limit(SAMPLE * 4)
    )
    return _paths(str(row[0]) for row in tx.all(latest))


def _flows(tx: Tx, drawn: Sequence[Draft]) -> dict[str, KnownFlow]:
    """Every flow that is drawn or lives, and whether somebody can be added to it."""
    found = {one.slug: KnownFlow(one.name, False, _takes(one.document)) for one in drawn}
    live = select(flow.c.slug, flow.c.name, version.c.document).join(version, version.c.id == flow.c.version)
    for row in tx.all(live.where(tx.mine(flow), flow.c.state.in_(("live", "paused")))):
        found[row.slug] = KnownFlow(row.name, True, _takes(row.document))
    return found


def _takes(document: Mapping[str, Any]) -> bool:
    blocks = document.get("blocks")
    return isinstance(blocks, list) and any(
        isinstance(one, dict) and one.get("kind") == AddedTrigger.model_fields["kind"].default for one in blocks
    )


def _paths(documents: Iterator[str]) -> frozenset[str]:
    found: set[str] = set()
    for document in documents:
        typed: Typed = orjson.loads(document)
        found.update(typed["n"], typed["t"], typed["d"], typed["b"])
    return frozenset(found)


def _problems(document: dict[str, object], brand: Brand, fields: Sequence[MergeField]) -> Sequence[Problem]:
    try:
        return check_email(read_document(document), brand, fields)
    except DocumentRefused as refused:
        return refused.problems


def _first(found: Mapping[str, Sequence[Problem]], counts: Callable[[Problem], bool]) -> dict[str, Phrase]:
    """Of each e-mail that has one, the first problem that counts."""
    return {
        slug: next(problem.phrase for problem in problems if counts(problem))
        for slug, problems in found.items()
        if any(map(counts, problems))
    }
