"""What a backtest tells: who came in and how they left, what would have gone out when and to whom, and what not and why."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from blocks.phrase import Phrase, say
from runtime.reasons import reason_phrase

IN_ALL: Mapping[str, Phrase] = {
    "no_consent": say("They have not agreed to marketing e-mails"),
    "no_address": say("The Contact has no e-mail address"),
    "suppressed_hard_bounce": say("The address does not exist"),
    "suppressed_complaint": say("They reported an e-mail as spam"),
    "suppressed_manual": say("Somebody in your shop blocked the address"),
    "run_ended": say("They had left the Flow by then"),
    "said_no": say("They had said no to marketing e-mails"),
    "unsubscribed": say("They had said no to marketing e-mails"),
    "too_late": say("It had become too late for the Message"),
    "too_late_then": say("Your limits would have let it go out when it was too late"),
    "quiet_hours": say("It came due in quiet hours"),
    "flow_quiet_hours": say("It came due in quiet hours of the Flow"),
    "flow_pauses": say("It came due while the Flow pauses"),
    "outside_hours": say("It came due outside the hours of its Block"),
    "never_open": say("All the hours of its Block are quiet hours"),
    "cap_reached": say("They had got enough e-mails"),
    "flow_cap_reached": say("They had got enough e-mails of the Flow"),
    "spoken_for": say("A Flow of higher priority wrote about the same"),
    "priority_first": say("A Flow of higher priority went first"),
    "quiet_waits": say("Put off because of quiet hours"),
    "flow_quiet_waits": say("Put off because of quiet hours of the Flow"),
    "pause_waits": say("Put off because the Flow pauses"),
    "hours_wait": say("Put off until the hours of its Block"),
    "cap_waits": say("Put off because they had got enough e-mails"),
    "flow_cap_waits": say("Put off because they had got enough e-mails of the Flow"),
    "priority_waits": say("Put off for a Flow of higher priority"),
    "no_public_address": say("Put off until customers can open this installation’s public address"),
    "place_waits": say("Put off to see whether a Flow of higher priority goes first"),
    "alone_waits": say("Put off to see whether a Flow of higher priority writes about the same"),
}
"""Reasons of many messages at once: without the times and numbers of one of them."""


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True)


class Ended(_Told):
    """So many runs ended in one way: `state` as the ledger has it, and for an exit the event that it was."""

    state: str
    code: str
    event: str
    runs: int


class Sender(_Told):
    """What became of the messages of one block; `waiting` were not due yet when the time was over."""

    block: str
    sent: int
    unsent: int
    waiting: int


class Mailed(_Told):
    """Somebody who would have got messages."""

    contact: int
    name: str
    messages: int


class Got(_Told):
    """One message that would have gone out. `at` is UTC microseconds."""

    at: int
    contact: int
    name: str
    block: str


class Day(_Told):
    """A day where the shop is: `start` (UTC microseconds), what went out in each of its 24 hours, and the first of it."""

    date: str
    start: int
    sent: int
    hours: tuple[int, ...]
    first: tuple[Got, ...]


class Played(_Told):
    """One version of the flow, played."""

    entered: int
    people: int
    held_out: int
    inside: int
    """Runs that were still open when the time was over."""
    ended: tuple[Ended, ...]
    sent: int
    mailed: int
    """People who would have got any."""
    twice: int
    """People who would have got two or more on one day."""
    unsent: dict[str, int]
    """By the code of the reason."""
    put_off: dict[str, int]
    """How often messages waited for a limit, by the code of the reason."""
    waiting: int
    senders: tuple[Sender, ...]
    days: tuple[Day, ...]
    most_mailed: tuple[Mailed, ...]
    events: int
    """How many events were played."""
    cut: bool
    """Whether it went round in a circle and was given up."""

    @property
    def busiest_day(self) -> Day | None:
        """The first day with the most messages; None without any."""
        return max((day for day in self.days if day.sent), key=lambda day: day.sent, default=None)

    @property
    def busiest_hour(self) -> tuple[Day, int] | None:
        """The hour with the most messages, of any day."""
        hours = ((day, hour) for day in self.days if day.sent for hour in range(24))
        return max(hours, key=lambda one: one[0].hours[one[1]], default=None)


def why(code: str) -> Phrase:
    """The reason of many messages."""
    return IN_ALL.get(code) or reason_phrase(code)
