"""Numbers for screens: what happened, counted. Reads only, and only by way of an index."""
