"""A page's claim to change a draft: one page at a time may, the others look on."""

from dataclasses import dataclass

from nicegui import Client, ui

from builder.access import Visitor
from builder.drafting.presence import Presence, Seat
from runtime.clock import SECOND
from runtime.desk import Kind

PRESENCE = Presence()
"""Of this process, which is the only one with pages."""
ARRIVING = 20 * SECOND
"""How long a page that was asked for may take until its browser speaks."""


@dataclass(eq=False)
class Pen:
    """This page's claim to change the draft, from before the editor is drawn until the page is gone."""

    user: Visitor
    slug: str
    client: Client
    seat: Seat
    kind: Kind
    in_hand: bool = False

    @property
    def key(self) -> tuple[int, str, str]:
        """The draft."""
        return self.user.workspace, self.kind, self.slug

    def wanted(self) -> bool:
        """Whether another page has it, so that this one must wait to learn if it is the same tab loaded anew."""
        holder = PRESENCE.holder(self.key)
        return holder is not None and holder.there()

    async def let_others_store(self) -> None:
        """Return when what another page has not stored yet is on the desk: read the draft after this."""
        holder = PRESENCE.holder(self.key)
        if holder is not None:
            await holder.flush()

    def sit(self) -> None:
        """Take it if it is free."""
        self.seat.tab = self.client.tab_id or ""
        self.in_hand = PRESENCE.sit(self.key, self.seat) is None


def make_pen(user: Visitor, slug: str, kind: Kind) -> Pen:
    """For the page that is being built."""
    client = ui.context.client
    clock = user.house.clock
    opened = clock.now()
    pen = Pen(user, slug, client, Seat(user.name or user.email, opened), kind)

    def there() -> bool:
        arriving = not pen.seat.tab and clock.now() - opened < ARRIVING
        return not client.is_deleted and (client.has_socket_connection or arriving)

    def connected() -> None:
        pen.seat.tab = client.tab_id or ""

    pen.seat.there = there
    client.on_connect(connected)
    client.on_delete(lambda: PRESENCE.leave(pen.key, pen.seat))
    return pen
