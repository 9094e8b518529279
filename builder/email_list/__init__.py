"""The list of e-mails: what stands in it, their small pictures, what can be done to each."""
