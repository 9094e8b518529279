"""Whether a contact may be written to, as a word with its colour."""

from builder.parts.controls import Tone
from runtime.people.consent import Standing
from runtime.words import Words


def consent_word(answer: Standing | None, blocked: str | None, reachable: bool, w: Words) -> tuple[str, Tone]:
    """`blocked` is why the address is suppressed, None if it is not; `reachable` is whether there is an address at all."""
    if not reachable:
        return w("No address"), ""
    if blocked is not None:
        return w("Blocked"), "bad"
    if answer is None:
        return w("Not asked"), ""
    return (w("Can get"), "ok") if answer.answer == "yes" else (w("Said no"), "bad")
