"""Rehearsal: what a draft would do with a contact, lived through at once on a ledger in memory.

The same engine and the same delivery as always, with a clock that jumps from one due moment to the next and the local
outbox for a carrier. Nothing leaves, and nothing is written to the installation's own ledger or desk.
"""

from runtime.rehearsal.examples import Tried, begins, happenings, made_up, run_examples
from runtime.rehearsal.kept import kept_example
from runtime.rehearsal.paths import laid_over, value_at
from runtime.rehearsal.rehearse import Stopped, rehearse
from runtime.rehearsal.script import Happening, MadeUp, NoScript, Opening, Question, read_script
from runtime.rehearsal.told import Entry, Letter, Passed, Rehearsal

__all__ = [
    "Entry",
    "Happening",
    "Letter",
    "MadeUp",
    "NoScript",
    "Opening",
    "Passed",
    "Question",
    "Rehearsal",
    "Stopped",
    "Tried",
    "begins",
    "happenings",
    "kept_example",
    "laid_over",
    "made_up",
    "read_script",
    "rehearse",
    "run_examples",
    "value_at",
]
