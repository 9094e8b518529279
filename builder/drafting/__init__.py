"""Editing a draft, without a screen: what cards say, what differs from what is live, saving, and who else is there."""
