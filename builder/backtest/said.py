"""A backtest in words: the numbers with their names, and the difference to what is live."""

from collections.abc import Mapping

from blocks.phrase import Phrase, Quoted, TimeOfDay, Within, say
from runtime.backtest import Backtest, Day, Ended, Played, why
from runtime.clock import MINUTE
from runtime.words import Words

Line = tuple[str, str]
"""(name, value)"""

_MESSAGES = (
    say("{n} Message more. | {n} Messages more."),
    say("{n} Message fewer. | {n} Messages fewer."),
)
_COME_IN = (
    say("{n} person more would come in. | {n} people more would come in."),
    say("{n} person fewer would come in. | {n} people fewer would come in."),
)
_GET = (
    say("{n} person more would get something. | {n} people more would get something."),
    say("{n} person fewer would get something. | {n} people fewer would get something."),
)
_GET_TWO = (
    say("{n} person more would get two or more on one day. | {n} people more would get two or more on one day."),
    say("{n} person fewer would get two or more on one day. | {n} people fewer would get two or more on one day."),
)


def people(played: Played, w: Words) -> list[Line]:
    """Who came in, and how they left."""
    lines = [(w("Entered"), w.number(played.entered)), (w("People who entered"), w.number(played.people))]
    lines += [(_way_out(one, w), w.number(one.runs)) for one in played.ended]
    if played.inside:
        lines.append((w("Still inside at the end"), w.number(played.inside)))
    return lines


def messages(played: Played, w: Words, names: Mapping[str, str]) -> list[Line]:
    """What each block would have sent, in the order of `names` (of blocks, by their ids), what not and why, and what waited."""
    place = {block: at for at, block in enumerate(names)}
    senders = sorted(played.senders, key=lambda one: place.get(one.block, len(place)))
    lines = [(w("{name}", name=Quoted(names.get(one.block, one.block))), w.number(one.sent)) for one in senders]
    lines += [(w("Not sent: {why}", why=Within(why(code))), w.number(count)) for code, count in played.unsent.items()]
    lines += [(w.text(why(code)), w.number(count)) for code, count in played.put_off.items()]
    if played.waiting:
        lines.append((w("Not due yet at the end"), w.number(played.waiting)))
    return lines


def busiest(played: Played, zone: str, w: Words) -> list[Line]:
    """The day and the hour with the most messages."""
    day, hour = played.busiest_day, played.busiest_hour
    if day is None or hour is None:
        return []
    when = f"{day_name(hour[0], zone, w)}, {hour_name(hour[1], w)}"
    return [
        (w("Busiest day"), f"{w.number(day.sent)} · {day_name(day, zone, w)}"),
        (w("Busiest hour"), f"{w.number(hour[0].hours[hour[1]])} · {when}"),
    ]


def day_name(day: Day, zone: str, w: Words) -> str:
    """ "Tue 24 Nov"."""
    return w.date(_noon(day), zone, "weekday")


def hour_name(hour: int, w: Words) -> str:
    """ "21:00"."""
    return w("{at}", at=TimeOfDay(f"{hour:02}:00"))


def difference(result: Backtest, w: Words) -> list[str]:
    """How the draft differs from what is live, in sentences."""
    if result.same:
        return [w("This draft does the same as what is live.")]
    if (live := result.live) is None:
        return [w("No version of this Flow is live, so there is nothing to compare it with.")]
    draft = result.draft
    said = [
        _more(draft.sent - live.sent, *_MESSAGES, w),
        _more(draft.people - live.people, *_COME_IN, w),
        _more(draft.mailed - live.mailed, *_GET, w),
        _more(draft.twice - live.twice, *_GET_TWO, w),
    ]
    return [one for one in said if one] or [w("It would send as much, to as many people.")]


def really(result: Backtest, w: Words) -> str:
    """What really went out in that time; "" if it was never live."""
    if result.really_sent is None:
        return ""
    sent = result.really_sent
    return w("{n} Message of this Flow really went out then. | {n} Messages of this Flow really went out then.", n=sent)


def left_out(result: Backtest, w: Words) -> list[str]:
    """Who really was in the flow and is not in the play, so that what really went out is more."""
    if result.really_sent is None:
        return []
    said = []
    if n := result.let_in:
        text = w(
            "{n} person whom it let in at publishing is not played. "
            "| {n} people whom it let in at publishing are not played.",
            n=n,
        )
        said.append(text)
    if n := result.were_inside:
        text = w(
            "{n} person who was inside at the beginning is not played. "
            "| {n} people who were inside at the beginning are not played.",
            n=n,
        )
        said.append(text)
    return said


def exactness(result: Backtest, w: Words) -> str:
    """How exact the times are, and what is not known any more."""
    minutes = result.grain // MINUTE
    return w(
        "Times are right to {n} minute. Fields of Contacts are those of today: what they were then is not kept."
        " | Times are right to {n} minutes. Fields of Contacts are those of today: what they were then is not kept.",
        n=minutes,
    )


def _way_out(one: Ended, w: Words) -> str:
    if one.code == "exit_event":
        return w("Left, because {event} happened", event=Quoted(one.event))
    if one.code == "held_out":
        return w("Held out, to compare")
    if one.state == "replaced":
        return w("Left for a newer Run")
    if one.state == "failed":
        return w("Stopped by a Block that failed")
    return w("Reached the end of the Flow") if one.state == "ended" else w("Left in another way")


def _more(by: int, more: Phrase, fewer: Phrase, w: Words) -> str:
    return w.text(Phrase((more if by > 0 else fewer).msgid, {"n": abs(by)})) if by else ""


def _noon(day: Day) -> int:
    return day.start + 12 * 60 * MINUTE
