"""Blocks of the family "splits"."""
