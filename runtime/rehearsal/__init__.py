"""Rehearsal: what a draft would do with a contact, lived through at once on a ledger in memory.

The same engine and the same delivery as always, with a clock that jumps from one due moment to the next and the local
outbox for a carrier. Nothing leaves, and nothing is written to the installation's own ledger or desk.
"""

from runtime.rehearsal.rehearse import Stopped, rehearse
from runtime.rehearsal.script import Happening, MadeUp, NoScript, read_script
from runtime.rehearsal.told import Entry, Letter, Passed, Rehearsal

__all__ = [
    "Entry",
    "Happening",
    "Letter",
    "MadeUp",
    "NoScript",
    "Passed",
    "Rehearsal",
    "Stopped",
    "read_script",
    "rehearse",
]
