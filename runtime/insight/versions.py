"""The versions of a flow, newest first, and how two states of it differ: its drawing and the e-mails that go with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Select, func, select

from blocks.contract import Known
from blocks.difference import Difference, differences
from blocks.flow import Flow
from blocks.phrase import Joined, Quoted, say
from runtime.engine.publishing.known import brand_of
from runtime.engine.publishing.publish import sends_of
from runtime.house import House
from runtime.ledger import Tx
from runtime.ledger.tables import flow, run, version, version_mail
from runtime.mail.difference import brand_differences, email_differences

AT_ONCE = 20
"""How many are read for one page."""


@dataclass(frozen=True, slots=True)
class State:
    """A flow as it was at one time. `emails` are documents by the id of the block that sends them, `brand` is the brand kit they
    are written with; {} where nothing is written."""

    flow: Flow
    emails: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    brand: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Version:
    """One published version. `published_at` is UTC microseconds."""

    number: int
    published_at: int
    published_by: str
    document: Mapping[str, Any]
    """As it was drawn, for a picture."""
    state: State
    slugs: Mapping[str, str]
    """What each e-mail was called on the desk, by the id of the block that sends it."""
    inside: int
    """Runs that are open on it now."""
    latest: bool
    """Whether it was published last."""
    live: bool
    """Whether new runs take it: it is the latest, and the flow is not archived."""


def versions(house: House, workspace: int, slug: str, before: int | None = None) -> list[Version]:
    """Up to `AT_ONCE` of them and one more, those below the number `before` if it is given; [] if there are none."""
    query = _versions_of(slug).order_by(version.c.number.desc()).limit(AT_ONCE + 1)
    if before is not None:
        query = query.where(version.c.number < before)
    with house.ledger.read(workspace) as tx:
        return _read(tx, query)


def one_version(house: House, workspace: int, slug: str, number: int) -> Version | None:
    """The version with this number."""
    with house.ledger.read(workspace) as tx:
        return next(iter(_read(tx, _versions_of(slug).where(version.c.number == number))), None)


def numbers(house: House, workspace: int, slug: str) -> list[int]:
    """The numbers of all versions, newest first."""
    with house.ledger.read(workspace) as tx:
        found = select(version.c.number).join(flow, flow.c.id == version.c.flow)
        mine = found.where(tx.mine(flow), flow.c.slug == slug).order_by(version.c.number.desc())
        return [row.number for row in tx.all(mine)]


def drafted(house: House, workspace: int, document: Flow) -> State:
    """A draft with the e-mails as they stand on the desk."""
    drafts = {draft.slug: draft.document for draft in house.desk.drafts(workspace).list("email")}
    emails = {block: drafts[slug] for block, slug in sends_of(document) if slug in drafts}
    return State(document, emails, brand_of(house, workspace).model_dump(mode="json") if emails else {})


def compare(before: State, after: State, known: Known) -> list[Difference]:
    """Every difference that somebody in the flow would notice."""
    found = differences(before.flow, after.flow, known)
    changed = {one.block for one in found if one.what == "changed"}
    for block, email in after.emails.items():
        was = before.emails.get(block)
        # Another e-mail altogether is a changed setting of the block.
        if was is None or block in changed or not (parts := email_differences(was, email)):
            continue
        said = say("E-mail {name}: {changes}", name=Quoted(str(email.get("name", ""))), changes=Joined(tuple(parts)))
        found.append(Difference("email", block, said))
    if before.brand and after.brand and (parts := brand_differences(before.brand, after.brand)):
        found.append(Difference("flow", "", say("Brand kit: {changes}", changes=Joined(tuple(parts)))))
    return found


def knowing(known: Known, these: Sequence[Version]) -> Known:
    """What is known, and what e-mails were called that are no longer on the desk."""
    names = {
        slug: str(one.state.emails[block].get("name", "") or slug)
        for one in reversed(these)
        for block, slug in one.slugs.items()
    }
    return replace(known, emails={**names, **known.emails})


def _versions_of(slug: str) -> Select[Any]:
    columns = (version.c.id, version.c.number, version.c.document, version.c.published_at, version.c.published_by)
    return (
        select(*columns, flow.c.state, (flow.c.version == version.c.id).label("latest"))
        .join(flow, flow.c.id == version.c.flow)
        .where(flow.c.slug == slug)
    )


def _read(tx: Tx, query: Select[Any]) -> list[Version]:
    rows = tx.all(query.where(tx.mine(flow)))
    ids = [row.id for row in rows]
    inside = {
        row.version: row.people
        for row in tx.all(
            select(run.c.version, func.count().label("people"))
            .where(run.c.version.in_(ids), run.c.state == "open")
            .group_by(run.c.version)
        )
    }
    mails: dict[int, dict[str, Mapping[str, Any]]] = {}
    for mail in tx.all(
        select(version_mail.c.version, version_mail.c.block, version_mail.c.document).where(
            tx.mine(version_mail), version_mail.c.version.in_(ids)
        )
    ):
        mails.setdefault(mail.version, {})[mail.block] = mail.document
    return [
        Version(
            number=row.number,
            published_at=row.published_at,
            published_by=row.published_by,
            document=row.document,
            state=State(
                Flow.model_validate(row.document),
                {block: mail.get("email", {}) for block, mail in mails.get(row.id, {}).items()},
                next((mail.get("brand", {}) for mail in mails.get(row.id, {}).values()), {}),
            ),
            slugs={block: mail.get("slug", "") for block, mail in mails.get(row.id, {}).items()},
            inside=inside.get(row.id, 0),
            latest=bool(row.latest),
            live=bool(row.latest) and row.state != "archived",
        )
        for row in rows
    ]
