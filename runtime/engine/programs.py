"""The versions in use, read from the ledger when first needed."""

from sqlalchemy import bindparam, or_, select

from blocks.flow import Flow
from runtime.engine.program import Program, make_program
from runtime.engine.roster import Roster
from runtime.ledger import Tx
from runtime.ledger.prepared import Prepared
from runtime.ledger.tables import flow, message, run, version, version_mail


class Programs:
    """The versions in use, read from the ledger when first needed, and who listens to what."""

    def __init__(self, keep: int = 500) -> None:
        self._kept: dict[int, Program] = {}
        self._keep = keep
        self._rosters: dict[int, tuple[object, Roster]] = {}
        self._asked: tuple[Tx, Roster] | None = None

    def get(self, tx: Tx, version_id: int) -> Program:
        """The program of a version."""
        program = self._kept.get(version_id)
        if program is None:
            if len(self._kept) >= self._keep:
                self._kept.clear()
            program = self._kept[version_id] = _load(tx, version_id)
        return program

    def roster(self, tx: Tx) -> Roster:
        """Who listens to what in the workspace. Made anew when anything was published, paused or archived, or somebody came
        back."""
        if self._asked is None or self._asked[0] is not tx:
            self._asked = (tx, self._look(tx))
        return self._asked[1]

    def _look(self, tx: Tx) -> Roster:
        values = {"workspace": tx.workspace}
        going = tuple((row.id, row.version, row.state, row.revived) for row in tx.all(_GOING, values))
        known = self._rosters.get(tx.workspace)
        if known is not None and known[0] == going:
            return known[1]
        versions = {row.id for row in tx.all(_INHABITED, values)}
        live = [self.get(tx, version_id) for _, version_id, state, _ in going if state != "finishing"]
        finishing = [self.get(tx, version_id) for _, version_id, state, _ in going if state == "finishing"]
        roster = Roster.of(live, finishing, [self.get(tx, id_) for id_ in versions])
        self._rosters[tx.workspace] = (going, roster)
        return roster


_GOING = Prepared(
    select(flow.c.id, flow.c.version, flow.c.state, flow.c.revived)
    .where(flow.c.workspace == bindparam("workspace"), flow.c.state.in_(("live", "paused", "finishing")))
    .order_by(flow.c.id)
)
_OPEN = select(run.c.id).where(run.c.version == version.c.id, run.c.state == "open").exists()
_QUEUED = select(message.c.id).where(message.c.version == version.c.id, message.c.state == "queued").exists()
# A server is being handed these few: what it puts off waits again.
_GOING_OUT = select(message.c.version).where(message.c.lease_until.is_not(None), message.c.state == "sending")
_INHABITED = Prepared(
    select(version.c.id).where(
        version.c.workspace == bindparam("workspace"), or_(_OPEN, _QUEUED, version.c.id.in_(_GOING_OUT))
    )
)
"""The versions on which somebody is inside: on their way, or through while a message of theirs still waits."""


def _load(tx: Tx, version_id: int) -> Program:
    query = select(version.c.flow, version.c.document, flow.c.slug).join(flow, flow.c.id == version.c.flow)
    row = tx.connection.execute(query.where(tx.mine(version), version.c.id == version_id)).one()
    mails = tx.all(version_mail.select().where(tx.mine(version_mail), version_mail.c.version == version_id))
    return make_program(
        version_id,
        row.flow,
        row.slug,
        Flow.model_validate(row.document),
        {mail.block: mail.marketing for mail in mails},
    )
