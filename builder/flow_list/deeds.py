"""What can be done to a flow from the list beside what is done to any draft: it may run. Called in threads, through
`access.act`."""

from builder.access import Visitor
from builder.drafting import deeds as desk
from runtime.engine.publishing import publish as engine
from runtime.engine.publishing.overdue import SEND, Choice
from runtime.engine.publishing.overdue import overdue as waiting
from runtime.insight.numbers import flow_numbers


def create(user: Visitor, name: str) -> str:
    """An empty draft. Returns its slug."""
    house = user.house
    document = {"format": 1, "name": name, "blocks": [], "links": [], "speaks_alone": True}
    return house.desk.drafts(user.workspace).create("flow", name, document, user.email, house.clock.now()).slug


def pause(user: Visitor, slug: str) -> None:
    """Send nothing until `resume`; people go on inside, and their messages are kept."""
    engine.pause(user.house, user.workspace, slug)


def resume(user: Visitor, slug: str, choice: Choice = SEND) -> None:
    """Send again; `choice` says what becomes of what came due meanwhile."""
    engine.resume(user.house, user.workspace, slug, choice)


def finish(user: Visitor, slug: str) -> None:
    """Take nobody in any more; it is archived when the last one is out."""
    engine.finish(user.house, user.workspace, slug)


def overdue(user: Visitor, slug: str) -> int:
    """How many messages came due while it was paused."""
    return waiting(user.house, user.workspace, slug)


def put_away(user: Visitor, slug: str, where: str) -> str:
    """Into the archive or the bin; what runs is stopped for good. Returns the state before: live, paused, finishing or ""."""
    house = user.house
    with house.ledger.read(user.workspace) as tx:
        found = flow_numbers(tx, house.clock.now()).get(slug)
    before = found.state if found is not None and found.state != "archived" else ""
    if before:
        engine.archive(house, user.workspace, slug)
    desk.put_away(user, "flow", slug, where)
    return before


def bring_back(user: Visitor, slug: str, before: str = "") -> None:
    """Out of the archive or the bin; `before` is what `put_away` returned, when it is taken back at once."""
    house = user.house
    desk.bring_back(user, "flow", slug)
    if before == "live":
        engine.resume(house, user.workspace, slug)
    elif before == "paused":
        engine.pause(house, user.workspace, slug)
    elif before == "finishing":
        engine.resume(house, user.workspace, slug)
        engine.finish(house, user.workspace, slug)
