"""Segments: rules that contacts meet, and lists that they are put on; who is in them, now and as time passes."""
