"""The stage of the engine, and segments in few words."""

from typing import Any

from sqlalchemy import select

from runtime.ledger.tables import event, identity, member, segment
from runtime.segments import publish
from tests.engine.stage import Stage


def did(event: str, **settings: Any) -> dict[str, Any]:
    """ "They did it at any time", or in `days`."""
    days = settings.pop("days", None)
    window = {"kind": "ever"} if days is None else {"kind": "last_days", "days": days}
    return {"kind": "did", "event": event, "window": window, **settings}


def is_(field: str, value: Any, **settings: Any) -> dict[str, Any]:
    """A field of the contact that is something."""
    return {"kind": "field", "of": "contact", "field": field, "value": value, **settings}


def draft_segment(stage: Stage, slug: str, rule: dict[str, Any] | None, name: str = "") -> None:
    """A draft of a segment, on the desk."""
    document = {"format": 1, "name": name or slug, "rule": rule}
    drafts = stage.house.desk.drafts(stage.shop)
    drafts.put("segment", slug, name or slug, document, "Nok", stage.clock.now())


def publish_segment(stage: Stage, slug: str, rule: dict[str, Any] | None, name: str = "") -> None:
    """A published segment; the engine has not looked yet."""
    draft_segment(stage, slug, rule, name)
    publish.publish(stage.house, stage.shop, slug, "Nok")


def inside(stage: Stage, slug: str) -> list[str]:
    """E-mail addresses of those who are in a segment."""
    with stage.house.ledger.read(stage.shop) as tx:
        query = (
            select(identity.c.value)
            .join(member, member.c.contact == identity.c.contact)
            .join(segment, segment.c.id == member.c.segment)
            .where(identity.c.kind == "email", segment.c.slug == slug)
        )
        return sorted(row.value for row in tx.all(query))


class SegmentStage(Stage):
    """Drafts, publishes, and says who is in what."""

    def segment(self, slug: str, rule: dict[str, Any] | None, name: str = "", *, work: bool = True) -> None:
        """A published segment, held against everybody."""
        publish_segment(self, slug, rule, name)
        if work:
            self.work()

    def inside(self, slug: str) -> list[str]:
        """Those who are in a segment, by the first part of their addresses."""
        return [who.split("@")[0] for who in inside(self, slug)]

    def crossed(self) -> list[tuple[str, str, str]]:
        """(who, event, segment) of what was told of segments, in order."""
        with self.house.ledger.read(self.shop) as tx:
            query = (
                select(identity.c.value, event.c.name, event.c.properties)
                .join(event, event.c.contact == identity.c.contact)
                .where(identity.c.kind == "email", event.c.source == "segment")
                .order_by(event.c.id)
            )
            return [(row.value.split("@")[0], row.name, row.properties["segment"]) for row in tx.all(query)]
