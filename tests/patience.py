"""How long tests wait for what others do."""

PATIENCE = 60.0
"""Seconds. Only what never happens takes this long; a busy machine is no failure."""
