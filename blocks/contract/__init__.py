"""The contract of a block: settings, one sentence, ways out, a decision.

A block's fields are its settings and `run` is its behaviour. It does no I/O and asks neither clock nor dice: all that it
may know or do is in `ctx`. It returns what it decided; the engine records the decision and the effects together.
"""

from blocks.contract.block import Block
from blocks.contract.brought import DATE, Brought, Elsewhere, Subject, Timed
from blocks.contract.context import Context, Offer, TooMuchKept, UndeclaredRead
from blocks.contract.decisions import Decision, Go, Reason, Sleep, Stop
from blocks.contract.known import Calendar, Known, KnownFlow, Problem, PutAway, Today
from blocks.contract.looks import Card, Family, Outlet, Preset
from blocks.contract.send import Send
from blocks.contract.trigger import Farewell, Trigger

__all__ = [
    "DATE",
    "Block",
    "Brought",
    "Calendar",
    "Card",
    "Context",
    "Decision",
    "Elsewhere",
    "Family",
    "Farewell",
    "Go",
    "Known",
    "KnownFlow",
    "Offer",
    "Outlet",
    "Preset",
    "Problem",
    "PutAway",
    "Reason",
    "Send",
    "Sleep",
    "Stop",
    "Subject",
    "Timed",
    "Today",
    "TooMuchKept",
    "Trigger",
    "UndeclaredRead",
]
