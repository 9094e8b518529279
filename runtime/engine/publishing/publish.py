"""From a draft to a version that runs, and the states of a flow: live, paused, finishing, archived."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Row, func, select, text

from blocks import read_block
from blocks.checks import check
from blocks.contract import Known, Problem, Send, Trigger
from blocks.flow import Flow
from blocks.overlaps import overlaps
from blocks.phrase import say
from runtime.delivery.decision.limiting import ask_again
from runtime.delivery.preferred import ready
from runtime.engine.batch import Batch
from runtime.engine.entries import beginnings, occasions, schedules, ties
from runtime.engine.leaving import endings
from runtime.engine.programs import Programs
from runtime.engine.publishing import moving, overdue
from runtime.engine.publishing.known import brand_of, known_to
from runtime.engine.publishing.moving import Move
from runtime.engine.publishing.outgoing import check_outgoing
from runtime.engine.publishing.overdue import SEND, Choice
from runtime.engine.publishing.written import check_written
from runtime.engine.work import one_batch
from runtime.house import House
from runtime.ledger import Tx
from runtime.ledger.tables import flow, version, version_mail
from runtime.mail import EmailDocument, compile_email
from runtime.segments.publish import Gone, gone

AT_ONCE = 200
"""People or messages in one transaction when a flow is archived or goes on; while it lasts, intake waits."""
# One publishes at a time, so that versions are numbered one after the other. SQLite has one writer anyway.
_ALONE = text("SELECT pg_advisory_xact_lock(7266, :workspace)")


class NotPublishable(Exception):
    """The draft has problems that stop it. `problems` lists all of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = tuple(problems)


class NoSuchFlow(LookupError):
    """There is no flow with this slug, or it was never published."""


class NotLive(ValueError):
    """Only a live flow can finish: a paused one sends nothing, so nobody in it would get to the end."""


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing did."""

    flow: int
    version: int
    number: int


def check_draft(
    house: House, workspace: int, document: Flow, known: Known | None = None, slug: str = ""
) -> list[Problem]:
    """Everything that `publish` would look at, without publishing. `slug` is the flow's own, if it has one yet."""
    known = known or known_to(house, workspace)
    others = _others(house, workspace, slug)
    emails = {draft.slug: draft.document for draft in house.desk.drafts(workspace).list("email")}
    with house.ledger.read(workspace) as tx:
        shop = ready(house, tx)
    return [
        *check(document, known),
        *check_written(document, emails, known),
        *check_outgoing(sends_of(document), emails, shop),
        *overlaps(document, others),
    ]


def _others(house: House, workspace: int, slug: str) -> list[Flow]:
    """The other flows that take people in."""
    with house.ledger.read(workspace) as tx:
        query = select(version.c.document, flow.c.name).join(flow, flow.c.version == version.c.id)
        mine = (tx.mine(flow), flow.c.state.in_(("live", "paused")), flow.c.slug != slug)
        rows = tx.all(query.where(*mine).order_by(flow.c.name))
    return [Flow.model_validate({**row.document, "name": row.name}) for row in rows]


def publish(
    house: House, workspace: int, slug: str, by: str, moves: Mapping[str, Move] | None = None, choice: Choice = SEND
) -> Published:
    """Make a version of the draft and let it run from now on. Those inside finish the version they entered, except those
    who stand at a block for which `moves` says something else. `choice` says what becomes of what came due while it was
    paused, as for `resume`.

    Raises NoSuchFlow, NotPublishable, CannotMove, and pydantic's ValidationError for a draft that is no flow document.
    """
    draft = house.desk.drafts(workspace).get("flow", slug)
    if draft is None:
        raise NoSuchFlow(slug)
    document = Flow.model_validate(draft.document)
    bad = [problem for problem in check_draft(house, workspace, document) if problem.level == "bad"]
    if bad:
        raise NotPublishable(bad)
    made = release(house, workspace, slug, document, compose(house, workspace, document), by, moves, choice)
    house.desk.drafts(workspace).mark_published("flow", slug, draft.rev)
    if choice.how != "send":
        _in_batches(house, workspace, overdue.keep)
    ask_again(house, workspace, made.flow)
    return made


def release(
    house: House,
    workspace: int,
    slug: str,
    document: Flow,
    mails: Sequence[dict[str, object]],
    by: str,
    moves: Mapping[str, Move] | None = None,
    choice: Choice = SEND,
) -> Published:
    """Put a checked document, with the e-mails that `compose` made for it, into the ledger as the version that runs."""
    now = house.clock.now()
    with house.ledger.write(workspace) as tx:
        if tx.dialect == "postgresql":
            tx.execute(_ALONE, {"workspace": workspace})
        flow_id = _flow_row(tx, slug, document.name, now)
        (version_id,) = tx.reserve(1)
        number = 1 + (tx.scalar(select(func.max(version.c.number)).where(version.c.flow == flow_id)) or 0)
        row = {
            "id": version_id,
            "flow": flow_id,
            "number": number,
            "document": document.to_json(),
            "published_at": now,
            "published_by": by,
        }
        before = _latest(tx, flow_id)
        state = tx.scalar(select(flow.c.state).where(flow.c.id == flow_id))
        tx.insert(version, [row])
        tx.insert(version_mail, [mail | {"version": version_id} for mail in mails])
        moving.promise(tx, flow_id, version_id, before, document, moves or {})
        if state == "paused" and choice.how != "send":
            overdue.promise(tx, flow_id, choice, now)
        changes = {"version": version_id, "name": document.name, "since_at": now, "code": None}
        if not overdue.promised(
            tx, flow_id
        ):  # else it is live in a moment, when what was chosen for the overdue is done
            changes["state"] = "live"
        tx.execute(flow.update().where(tx.mine(flow), flow.c.id == flow_id).values(changes))
        _expect(tx, flow_id, document, now)
        beginnings.expect(tx, flow_id, triggers_of(document), now, anew=state == "archived")
    return Published(flow_id, version_id, number)


def pause(house: House, workspace: int, slug: str) -> None:
    """Send nothing until `resume`. People still enter, wait and leave; their messages are kept. Raises NoSuchFlow."""
    with house.ledger.write(workspace) as tx:
        row = _row(tx, slug)
        _change_state(tx, row.id, "paused", house.clock.now())
        _take_in_again(tx, row, house.clock.now())


def resume(house: House, workspace: int, slug: str, choice: Choice = SEND) -> None:
    """Let a flow go on that was paused, finishing or archived. `choice` says what becomes of what came due while it was
    paused: it is sent now, spread, or not sent any more. Raises NoSuchFlow, and Gone where it asks for a segment that was
    put away meanwhile."""
    with house.ledger.write(workspace) as tx:
        row = _row(tx, slug)
        document = tx.scalar(select(version.c.document).where(tx.mine(version), version.c.id == row.version))
        if missing := gone(tx, document or {}):
            raise Gone(missing)
        deciding = row.state == "paused" and choice.how != "send"
        if deciding:
            overdue.promise(tx, row.id, choice, house.clock.now())
        else:
            _change_state(tx, row.id, "live", house.clock.now())
        _take_in_again(tx, row, house.clock.now())
    if deciding:
        _in_batches(house, workspace, overdue.keep)
    house.ring()


def finish(house: House, workspace: int, slug: str) -> None:
    """Take nobody in any more; those inside go on, and when the last one is out, the flow is archived by itself.
    Publishing or `resume` takes people in again. Raises NoSuchFlow, NotLive."""
    with house.ledger.write(workspace) as tx:
        row = _row(tx, slug)
        if row.state not in ("live", "finishing"):
            raise NotLive(slug)
        if row.state == "live":
            _change_state(tx, row.id, "finishing", house.clock.now())
    house.ring()


def archive(house: House, workspace: int, slug: str) -> None:
    """Stop for good: everybody leaves, and what waits is not sent. Publishing brings the flow back. Raises NoSuchFlow."""
    with house.ledger.write(workspace) as tx:
        _change_state(tx, _row(tx, slug).id, "archived", house.clock.now())
    _in_batches(house, workspace, endings.end)
    house.ring()


def _in_batches(house: House, workspace: int, work: Callable[[Batch, Programs, int], int]) -> None:
    """Do now what is written down already; the engine would do it as well, and does what is left if this is killed."""
    programs, done = Programs(), AT_ONCE
    while done >= AT_ONCE:
        with one_batch(house, workspace, programs) as batch:
            done = work(batch, programs, AT_ONCE)


def _change_state(tx: Tx, flow_id: int, state: str, now: int) -> None:
    overdue.forget(tx, flow_id)
    changes = {"state": state, "since_at": now, "code": None}
    tx.execute(flow.update().where(tx.mine(flow), flow.c.id == flow_id).values(changes))


def _take_in_again(tx: Tx, before: Row[Any], now: int) -> None:
    """Look again for what the clock, the calendar or the shelf brings to a flow that took nobody in: while it did not,
    nobody was looked at."""
    if before.state in ("live", "paused") or before.version is None:
        return
    document = tx.scalar(select(version.c.document).where(tx.mine(version), version.c.id == before.version))
    _expect(tx, before.id, Flow.model_validate(document), now)


def _row(tx: Tx, slug: str) -> Row[Any]:
    found = tx.first(select(flow).where(tx.mine(flow), flow.c.slug == slug))
    if found is None:
        raise NoSuchFlow(slug)
    return found


def _latest(tx: Tx, flow_id: int) -> Flow | None:
    """The document that is live, None if none ever was."""
    found = tx.scalar(
        select(version.c.document)
        .where(tx.mine(version), version.c.flow == flow_id)
        .order_by(version.c.number.desc())
        .limit(1)
    )
    return None if found is None else Flow.model_validate(found)


def _expect(tx: Tx, flow_id: int, document: Flow, now: int) -> None:
    """Have all waited for that starts this version but events of the shop."""
    triggers = triggers_of(document)
    occasions.expect(tx, triggers)
    ties.expect(tx, triggers)
    schedules.expect(tx, flow_id, triggers, now, document.zone)


def triggers_of(document: Flow) -> list[Trigger]:
    """The triggers of a checked document."""
    blocks = (read_block(doc.kind, doc.settings, document.zone) for doc in document.blocks)
    return [block for block in blocks if isinstance(block, Trigger)]


def _flow_row(tx: Tx, slug: str, name: str, now: int) -> int:
    found: int | None = tx.scalar(select(flow.c.id).where(tx.mine(flow), flow.c.slug == slug))
    if found is not None:
        return found
    (flow_id,) = tx.reserve(1)
    row = {"id": flow_id, "slug": slug, "name": name, "state": "live", "version": None, "since_at": now}
    tx.insert(flow, [row])
    return flow_id


def sends_of(document: Flow) -> list[tuple[str, str]]:
    """Id of each send block and the slug of what it sends. Blocks that are half done are left out."""
    found = []
    for doc in document.blocks:
        try:
            block = read_block(doc.kind, doc.settings)
        except (KeyError, ValidationError):
            continue
        if isinstance(block, Send) and block.channel == "email":
            found.append((doc.id, block.document()))
    return found


def compose(house: House, workspace: int, document: Flow) -> list[dict[str, object]]:
    """The e-mails of a checked document as they stand on the desk now, compiled. Raises NotPublishable."""
    drafts = house.desk.drafts(workspace)
    brand = brand_of(house, workspace)
    mails: list[dict[str, object]] = []
    for block_id, slug in sends_of(document):
        draft = drafts.get("email", slug)
        if draft is None:
            raise NotPublishable([Problem("email_gone", say("Choose an e-mail first"), block=block_id, field="email")])
        email = EmailDocument.model_validate(draft.document)
        mails.append(
            {
                "block": block_id,
                "email": slug,
                "marketing": email.kind == "marketing",
                "document": {"slug": slug, "email": draft.document, "brand": brand.model_dump(mode="json")},
                "compiled": compile_email(email, brand).model_dump(mode="json"),
            }
        )
    return mails
