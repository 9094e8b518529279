"""People: who a contact is, what is known of them, what they agreed to, and what happened."""
