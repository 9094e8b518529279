"""What is read before the studio is drawn, and again while it is open. In threads: it looks into the desk and the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from blocks import read_block
from blocks.contract import Known, Send, Trigger
from blocks.flow import Flow
from builder.access import Visitor
from builder.studio.fields import fields_of
from builder.studio.people import Example, first_example
from runtime.accounts import preferences
from runtime.accounts.preferences import Sender
from runtime.desk import Draft
from runtime.engine.publishing.known import brand_of, known_to
from runtime.mail import EmailDocument, MergeField, read_document
from runtime.mail.merge_fields import with_shop


@dataclass(frozen=True, slots=True)
class Opened:
    """A draft with all that goes with it. `flows` are those that send it: slug and name."""

    draft: Draft
    document: EmailDocument
    known: Known
    fields: tuple[MergeField, ...]
    events: tuple[str, ...]
    example: Example
    flows: tuple[tuple[str, str], ...]
    sender: Sender
    """Who writes, where an e-mail does not say it."""


def open_email(user: Visitor, slug: str) -> Opened | None:
    """None if there is no such draft. Raises DocumentRefused for one that cannot be read."""
    house, workspace = user.house, user.workspace
    draft = house.desk.drafts(workspace).get("email", slug)
    if draft is None:
        return None
    document = read(draft)
    known = known_to(house, workspace)
    events, flows = _used_by(user, slug)
    with house.ledger.read(workspace) as tx:
        example = first_example(tx, events)
        sender = preferences.sender(tx)
    fields = with_shop(fields_of(known, events, example.properties), brand_of(house, workspace))
    return Opened(draft, document, known, fields, events, example, flows, sender)


def read(draft: Draft) -> EmailDocument:
    """The document under the draft's name. Raises DocumentRefused."""
    return read_document({**draft.document, "name": draft.name})


def _used_by(user: Visitor, slug: str) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Events that start the flows which send this e-mail, and those flows."""
    events: list[str] = []
    flows: list[tuple[str, str]] = []
    for draft in user.house.desk.drafts(user.workspace).list("flow"):
        try:
            flow = Flow.model_validate({**draft.document, "name": draft.name})
        except ValidationError:
            continue
        names, sends = _reads(flow)
        if slug in sends:
            events += names
            flows.append((draft.slug, draft.name))
    return tuple(dict.fromkeys(events)), tuple(flows)


def _reads(flow: Flow) -> tuple[Sequence[str], frozenset[str]]:
    names: list[str] = []
    sends: set[str] = set()
    for doc in flow.blocks:
        try:
            block = read_block(doc.kind, doc.settings)
        except (KeyError, ValidationError):
            continue
        if isinstance(block, Trigger):
            names += block.listens_to()
        elif isinstance(block, Send):
            sends.add(block.document())
    return names, frozenset(sends)
