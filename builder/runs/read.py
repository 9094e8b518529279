"""What the pages of runs read. In threads: it looks into the ledger and the desk."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from blocks import KINDS
from blocks.contract import Known
from blocks.flow import Flow
from builder.access import Visitor
from builder.drafting.faces import Face, faces
from builder.drafting.told_apart import told_apart
from runtime.engine.by_hand import adding
from runtime.engine.publishing.known import known_to
from runtime.insight import runs
from runtime.insight.beginnings import Begun, begun
from runtime.insight.runs import Cursor, Entry, Wish
from runtime.insight.why import Why, why
from runtime.people import contacts
from runtime.people.contacts import Contact
from runtime.words import Words

PAGE = 50


@dataclass(slots=True)
class Drawn:
    """The versions of a flow, drawn as far as they were needed, each with the sentences of its blocks."""

    user: Visitor
    w: Words
    flow: runs.Flow
    known: Known
    documents: dict[int, Flow] = field(default_factory=dict)
    said: dict[int, Mapping[str, Face]] = field(default_factory=dict)

    @property
    def latest(self) -> int:
        """The version that was published last."""
        return max(self.flow.versions, key=lambda id_: self.flow.versions[id_])

    def knowing(self, version: int, block: str) -> int:
        """This version if it has the block, else the newest that has it: somebody may have come through it on an older one."""
        having = [id_ for id_, said in self.said.items() if block in said]
        return version if version in having or not having else max(having, key=lambda id_: self.flow.versions[id_])

    def say(self, version: int, block: str) -> str:
        """The sentence of a block."""
        found = self.said.get(version, {}).get(block)
        return found["say"] if found is not None else self.w("A Block of before")

    def icon(self, version: int, block: str) -> tuple[str, str]:
        """Its picture and its family."""
        found = self.said.get(version, {}).get(block)
        return (found["icon"], self.family(version, block)) if found is not None else ("history", "action")

    def kind(self, version: int, block: str) -> str:
        """Its kind, "" for one that is not there."""
        document = self.documents.get(version)
        return next((doc.kind for doc in document.blocks if doc.id == block), "") if document is not None else ""

    def family(self, version: int, block: str) -> str:
        """The family of its kind."""
        kind = self.kind(version, block)
        return KINDS[kind].card.family if kind in KINDS else "action"

    def blocks(self, version: int) -> dict[str, str]:
        """Where people can stand in a version: each block that is no trigger, with what it is called."""
        document = self.documents[version]
        says = {doc.id: self.say(version, doc.id) for doc in document.blocks}
        among = [id_ for id_ in says if self.family(version, id_) != "trigger"]
        return told_apart(document, says, among, self.w)

    def take(self, documents: Mapping[int, Mapping[str, Any]]) -> None:
        """Know these versions from now on."""
        for id_, document in documents.items():
            self.documents[id_] = flow = Flow.model_validate(document)
            self.said[id_] = faces(flow, self.known, self.w)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many stand where."""

    inside: int
    failed: int
    standing: Mapping[tuple[int, str], int]
    begun: Begun | None
    """How far it is with those with whom it began."""


def drawn(user: Visitor, slug: str, w: Words) -> tuple[Drawn, Counts] | None:
    """A published flow; None if it never was."""
    known = known_to(user.house, user.workspace)
    with user.house.ledger.read(user.workspace) as tx:
        flow = runs.flow_of(tx, slug)
        if flow is None or not flow.versions:
            return None
        made = Drawn(user, w, flow, known)
        made.take(runs.documents(tx, sorted({made.latest, *(version for version, _ in runs.standing(tx, flow))})))
    return made, counted(made)


def counted(of: Drawn) -> Counts:
    """How many stand where now."""
    with of.user.house.ledger.read(of.user.workspace) as tx:
        standing = runs.standing(tx, of.flow)
        came = begun(tx, of.flow.id, of.documents[of.latest])
        return Counts(sum(standing.values()), runs.failed(tx, of.flow), standing, came)


def takes_people(user: Visitor, slug: str) -> bool:
    """Whether people can be added to the flow by hand."""
    with user.house.ledger.read(user.workspace) as tx:
        return any(into.slug == slug for into in adding.doors(tx))


def page(of: Drawn, wish: Wish, before: Cursor | None) -> list[Entry]:
    """A page of runs, with the versions they are on."""
    with of.user.house.ledger.read(of.user.workspace) as tx:
        found = runs.page(tx, wish, PAGE, before)
        missing = {entry.version for entry in found} - of.documents.keys()
        if missing:
            of.take(runs.documents(tx, sorted(missing)))
    return found


def everybody(of: Drawn, wish: Wish) -> dict[int, int]:
    """All runs that are meant."""
    with of.user.house.ledger.read(of.user.workspace) as tx:
        return runs.every(tx, wish)


def one(user: Visitor, id_: int, w: Words) -> tuple[runs.Way, Drawn] | None:
    """A run with the versions on which it was, and the others if it came through what those have not."""
    with user.house.ledger.read(user.workspace) as tx:
        way = runs.one(tx, id_)
        flow = runs.flow_of(tx, way.slug) if way is not None else None
        if way is None or flow is None:
            return None
        told = [(one.version, one.block) for one in way.steps] + [(one.version, one.block) for one in way.messages]
        needed = {version for version, _ in told}
        drawn = {way.entry.version: way.document, **runs.documents(tx, sorted(needed - {way.entry.version}))}
        there = {version: {doc["id"] for doc in document["blocks"]} for version, document in drawn.items()}
        if any(block not in there[version] for version, block in told):
            drawn |= runs.documents(tx, sorted(flow.versions))
    known = known_to(user.house, user.workspace)
    made = Drawn(user, w, flow, known)
    made.take(drawn)
    return way, made


def why_not(user: Visitor, slug: str, address: str) -> tuple[Contact | None, Why | None]:
    """Whoever has this address, and why they are in the flow, or not."""
    with user.house.ledger.read(user.workspace) as tx:
        person = contacts.by_address(tx, address)
        return person, why(tx, person.id, slug, user.house.clock.now()) if person is not None else None


def why_of(user: Visitor, slug: str, contact: int) -> Why | None:
    """Why a contact is in the flow, or not."""
    with user.house.ledger.read(user.workspace) as tx:
        return why(tx, contact, slug, user.house.clock.now())
