"""Delivery: decides at the moment of sending whether a message may go out, sends it, and records what came of it.

The worker calls `deliver`; screens read `outbox` and `held`.
"""

from collections.abc import Callable

from runtime.delivery import outbox
from runtime.delivery.decision.limiting import set_limits
from runtime.delivery.held import Held, held, told
from runtime.delivery.housekeeping import sweep, take_over
from runtime.delivery.letters.proof import preview, send_test
from runtime.delivery.outbox import resend
from runtime.delivery.preferred import has_mail_server
from runtime.delivery.sending.office import leave, never, office_of
from runtime.house import House

__all__ = [
    "Held",
    "deliver",
    "has_mail_server",
    "held",
    "leave",
    "next_due",
    "outbox",
    "preview",
    "resend",
    "send_test",
    "set_limits",
    "sweep",
    "take_over",
    "told",
]


def deliver(house: House, *, stopping: Callable[[], bool] = never) -> bool:
    """Send what is due, for a short turn; answers that are still out are taken in by the next one.

    Whether there was anything to do: call it again until it says no. Only one thread of a process delivers at a time;
    others are told that there is nothing to do. Before the process ends, `leave` waits for the last answers.
    """
    return office_of(house).work(stopping)


def next_due(house: House) -> int | None:
    """When there will be something to do, UTC microseconds (it may be past); None if nothing waits."""
    return office_of(house).next_due()
