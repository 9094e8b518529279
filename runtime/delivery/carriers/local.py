"""The local outbox: where no mail server is set up, a message counts as sent when it can be read on its page."""

from collections.abc import Sequence

from runtime.delivery.carriers import Parcel
from runtime.delivery.carriers.trouble import Trouble
from runtime.delivery.sending.answers import Answer


class Local:
    """Carries parcels nowhere; the ledger keeps what every message said anyway."""

    name = "local"
    at_once = 25

    def trouble(self) -> Trouble | None:
        return None

    def room(self, wanted: int) -> int:
        return min(wanted, self.at_once)

    def room_at(self, place: str) -> int:
        """All goes to one place, which is not named."""
        return self.at_once

    def begin(self, parcels: Sequence[Parcel]) -> None:
        """There is nobody to tell."""

    def go(self, parcels: Sequence[Parcel]) -> None:
        for parcel in parcels:
            parcel.done(parcel, Answer("accepted"))

    def drop(self, parcels: Sequence[Parcel]) -> None:
        """Nothing was begun."""

    def tick(self, now: float) -> None:
        """Nothing takes time here."""

    def close(self) -> None:
        """There is nobody to part from."""
