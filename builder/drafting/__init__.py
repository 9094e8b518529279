"""Editing a draft, a flow or an e-mail: what cards say, what differs from what is live, saving, and who else is there."""
