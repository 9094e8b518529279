"""When a contact was seen last, no more precisely than it is kept."""

from runtime.people.identity import SEEN_GRAIN
from runtime.words import Words


def seen_words(w: Words, at: int, now: int, zone: str) -> str:
    """How long ago; of the last hour nobody knows when in it."""
    return w("in the last hour") if abs(now - at) < SEEN_GRAIN else w.ago(at, now, zone)
