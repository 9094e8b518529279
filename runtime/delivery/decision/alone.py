"""One flow speaks for each order or cart: what a flow of higher priority writes about within the hour, a lower one does not.

Two messages are about the same when they stand on the same event, or when their runs have the same key: one cart, one order.
Quiet keeps only who would repeat what went out. A message of the higher flow may still wait, or be on its way, and be
skipped or refused in the end; a run of it may be at a block from which it goes on within the hour: then the lower one
waits to see. Only flows that ask for it (`speaks_alone`) keep quiet, and only with marketing. Of the same priority, both speak.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select

from runtime.delivery.decision.bounds import Bounds
from runtime.delivery.decision.coming import Coming
from runtime.delivery.decision.facts import Case
from runtime.delivery.decision.permission import SAME_HOUR, Rival
from runtime.delivery.decision.terms import Terms
from runtime.ledger import Tx
from runtime.ledger.lists import among, listed
from runtime.ledger.prepared import Prepared
from runtime.ledger.tables import flow, message, run

_OTHER, _RUN, _OTHER_RUN = message.alias("other"), run.alias("mine"), run.alias("theirs")
ABOUT_THE_SAME = Prepared(
    select(
        message.c.id,
        *(_OTHER.c[name].label(f"other_{name}") for name in ("id", "flow", "state", "due_at")),
        _OTHER.c.version,
        _OTHER.c.block,
        flow.c.version.label("live"),
        flow.c.name.label("flow_name"),
    )
    .select_from(
        message.join(_OTHER, _OTHER.c.contact == message.c.contact)
        .join(flow, flow.c.id == _OTHER.c.flow)
        .outerjoin(_RUN, _RUN.c.id == message.c.run)
        .outerjoin(_OTHER_RUN, _OTHER_RUN.c.id == _OTHER.c.run)
    )
    .where(
        among(message.c.id, "ids"),
        _OTHER.c.workspace + 0
        == bindparam("workspace"),  # not by an index: SQLite would read all of the shop's messages
        _OTHER.c.channel == message.c.channel,
        _OTHER.c.flow != message.c.flow,
        _OTHER.c.test.is_(False),
        or_(_OTHER.c.event == message.c.event, and_(_RUN.c.key != "", _RUN.c.key == _OTHER_RUN.c.key)),
        or_(
            and_(_OTHER.c.state.in_(("sent", "uncertain")), _OTHER.c.done_at > bindparam("since")),
            _OTHER.c.state == "sending",
            and_(
                _OTHER.c.state == "queued",
                _OTHER.c.due_at < bindparam("until"),
                flow.c.state.in_(("live", "finishing")),
                func.coalesce(_OTHER_RUN.c.state, "ended").not_in(("left", "replaced")),
            ),
        ),
    )
)
"""Messages of other flows to the same contact about the same: sent within the last hour, on their way, or due within the
next."""


def apply(tx: Tx, bounds: Bounds, cases: Sequence[Case], now: int) -> None:
    """Add to the facts of a batch, which has its bounds, who has spoken in their place, or may: two statements, none where
    no flow asks for it."""
    quiet = {case.message.id: case for case in cases if case.facts.terms.alone and case.message.marketing}
    if not quiet:
        return
    values = {"ids": listed(tx, quiet), "workspace": tx.workspace, "since": now - SAME_HOUR, "until": now + SAME_HOUR}
    rows: Sequence[Any] = tx.all(ABOUT_THE_SAME, values)
    theirs = bounds.terms(tx, {(row.version, row.block, row.live) for row in rows})
    louder = {row: theirs[row.version, row.block, row.live].priority for row in rows}
    for row in sorted(rows, key=lambda row: louder[row]):
        case = quiet[row.id]
        if louder[row] <= case.facts.terms.priority:
            continue
        if row.other_state in ("queued", "sending"):
            case.facts.may_speak += (_waiting(row, theirs[row.version, row.block, row.live]),)
        else:
            case.facts.spoken_for = row.flow_name
    _listen(tx, bounds, [case for case in quiet.values() if case.facts.spoken_for is None], now)


def _listen(tx: Tx, bounds: Bounds, cases: Sequence[Case], now: int) -> None:
    """Add who may speak in the place of those in whose place nobody does."""
    of = defaultdict(list)
    for case in cases:
        if case.message.contact is not None:
            of[case.message.contact].append(case)
    if not of:
        return
    for one in bounds.coming(tx, of, now, marketing=False):
        for case in of[one.contact]:
            if one.rival.terms.priority > case.facts.terms.priority and _about_the_same(case, one):
                case.facts.may_speak += (one.rival,)


def _waiting(row: Any, terms: Terms) -> Rival:
    going = row.other_state == "sending"
    return Rival(row.other_id, row.other_flow, row.flow_name, row.other_due_at, terms=terms, going=going)


def _about_the_same(case: Case, one: Coming) -> bool:
    """As in `ABOUT_THE_SAME`."""
    event = case.message.event
    same = (event is not None and one.event == event) or (one.key != "" and one.key == case.key)
    return same and one.rival.flow != case.message.flow
