"""What the histories of the invariants are made of, and how many of them are lived through."""

import os

from hypothesis import strategies as st

from blocks.values import micros
from tests.blocks.facts import utc
from tests.conftest import THE_MORNING
from tests.invariants.flows import FLOWS

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
"""For the night. Otherwise the same few histories each time, so that nobody's change fails by chance."""

PEOPLE = st.sampled_from(["dewi@example.com", "budi@example.com", "hannah@example.com"])
SLUGS = st.sampled_from(sorted(FLOWS))
CHANGES = st.sampled_from(["pause", "resume", "spread", "skip", "finish", "archive"])
DEEDS = st.sampled_from(["skip", "move", "remove", "undo", "retry"])
"""What a person does to those inside."""
MOVES = st.sampled_from(["stay", "keep", "renew", "to", "leave"])
"""What becomes of those inside when a version is published."""
ANSWERS = st.sampled_from([None, "yes", "yes", "no"])
"""What somebody says to mail, if anything."""
TOKENS = st.sampled_from(["c1", "c2", "c3"])
"""Carts, and the orders that come of them."""
PLACES = st.sampled_from(
    [
        ("Asia/Bangkok", micros(THE_MORNING)),
        ("Asia/Jakarta", micros(THE_MORNING)),
        ("America/New_York", micros(utc("2026-10-31T16:00"))),
        ("America/New_York", micros(utc("2027-03-13T16:00"))),
        ("Europe/London", micros(utc("2026-10-24T14:00"))),
        ("Europe/London", micros(utc("2027-03-27T14:00"))),
        ("Australia/Lord_Howe", micros(utc("2026-10-03T08:00"))),
        ("Australia/Lord_Howe", micros(utc("2027-04-03T08:00"))),
    ]
)
"""Where the shop is, and when its story begins: where there is daylight saving, the day before clocks are changed."""
