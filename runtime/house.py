"""One installation, opened: what every room is handed instead of finding it by itself."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from runtime.clock import Clock, SystemClock
from runtime.desk import Desk
from runtime.key import secret_key
from runtime.ledger import Ledger
from runtime.settings import BadSetting, Settings
from runtime.vault import Vault


@dataclass(frozen=True)
class House:
    """The open installation. `ring` wakes the worker after a commit; it is cheap and may be lost without harm."""

    settings: Settings
    ledger: Ledger
    desk: Desk
    vault: Vault
    clock: Clock
    ring: Callable[[], object]
    paper: bool = False
    """Whether it is only rehearsed here: nothing may leave, and no code may be real."""

    def close(self) -> None:
        """Close the database."""
        self.ledger.close()


def open_house(settings: Settings, *, clock: Clock | None = None, ring: Callable[[], object] | None = None) -> House:
    """Open (at first: make) the data folder and the database. Without `ring`, the queue's own bell is used. Raises BadSetting
    where there can be no such folder."""
    _make(settings.data)
    key = secret_key(settings)  # before anything else is made: where it is missing later, it was lost
    ledger = Ledger.open(settings.database)
    if ring is None:
        from runtime.doorbell import Doorbell

        ring = Doorbell(settings).ring
    return House(
        settings=settings,
        ledger=ledger,
        desk=Desk(settings.data / "desk"),
        vault=Vault(key),
        clock=clock or SystemClock(),
        ring=ring,
    )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # customers' addresses are nobody else's business
    except PermissionError:
        raise  # it is there, or could be, and is somebody else's
    except OSError as error:
        raise BadSetting(
            f"The data folder {folder} cannot be made: {error.strerror}. Choose another with --data."
        ) from None
