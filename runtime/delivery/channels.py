"""The ways out: what is particular to each, so that all the rest of delivery is the same for every one."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import and_

from runtime.delivery.sending.ladder import RUNGS
from runtime.ledger.tables import message


@dataclass(frozen=True, slots=True)
class Channel:
    """A way out. `name` is what messages carry, and consent and caps."""

    name: str
    addressed: bool
    """Whether it goes to an address of the contact, which has to be there and not be blocked."""
    rungs: tuple[int, ...]
    """Waits between tries."""
    codes: Mapping[str, str]
    """Reasons for what became of an attempt: sent, refused, retry, gave_up, uncertain; and for what could
    not be made at all: unmade."""
    by_mail: bool = True
    """Whether the shop's mail server carries it."""
    recalled: bool = True
    """Whether who leaves the flow takes back what has not gone out yet."""
    replies: bool = False
    """Whether runs hear what became of their messages."""


EMAIL = Channel(
    "email",
    addressed=True,
    rungs=RUNGS,
    codes={
        "sent": "sent",
        "refused": "smtp_refused",
        "retry": "smtp_retry",
        "gave_up": "gave_up",
        "uncertain": "uncertain",
        "unmade": "render_failed",
    },
)
WEBHOOK = Channel(
    "webhook",
    addressed=False,
    rungs=RUNGS[:7],
    codes={
        "sent": "app_took_it",
        "refused": "app_refused",
        "retry": "app_retry",
        "gave_up": "app_gave_up",
        "uncertain": "uncertain",
        "unmade": "app_unmade",
    },
    by_mail=False,
    replies=True,
)
TEAM = Channel(
    "team",
    addressed=False,
    rungs=RUNGS,
    codes={**EMAIL.codes, "unmade": "notice_unmade"},
    recalled=False,
)
"""E-mail to users of the shop: to nobody whom it is about."""
CHANNELS = {channel.name: channel for channel in (EMAIL, WEBHOOK, TEAM)}
BY_MAIL = tuple(channel.name for channel in CHANNELS.values() if channel.by_mail)
RECALLED = tuple(channel.name for channel in CHANNELS.values() if channel.recalled)
IN_NO_HANDS: Mapping[str, None] = {"lease_by": None, "lease_until": None}
"""Columns of a message that nobody is delivering."""
RECALLABLE = and_(message.c.state == "queued", message.c.channel.in_(RECALLED))
"""The condition that a message waits, and is taken back if its run is left."""
NOT_OUT_YET = and_(message.c.state.in_(("queued", "sending")), message.c.channel.in_(RECALLED))
"""The same, or a server is just being handed it: it may put it off, and then the message waits again."""
