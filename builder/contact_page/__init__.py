"""The larger parts of a contact's page."""
