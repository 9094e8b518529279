"""Phrases into the reader's language: the only place where what a person reads on screen becomes text.

    w = words("th")
    w("Publish")                      a message id
    w("{n} Run | {n} Runs", n=3)      with values; " | " separates one from many
    w.text(block.say(known))          a Phrase, however deep

Message ids are the English texts. `python -m runtime.words.gather` brings the catalogs up to date with the code.
"""

from runtime.words.catalog import LANGUAGES
from runtime.words.words import Words, words

__all__ = ["LANGUAGES", "Words", "words"]
