"""Blocks of the family "timing"."""
