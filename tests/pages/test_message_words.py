"""The word for what became of a message."""

from builder.parts.message_state import state_word
from runtime.words import words


def test_what_lies_in_the_local_outbox_is_not_called_sent() -> None:
    w = words("en")
    assert state_word("sent", w, "kept_here") == "Kept here"
    assert state_word("sent", w) == "Sent"
    assert state_word("skipped", w, "no_consent") == "Not sent"
