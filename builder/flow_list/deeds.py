"""What can be done to a flow from the list: on the desk, and to what runs. Called in threads, through `access.act`."""

from builder.access import Visitor
from runtime.engine import publish as engine
from runtime.insight.numbers import flow_numbers


def rename(user: Visitor, slug: str, name: str) -> None:
    """Another name; the slug stays."""
    house = user.house
    house.desk.drafts(user.workspace).rename("flow", slug, name, user.email, house.clock.now())


def duplicate(user: Visitor, slug: str, name: str) -> str:
    """A draft like it. Returns the new slug."""
    house = user.house
    return house.desk.drafts(user.workspace).duplicate("flow", slug, name, user.email, house.clock.now()).slug


def create(user: Visitor, name: str) -> str:
    """An empty draft. Returns its slug."""
    house = user.house
    document = {"format": 1, "name": name, "blocks": [], "links": []}
    return house.desk.drafts(user.workspace).create("flow", name, document, user.email, house.clock.now()).slug


def pause(user: Visitor, slug: str) -> None:
    """Send nothing until `resume`; people stay where they are."""
    engine.pause(user.house, user.workspace, slug)


def resume(user: Visitor, slug: str) -> None:
    """Send again."""
    engine.resume(user.house, user.workspace, slug)


def put_away(user: Visitor, slug: str, where: str) -> str:
    """Into the archive or the bin; what runs is stopped for good. Returns the state before: live, paused or ""."""
    house = user.house
    with house.ledger.read(user.workspace) as tx:
        found = flow_numbers(tx, house.clock.now()).get(slug)
    before = found.state if found is not None and found.state != "archived" else ""
    if before:
        engine.archive(house, user.workspace, slug)
    drafts = house.desk.drafts(user.workspace)
    (drafts.bin if where == "bin" else drafts.archive)("flow", slug, user.email, house.clock.now())
    return before


def bring_back(user: Visitor, slug: str, before: str = "") -> None:
    """Out of the archive or the bin; `before` is what `put_away` returned, when it is taken back at once."""
    house = user.house
    house.desk.drafts(user.workspace).restore("flow", slug, user.email, house.clock.now())
    if before == "live":
        engine.resume(house, user.workspace, slug)
    elif before == "paused":
        engine.pause(house, user.workspace, slug)
