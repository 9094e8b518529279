"""How a long-running process of ours begins and ends: whom it talks to, when it stops, how it excuses itself."""

import gc
import logging
import sys
from collections.abc import Callable
from typing import NoReturn

from runtime import lifeline
from runtime.settings import BadSetting, Settings, load_settings

log = logging.getLogger(__name__)

NEEDS_A_PERSON = 78
"""Exit code: starting again would fail in the same way (sysexits' EX_CONFIG)."""
TRY_AGAIN = 75
"""Exit code: something outside is missing that may come back, such as the database (EX_TEMPFAIL)."""


def run(name: str, work: Callable[[Settings], None]) -> NoReturn:
    """Do `work` with the settings of the environment, and exit; what an operator can mend is said in one line."""
    log_as(name)
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
    for room in ("blocks", "runtime", "builder"):
        logging.getLogger(room).setLevel(logging.INFO)


def _attempt(work: Callable[[Settings], None]) -> int:
    from runtime.ledger import SchemaTooNew

    try:
        work(load_settings())
    except (BadSetting, SchemaTooNew) as mistake:
        log.error("%s", mistake)
        return NEEDS_A_PERSON
    except OSError as refused:
        log.error("Cannot go on: %s", refused)
        return TRY_AGAIN
    except Exception as error:
        if (unreachable := database_trouble(error)) is None:
            raise
        log.error("The database cannot be used: %s", unreachable)
        return TRY_AGAIN
    return 0


def database_trouble(error: Exception) -> str | None:
    """What the driver said, if it was the database that failed."""
    from sqlalchemy.exc import OperationalError

    return str(error.orig).strip().splitlines()[0] if isinstance(error, OperationalError) else None
