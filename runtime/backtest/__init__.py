"""Backtest: what a draft would have done with the events that are recorded, beside what is live played in the same way.

The same engine and the same permission as always, on a scratch ledger with a clock that jumps from one due moment to the
next, and delivery on paper. Nothing leaves, and nothing is written to the installation's own ledger or desk.
`docs/backtest.md` says what it does exactly, and what it cannot know.
"""

from runtime.backtest.play import LONGEST, Backtest, Stopped, backtest
from runtime.backtest.told import Day, Ended, Got, Mailed, Played, Sender, why

__all__ = [
    "LONGEST",
    "Backtest",
    "Day",
    "Ended",
    "Got",
    "Mailed",
    "Played",
    "Sender",
    "Stopped",
    "backtest",
    "why",
]
