"""The installation: data folder, key, database, queue, worker, mail server, public address."""

import fcntl
import getpass
import json
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote

from sqlalchemy import func, make_url, select, text

from runtime import pulse
from runtime.accounts import workspaces
from runtime.checkup.finding import Finding
from runtime.clock import SECOND
from runtime.delivery.carriers.connect import CannotConnect, connect
from runtime.delivery.decision.readiness import NO_SENDER
from runtime.delivery.preferred import has_mail_server, ready, server_of
from runtime.doorbell import Doorbell
from runtime.house import House, open_house
from runtime.key import is_lost, key_file, secret_key
from runtime.ledger import Ledger
from runtime.ledger.schema import HEAD, is_ours
from runtime.ledger.tables import event
from runtime.public_address import is_local, takes_one_click
from runtime.reasons import reason_phrase
from runtime.settings import BadSetting, Settings
from runtime.words import words

FUTURE = 60 * SECOND
"""A pulse that is further ahead than this was taken by a clock that went wrong."""
PATIENCE = 10.0
"""Seconds that each step of greeting the mail server may take."""
LATER = "will be made at the first start"
ELSEWHERE = "Choose another with --data."
SOMEBODY_ELSES = "Ask this as the user that runs Cartwheel, or choose another with --data."


def unusable(settings: Settings) -> Finding | None:
    """Why nothing can be kept in the data folder, if so."""
    folder = settings.data
    try:
        there = next(one for one in (folder, *folder.parents) if one.exists())
    except OSError as error:
        cure = SOMEBODY_ELSES if isinstance(error, PermissionError) else ELSEWHERE
        return Finding("bad", f"{folder} cannot be opened: {error.strerror}", cure)
    if not there.is_dir():
        return Finding("bad", f"{there} is a file and no folder", ELSEWHERE)
    try:
        tempfile.TemporaryFile(dir=there).close()
    except OSError as error:
        if there != folder:
            return Finding("bad", f"{folder} cannot be made: {error.strerror}", ELSEWHERE)
        cure = f"Put that right. {ELSEWHERE}"
        if isinstance(error, PermissionError):
            give = f"Give it to the user that runs Cartwheel: chown -R {getpass.getuser()} {quote(str(folder))}"
            cure = give if _ours(folder) else SOMEBODY_ELSES
        return Finding("bad", f"{folder} cannot be written: {error.strerror}", cure)
    return None


def data(settings: Settings) -> Finding:
    """Whether the data folder can be written, and only by us."""
    folder = settings.data
    if (trouble := unusable(settings)) is not None:
        return trouble
    if not folder.exists():
        return Finding("note", f"{folder} {LATER}")
    if folder.stat().st_mode & 0o077:
        # What belongs to something else is not closed to it.
        alone = _ours(folder) or not any(folder.iterdir())
        cure = f"chmod -R go= {quote(str(folder))}" if alone else "Choose a folder of its own with --data."
        return Finding("bad", f"{folder} is open to other users of this machine", cure)
    return Finding("good", str(folder))


def _ours(folder: Path) -> bool:
    """Whether Cartwheel has kept something there, as far as we may see."""
    try:
        return any((folder / name).exists() for name in ("running.lock", "secret.key", "cartwheel.db", "desk"))
    except PermissionError:
        return False


def key(settings: Settings) -> Finding:
    """Whether the installation's key is there, long enough and secret."""
    file = key_file(settings)
    if not settings.secret_key and not file.exists() and not is_lost(settings):
        return Finding("note", LATER)
    try:
        secret_key(settings)
    except BadSetting as wrong:
        said, _, cure = str(wrong).partition(". ")
        return Finding("bad", said, cure)
    if settings.secret_key:
        return Finding("good", "from CARTWHEEL_SECRET_KEY")
    if file.stat().st_mode & 0o077:
        return Finding("bad", f"{file} can be read by other users of this machine", f"chmod 600 {file}")
    return Finding("good", f"{file}; keep a copy of it with the database")


def database(settings: Settings) -> Finding:
    """Whether the ledger answers, and whether its tables are ours."""
    if not _made(settings):
        return Finding("note", LATER)
    found, where = _revision(settings), _where(settings)
    if found is None:
        return Finding("note", f"{where}; its tables will be made at the first start")
    if not is_ours(found):
        cure = "Start the newer version, or choose another folder with --data."
        return Finding("bad", f"{where}, was written by a newer Cartwheel (revision {found})", cure)
    if found != HEAD:
        cure = "Keep a copy of it; the next start brings it up to date."
        return Finding("note", f"{where}, at revision {found} instead of {HEAD}", cure)
    return Finding("good", f"{where}, up to date (revision {found})")


def queue(settings: Settings) -> Finding:
    """Whether the doorbell can be rung."""
    if not settings.data.exists():
        return Finding("note", LATER)
    if not settings.queue_url and _made(settings):
        _revision(settings)  # it may be in the database, and then what that one lacks is said there
    bell = Doorbell(settings)
    try:
        bell.waiting()
    except Exception as error:  # noqa: BLE001 - any driver's error means the same
        cure = "Start it, or correct CARTWHEEL_QUEUE_URL. Nothing is lost meanwhile, but all is a second or two late."
        return Finding("bad", f"cannot be reached: {str(error).strip().splitlines()[0]}", cure)
    finally:
        bell.close()
    return Finding("good", "answers")


def worker(settings: Settings) -> Finding:
    """Whether the worker has been heard lately."""
    with _opened(settings) as house:
        last = pulse.heard(house, "worker") if house else None
        if house is None or last is None:
            return _unread(settings, "has never run here; ./run starts it")
        ago = house.clock.now() - last.at
        lives = pulse.worker_lives(house)
    if ago < -FUTURE:
        cure = "Set the clock: timedatectl set-ntp true. Waits last longer until it is right."
        return Finding("bad", f"was heard {-ago / SECOND:.0f} s from now: the machine's clock went back", cure)
    said = f"process {last.state.get('pid')} on {last.state.get('host')} was heard {max(ago, 0) / SECOND:.0f} s ago"
    if lives:
        return Finding("good", said)
    if _is_running(settings):
        return Finding("bad", said, "The web process runs and the worker does not: stop Cartwheel and start it again.")
    return Finding("note", f"{said}; Cartwheel is not running")


def events(settings: Settings) -> Finding:
    """Whether all that was told could be taken in."""
    with _opened(settings) as house:
        if house is None:
            return _unread(settings, "asked when there is a database")
        with house.ledger.read() as tx:
            aside: int = tx.scalar(select(func.count()).select_from(event).where(event.c.state == "failed"))
    if aside:
        said = "1 event was set aside" if aside == 1 else f"{aside:,} events were set aside"
        cure = "The log says which and why. A newer Cartwheel may take them in: they are tried at every start."
        return Finding("bad", said, cure)
    return Finding("good", "none was set aside")


def mail(settings: Settings) -> Finding:
    """Whether the mail server takes us in; nothing is sent."""
    with _opened(settings) as house:
        if house is None:
            said = "asked when there is a database" if settings.smtp_url else f"{LATER}, as a local outbox"
            return _unread(settings, said)
        with house.ledger.read(workspaces.first(house)) as tx:
            server, shop = server_of(house, tx), ready(house, tx)
    source = "the mail server on the settings page" if server.own else "CARTWHEEL_SMTP_URL"
    cure = f"Correct {source}. Messages are safe and wait meanwhile."
    if server.wrong is not None:
        return Finding("bad", f"{source}: {words('en').text(server.wrong)}", cure)
    if server.address is None:
        return Finding(
            "note", "none; mail stays in the local outbox", "Set CARTWHEEL_SMTP_URL to send mail to customers."
        )
    try:
        connect(server.address, server.ehlo, PATIENCE).socket.close()
    except CannotConnect as error:
        if error.for_now:
            cure = "The settings are right as far as that goes: try again later. Messages are safe and wait meanwhile."
        return Finding("bad", words("en").text(reason_phrase(error.trouble.code, error.trouble.args)), cure)
    named = f", as {server.address.user}" if server.address.user else ""
    over = "; CARTWHEEL_SMTP_URL counts only without it" if server.own and settings.smtp_url else ""
    said = f"{server.address.host}:{server.address.port} takes us in{named} ({source}{over})"
    if shop.still(NO_SENDER) is not None:
        cure = "Type the sender’s address on the settings page. E-mails that name none of their own wait meanwhile."
        return Finding("bad", f"{said}, but no sender’s address is set", cure)
    return Finding("good", said)


def public(settings: Settings) -> Finding:
    """Whether customers can reach this installation."""
    if is_local(settings.base_url):
        cure = "Set CARTWHEEL_BASE_URL before mail goes to customers: the links in it lead there."
        where = f"{settings.base_url} is" if settings.base_url else "not set; links in e-mails work"
        said = f"{where} on this machine or its network only"
        if _has_mail_server(settings):
            cure = "Set CARTWHEEL_BASE_URL to an address that customers can open, and start Cartwheel again."
            return Finding("bad", f"{said}, so marketing e-mails wait", cure)
        return Finding("note", said, cure)
    try:
        with urllib.request.urlopen(f"{settings.base_url}/health", timeout=5) as answer:  # noqa: S310 - checked to be http(s)
            ours = json.load(answer).get("ok") is True
    except (OSError, ValueError, AttributeError) as error:
        why = getattr(error, "reason", error)
        cure = "Is Cartwheel running, and does the proxy in front lead to it?"
        return Finding("bad", f"{settings.base_url} does not answer: {why}", cure)
    if not ours:
        return Finding("bad", f"{settings.base_url} is not Cartwheel", "Point the proxy in front to Cartwheel.")
    if not takes_one_click(settings.base_url):
        said = f"{settings.base_url} answers, but anyone on the way can read along, and mailboxes show no button to unsubscribe"
        return Finding("note", said, "Use https://")
    return Finding("good", f"{settings.base_url} answers")


def _has_mail_server(settings: Settings) -> bool:
    with _opened(settings) as house:
        return bool(settings.smtp_url) if house is None else has_mail_server(house, workspaces.first(house))


def _made(settings: Settings) -> bool:
    """Whether there is a database at all; asking a SQLite file that is missing would make it."""
    url = make_url(settings.database)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").exists()


def _revision(settings: Settings) -> str | None:
    ledger = Ledger(settings.database)
    try:
        with ledger.read() as tx:
            if not tx.connection.dialect.has_table(tx.connection, "alembic_version"):
                return None
            found: str | None = tx.scalar(text("SELECT version_num FROM alembic_version"))
            return found
    finally:
        ledger.close()


def _unread(settings: Settings, empty: str) -> Finding:
    """What is said where nothing can be read: `empty`, unless there is a database of another Cartwheel, in which it stands."""
    made = _made(settings) and _revision(settings) not in (None, HEAD)
    return Finding("note", "not known while the database is of another version" if made else empty)


def _where(settings: Settings) -> str:
    url = make_url(settings.database)
    if url.get_backend_name() != "sqlite":
        return url.render_as_string(hide_password=True)
    return f"SQLite, {Path(url.database or '').stat().st_size / 1e6:.1f} MB"


@contextmanager
def _opened(settings: Settings) -> Iterator[House | None]:
    """The installation, if its database is there and ours; else None."""
    if not _made(settings) or _revision(settings) != HEAD:
        yield None
        return
    house = open_house(settings, ring=lambda: None)
    try:
        yield house
    finally:
        house.close()


def _is_running(settings: Settings) -> bool:
    """Whether a supervisor holds the data folder."""
    try:
        with (settings.data / "running.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


QUESTIONS = (
    ("Data folder", data),
    ("Key", key),
    ("Database", database),
    ("Queue", queue),
    ("Worker", worker),
    ("Events", events),
    ("Mail server", mail),
    ("Public address", public),
)
IN_FOLDER = (key, database, queue, worker, events, mail, public)
"""Those about what Cartwheel keeps, which it cannot without its folder."""
