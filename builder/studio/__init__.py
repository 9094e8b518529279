"""The e-mail studio: sections, their forms, and the e-mail as a contact will get it."""
