"""The page of one segment: its rule, how many it would match now, and who is in it."""
