"""What the histories of the invariants are made of, and how many of them are lived through."""

import os

from hypothesis import strategies as st

from tests.invariants.flows import FLOWS

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
"""For the night. Otherwise the same few histories each time, so that nobody's change fails by chance."""

PEOPLE = st.sampled_from(["dewi@example.com", "budi@example.com", "hannah@example.com"])
SLUGS = st.sampled_from(sorted(FLOWS))
ANSWERS = st.sampled_from([None, "yes", "yes", "no"])
"""What somebody says to mail, if anything."""
TOKENS = st.sampled_from(["c1", "c2", "c3"])
"""Carts, and the orders that come of them."""
