"""From a draft to a version that runs, and the states of a flow: live, paused, archived."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import ValidationError
from sqlalchemy import func, select

from blocks import read_block
from blocks.checks import check
from blocks.contract import Known, Problem, Reason, Send, Trigger
from blocks.flow import Flow
from blocks.phrase import Quoted, say
from runtime.delivery.limiting import ask_again
from runtime.delivery.preferred import has_mail_server
from runtime.engine import moving, occasions
from runtime.engine.batch import Batch, Run
from runtime.engine.known import brand_of, known_to
from runtime.engine.moving import Move
from runtime.engine.program import Programs
from runtime.engine.work import one_batch
from runtime.house import House
from runtime.ledger import Tx
from runtime.ledger.tables import flow, message, run, version, version_mail
from runtime.mail import EmailDocument, compile_email

AT_ONCE = 500
"""People who leave in one transaction when a flow is archived."""


class NotPublishable(Exception):
    """The draft has problems that stop it. `problems` lists all of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = tuple(problems)


class NoSuchFlow(LookupError):
    """There is no flow with this slug, or it was never published."""


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing did."""

    flow: int
    version: int
    number: int


def check_draft(house: House, workspace: int, document: Flow, known: Known | None = None) -> list[Problem]:
    """Everything that `publish` would look at, without publishing."""
    known = known or known_to(house, workspace)
    return check(document, known) + _unreachable_links(house, workspace, document)


def publish(house: House, workspace: int, slug: str, by: str, moves: Mapping[str, Move] | None = None) -> Published:
    """Make a version of the draft and let it run from now on. Those inside finish the version they entered, except those
    who stand at a block for which `moves` says something else.

    Raises NoSuchFlow, NotPublishable, CannotMove, and pydantic's ValidationError for a draft that is no flow document.
    """
    draft = house.desk.drafts(workspace).get("flow", slug)
    if draft is None:
        raise NoSuchFlow(slug)
    document = Flow.model_validate(draft.document)
    bad = [problem for problem in check_draft(house, workspace, document) if problem.level == "bad"]
    if bad:
        raise NotPublishable(bad)
    made = release(house, workspace, slug, document, compose(house, workspace, document), by, moves)
    house.desk.drafts(workspace).mark_published("flow", slug, draft.rev)
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
) -> Published:
    """Put a checked document, with the e-mails that `compose` made for it, into the ledger as the version that runs."""
    now = house.clock.now()
    with house.ledger.write(workspace) as tx:
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
        tx.insert(version, [row])
        tx.insert(version_mail, [mail | {"version": version_id} for mail in mails])
        moving.promise(tx, flow_id, version_id, before, document, moves or {})
        changes = {"version": version_id, "name": document.name, "state": "live", "since_at": now}
        tx.execute(flow.update().where(tx.mine(flow), flow.c.id == flow_id).values(changes))
        occasions.expect(tx, triggers_of(document))
    return Published(flow_id, version_id, number)


def pause(house: House, workspace: int, slug: str) -> None:
    """Send nothing until `resume`. People still enter, wait and leave; their messages are kept. Raises NoSuchFlow."""
    _set_state(house, workspace, slug, "paused")


def resume(house: House, workspace: int, slug: str) -> None:
    """Send again, beginning with what was kept. Raises NoSuchFlow."""
    _set_state(house, workspace, slug, "live")
    house.ring()


def archive(house: House, workspace: int, slug: str) -> None:
    """Stop for good: everybody leaves, and what waits is not sent. Publishing brings the flow back. Raises NoSuchFlow."""
    programs = Programs()
    with one_batch(house, workspace, programs) as batch:
        _change_state(batch.tx, slug, "archived", batch.now)
        more = _everybody_leaves(batch, slug)
    while more:
        with one_batch(house, workspace, programs) as batch:
            more = _everybody_leaves(batch, slug)


def _everybody_leaves(batch: Batch, slug: str) -> bool:
    """Some hundred of them; whether there may be more. In the engine's turn, so that nobody comes in or goes on meanwhile."""
    tx = batch.tx
    inside = select(run).join(flow, flow.c.id == run.c.flow).where(tx.mine(run), flow.c.slug == slug)
    runs = [Run.of(row) for row in tx.all(inside.where(run.c.state == "open").limit(AT_ONCE))]
    waiting = (tx.mine(message), message.c.run.in_([one.id for one in runs]), message.c.state == "queued")
    unsent = {"state": "cancelled", "code": "flow_archived", "done_at": batch.now}
    tx.execute(message.update().where(*waiting).values(unsent))
    for one in runs:
        reason = Reason("flow_archived")
        batch.touch(one)
        batch.note(one, one.block, "", reason)
        batch.counts[one.flow, one.block, "left"] += 1
        one.end("left", batch.now, reason)
    return len(runs) == AT_ONCE


def _set_state(house: House, workspace: int, slug: str, state: str) -> None:
    with house.ledger.write(workspace) as tx:
        _change_state(tx, slug, state, house.clock.now())


def _change_state(tx: Tx, slug: str, state: str, now: int) -> None:
    mine = (tx.mine(flow), flow.c.slug == slug)
    if tx.execute(flow.update().where(*mine).values({"state": state, "since_at": now})).rowcount == 0:
        raise NoSuchFlow(slug)


def _latest(tx: Tx, flow_id: int) -> Flow | None:
    """The document that is live, None if none ever was."""
    found = tx.scalar(
        select(version.c.document)
        .where(tx.mine(version), version.c.flow == flow_id)
        .order_by(version.c.number.desc())
        .limit(1)
    )
    return None if found is None else Flow.model_validate(found)


def triggers_of(document: Flow) -> list[Trigger]:
    """The triggers of a checked document."""
    blocks = (read_block(doc.kind, doc.settings) for doc in document.blocks)
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
        if isinstance(block, Send):
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
                "marketing": email.kind == "marketing",
                "document": {"slug": slug, "email": draft.document, "brand": brand.model_dump(mode="json")},
                "compiled": compile_email(email, brand).model_dump(mode="json"),
            }
        )
    return mails


def _unreachable_links(house: House, workspace: int, document: Flow) -> list[Problem]:
    """Links and pictures need an address that customers can reach; the local outbox is exempt."""
    if not has_mail_server(house, workspace) or not _is_local(house.settings.base_url):
        return []
    drafts = house.desk.drafts(workspace)
    problems = []
    for block_id, slug in sends_of(document):
        draft = drafts.get("email", slug)
        if draft is not None and draft.document.get("kind", "marketing") == "marketing":
            text = say(
                "Customers cannot reach this installation: its public address is {address}. "
                "Set CARTWHEEL_BASE_URL to the address they can open, then publish again.",
                address=Quoted(house.settings.base_url) if house.settings.base_url else say("not set"),
            )
            problems.append(Problem("no_public_address", text, block=block_id))
    return problems


def _is_local(base_url: str) -> bool:
    host = urlsplit(base_url).hostname or ""
    return host in ("", "localhost", "0.0.0.0", "::1") or host.startswith("127.") or host.endswith(".localhost")  # noqa: S104
