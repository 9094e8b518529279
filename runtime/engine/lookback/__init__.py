"""What rules and blocks ask about the past of a contact or a run, fetched once a batch for those that declared it."""
