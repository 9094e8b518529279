"""Adding people to a flow: from the page of one contact, or many at once from the page of those inside."""
