"""What may be wrong with an e-mail."""

from dataclasses import dataclass
from typing import Literal

from blocks.phrase import Phrase


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with an e-mail. "bad" stops publishing, "warn" does not."""

    code: str
    phrase: Phrase
    level: Literal["bad", "warn"] = "bad"
    section: str = ""
    """Id of the section, "" for the e-mail itself."""
    field: str = ""
