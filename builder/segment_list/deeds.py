"""How a segment begins, and how it is put away. Called in threads, through `access.act`."""

from builder.access import Visitor
from builder.segment_list.ready import Ready
from runtime.segments import publish
from runtime.segments.document import SegmentDocument
from runtime.words import Words


def create(user: Visitor, begin: Ready, w: Words) -> str:
    """A draft of it. A list is live at once: there is nothing to decide before people can be put on it. Its slug."""
    house, name = user.house, w.text(begin.name)
    document = SegmentDocument(name=name, rule=begin.rule).to_json()
    slug = house.desk.drafts(user.workspace).create("segment", name, document, user.email, house.clock.now()).slug
    if begin.rule is None:
        publish.publish(house, user.workspace, slug, user.email)
    return slug


def rename(user: Visitor, slug: str, name: str) -> None:
    """Another name, for the draft and for what is live."""
    publish.rename(user.house, user.workspace, slug, name, user.email)


def put_away(user: Visitor, slug: str, where: str) -> None:
    """Into the archive or the bin. Raises InUse."""
    (publish.delete if where == "bin" else publish.archive)(user.house, user.workspace, slug, user.email)


def bring_back(user: Visitor, slug: str) -> None:
    """Out of the archive or the bin; what was live is live again."""
    publish.bring_back(user.house, user.workspace, slug, user.email)
