"""What stands in for a mail server whose address cannot be read."""

from collections.abc import Sequence

from runtime.delivery.carriers import Parcel
from runtime.delivery.carriers.trouble import Trouble


class Nowhere:
    """Carries nothing, and says why."""

    name = "nowhere"
    at_once = 1

    def __init__(self, why: Trouble) -> None:
        self._why = why
        self._asked = False

    def trouble(self) -> Trouble | None:
        asked, self._asked = self._asked, False
        return self._why if asked else None

    def room(self, wanted: int) -> int:
        self._asked = self._asked or wanted > 0
        return 0

    def room_at(self, place: str) -> int:
        """All goes to one place, which is not named."""
        return self.at_once

    def begin(self, parcels: Sequence[Parcel]) -> None:
        """Nothing ever begins, for there is no room."""

    def go(self, parcels: Sequence[Parcel]) -> None:
        """Nothing was begun."""

    def drop(self, parcels: Sequence[Parcel]) -> None:
        """Nothing was begun."""

    def tick(self, now: float) -> None:
        """Nothing takes time here."""

    def close(self) -> None:
        """There is nobody to part from."""
