"""Blocks of the family "sends"."""
