"""What a message says: the same for sending, for a test to oneself and for the preview."""
