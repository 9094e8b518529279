"""What a person typed that cannot be taken, in a sentence for that person."""

from blocks.phrase import Phrase


class Refused(Exception):
    """Nothing was changed. `phrase` says what is wrong, `field` names the field on the form."""

    def __init__(self, phrase: Phrase, field: str = "") -> None:
        super().__init__(phrase.msgid)
        self.phrase = phrase
        self.field = field
