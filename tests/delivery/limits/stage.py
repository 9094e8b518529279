"""Somebody who may be written to, and what is decided about it, without a database."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from blocks.hours import Quiet
from blocks.limits import Cap, Limits
from blocks.phrase import dump_arg
from blocks.values import micros, moment
from runtime.delivery.decision.permission import Decision, Facts, Postponed, Refused
from runtime.reasons import reason_phrase
from runtime.words import words

BANGKOK, NEW_YORK, LORD_HOWE = (ZoneInfo(name) for name in ("Asia/Bangkok", "America/New_York", "Australia/Lord_Howe"))
ONE_A_DAY, TWO_A_DAY, FIVE_A_WEEK = Cap(most=1), Cap(most=2), Cap(most=5, per="week")
ONE_IN_24_HOURS = Cap(most=1, per="hours", hours=24)
NIGHT = Quiet(start="21:00", end="08:00")


def at(text: str, zone: ZoneInfo = BANGKOK) -> int:
    """The instant at which a clock in `zone` shows "2026-11-21 16:00"."""
    return micros(datetime.fromisoformat(text).replace(tzinfo=zone))


def clock(us: int, zone: ZoneInfo) -> str:
    """What a clock in `zone` shows then."""
    return f"{moment(us).astimezone(zone):%Y-%m-%d %H:%M}"


def facts(limits: Limits, now: str, zone: ZoneInfo = BANGKOK, *got: str) -> Facts:
    """Somebody who agreed to marketing, lives in `zone`, and `got` that much already."""
    out = tuple(at(text, zone) for text in got)
    common = Facts(marketing=True, test=False, address="dewi@example.com", consent="yes", flow_state="live")
    return replace(common, limits=limits, now=at(now, zone), home=zone, out=out, flow=1)


def waits_until(decision: Decision, zone: ZoneInfo) -> str:
    """Until when it is postponed, by the contact's clock."""
    assert isinstance(decision, Postponed), decision
    return clock(decision.until, zone)


def said(decision: Decision) -> str:
    """Its reason, as a marketer in Bangkok reads it."""
    assert isinstance(decision, Postponed | Refused)
    kept = {name: dump_arg(value) for name, value in decision.args.items()}
    return words("en").text(reason_phrase(decision.code, kept), at("2026-11-21 12:00"))
