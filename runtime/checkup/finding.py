"""What a question of the doctor's found."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """`said` is for people; `cure` says what to do where the state is not good; `what` was asked about."""

    state: Literal["good", "note", "bad"]
    said: str
    cure: str = ""
    what: str = ""
