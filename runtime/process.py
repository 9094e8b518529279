"""How a long-running process of ours begins and ends: whom it talks to, when it stops, how it excuses itself."""

import gc
import logging
import os
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from runtime import lifeline
from runtime.calm import Calm
from runtime.settings import BadSetting, Settings, load_settings

log = logging.getLogger(__name__)

NEEDS_A_PERSON = 78
"""Exit code: starting again would fail in the same way (sysexits' EX_CONFIG)."""
TRY_AGAIN = 75
"""Exit code: something outside is missing that may come back, such as the database (EX_TEMPFAIL)."""


def run(name: str, work: Callable[[Settings], None]) -> NoReturn:
    """Do `work` with the settings of the environment, and exit; what an operator can mend is said in one line."""
    log_as(name)
    os.umask(0o077)
    lifeline.hold()
    sys.exit(_attempt(work))


def settle_in() -> None:
    """Say that all is loaded. What is there now stays, so the collector need not look at it again and again, and it may
    look less often: of what intake and engine make, next to nothing has circles. A seventh of intake's time is saved, and a
    sixth of a backtest's."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def log_as(name: str) -> None:
    """One line a matter on standard error: what we say ourselves, and of libraries what is a warning or worse."""
    form = f"%(asctime)s {name}: %(message)s"
    logging.basicConfig(level=logging.WARNING, format=form, datefmt="%Y-%m-%d %H:%M:%S", force=True)
    for handler in logging.getLogger().handlers:
        handler.addFilter(Calm())
    for room in ("blocks", "runtime", "builder"):
        logging.getLogger(room).setLevel(logging.INFO)


def _attempt(work: Callable[[Settings], None]) -> int:
    from runtime.ledger import CannotMigrate, SchemaTooNew

    try:
        work(load_settings())
    except (BadSetting, SchemaTooNew, CannotMigrate) as mistake:
        log.error("%s", mistake)
        return NEEDS_A_PERSON
    except OSError as refused:
        log.error("Cannot go on: %s", refused)
        return TRY_AGAIN
    except Exception as error:
        if (trouble := database_trouble(error)) is None:
            raise
        log.error("%s", trouble)
        return TRY_AGAIN if trouble.may_pass else NEEDS_A_PERSON
    return 0


@dataclass(frozen=True, slots=True)
class DatabaseTrouble:
    """What keeps the database from being used, and whether that may pass by itself."""

    said: str
    may_pass: bool

    def __str__(self) -> str:
        return f"The database cannot be used: {self.said}"


def database_trouble(error: Exception) -> DatabaseTrouble | None:
    """The trouble, if it was the database that failed and not what it was asked."""
    from sqlalchemy.exc import DatabaseError, OperationalError, ProgrammingError

    if not isinstance(error, DatabaseError):
        return None
    said = str(error.orig).strip().splitlines()[0]
    if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        cure = "The file is damaged or was never a database. Stop Cartwheel and put back the copy of it that was kept."
        return DatabaseTrouble(f"{said}. {cure}", may_pass=False)
    if isinstance(error, ProgrammingError) and error.statement is None:  # the address names an option that there is not
        return DatabaseTrouble(said, may_pass=False)
    return DatabaseTrouble(said, may_pass=True) if isinstance(error, OperationalError) else None
