"""Blocks of the family "triggers"."""
