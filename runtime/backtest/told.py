"""What a backtest tells: who came in and how they left, what would have gone out when and to whom, and what not and why."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import func, select

from blocks.phrase import Phrase, load_arg, say
from blocks.values import micros, moment
from blocks.zones import local_to_utc
from runtime.clock import HOUR
from runtime.delivery.channels import CHANNELS
from runtime.ledger import Tx
from runtime.ledger.tables import contact, message, run
from runtime.reasons import reason_phrase
from runtime.scratch import FIRST_ID
from runtime.zones import zone_of

TO_PEOPLE = [channel.name for channel in CHANNELS.values() if channel.addressed]
"""Channels whose messages somebody gets; a call of another app is none."""
NAMED = 25
"""Of each day so many messages are told with the name of who got them."""
MOST_MAILED = 10

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


def tell(
    tx: Tx, flow: int, zone: str, start: int, until: int, put_off: Mapping[str, int], events: int, *, cut: bool
) -> Played:
    """Read a scratch ledger in which the time is over."""
    runs = (run.c.flow == flow, run.c.id >= FIRST_ID)
    counted = select(func.count(), func.count(run.c.contact.distinct())).where(*runs)
    entered, people = tuple(tx.all(counted)[0])
    ended: Counter[tuple[str, str, str]] = Counter()
    ways = select(run.c.state, run.c.code, run.c.args, func.count()).where(*runs)
    rows: Sequence[Any] = tx.all(ways.group_by(run.c.state, run.c.code, run.c.args))
    for state, code, args, count in rows:
        of = load_arg(args["event"]) if args and "event" in args else ""
        ended[state, code or "", str(getattr(of, "text", of))] += count
    held_out = sum(count for (_, code, _), count in ended.items() if code == "held_out")
    inside = sum(count for (state, _, _), count in ended.items() if state == "open")
    became: Counter[tuple[str, str]] = Counter()
    unsent: Counter[str] = Counter()
    mine = (message.c.flow == flow) & (message.c.id >= FIRST_ID) & message.c.channel.in_(TO_PEOPLE)
    by = (message.c.block, message.c.state, message.c.code)
    sums: Sequence[Any] = tx.all(select(*by, func.count()).where(mine).group_by(*by))
    for block, state, code, count in sums:
        became[block, "sent" if state == "sent" else "waiting" if state == "queued" else "unsent"] += count
        if state not in ("sent", "queued"):
            unsent[code or state] += count
    calendar = _Calendar(zone, start, until)
    calendar.fill(tx, flow)
    return Played(
        entered=entered,
        people=people,
        held_out=held_out,
        inside=inside,
        ended=tuple(
            Ended(state=state, code=code, event=name, runs=count)
            for (state, code, name), count in ended.most_common()
            if state != "open"
        ),
        sent=sum(count for (_, what), count in became.items() if what == "sent"),
        mailed=len(calendar.got),
        twice=len(calendar.twice),
        unsent=dict(unsent.most_common()),
        put_off=dict(Counter(put_off).most_common()),
        waiting=sum(count for (_, what), count in became.items() if what == "waiting"),
        senders=tuple(
            Sender(block=block, **{what: became[block, what] for what in ("sent", "unsent", "waiting")})
            for block in dict.fromkeys(block for block, _ in became)
        ),
        days=calendar.days(tx),
        most_mailed=calendar.most(tx),
        events=events,
        cut=cut,
    )


class _Calendar:
    """Messages by day and hour where the shop is, read once in the order of time; holds a number a contact."""

    def __init__(self, zone: str, start: int, until: int) -> None:
        self._zone = zone_of(zone)
        first, last = (moment(at).astimezone(self._zone).date() for at in (start, until - 1))
        dates = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        self._dates = dates
        self._starts = [micros(local_to_utc(datetime.combine(date, time()), self._zone)) for date in dates]
        self._hours = [[0] * 24 for _ in dates]
        self._first: list[list[tuple[int, int, str]]] = [[] for _ in dates]
        self.got: Counter[int] = Counter()
        self.twice: set[int] = set()

    def fill(self, tx: Tx, flow: int) -> None:
        query = (
            select(message.c.done_at, message.c.contact, message.c.block)
            .where(
                message.c.flow == flow,
                message.c.id >= FIRST_ID,
                message.c.state == "sent",
                message.c.channel.in_(TO_PEOPLE),
            )
            .order_by(message.c.done_at, message.c.id)
        )
        place, today, hour, hour_ends = 0, set[int](), 0, 0
        for at, who, block in tx.connection.execute(query.execution_options(yield_per=1000)):
            while place + 1 < len(self._starts) and at >= self._starts[place + 1]:
                place, today, hour_ends = place + 1, set(), 0
            if at >= hour_ends:
                hour = moment(at).astimezone(self._zone).hour
                hour_ends = at - at % (HOUR // 4) + HOUR // 4  # every zone's hours begin on a quarter
            self._hours[place][hour] += 1
            self.got[who] += 1
            if who in today:
                self.twice.add(who)
            today.add(who)
            if len(self._first[place]) < NAMED:
                self._first[place].append((at, who, block))

    def days(self, tx: Tx) -> tuple[Day, ...]:
        names = _names(tx, {who for first in self._first for _, who, _ in first})
        return tuple(
            Day(
                date=date.isoformat(),
                start=start,
                sent=sum(hours),
                hours=tuple(hours),
                first=tuple(Got(at=at, contact=who, name=names[who], block=block) for at, who, block in first),
            )
            for date, start, hours, first in zip(self._dates, self._starts, self._hours, self._first, strict=True)
        )

    def most(self, tx: Tx) -> tuple[Mailed, ...]:
        most = sorted(self.got.items(), key=lambda one: (-one[1], one[0]))[:MOST_MAILED]
        names = _names(tx, {who for who, _ in most})
        return tuple(Mailed(contact=who, name=names[who], messages=count) for who, count in most)


def _names(tx: Tx, ids: set[int]) -> dict[int, str]:
    found = {id_: str(id_) for id_ in ids}
    ordered = sorted(ids)
    for first in range(0, len(ordered), 500):
        some = contact.c.id.in_(ordered[first : first + 500])
        for row in tx.all(select(contact.c.id, contact.c.name, contact.c.email, contact.c.phone).where(some)):
            found[row.id] = row.name or row.email or row.phone or str(row.id)
    return found
