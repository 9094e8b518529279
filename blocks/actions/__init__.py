"""Blocks of the family "actions"."""
