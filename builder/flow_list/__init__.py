"""The list of flows: what stands in it, what can be done to each, and where a new one comes from."""
