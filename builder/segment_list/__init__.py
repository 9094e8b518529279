"""The list of segments: what it shows, and how a new one begins."""
