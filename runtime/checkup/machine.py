"""The machine: Python, packages, files, time zones, disk, clock."""

import shutil
import sys
from datetime import UTC, datetime
from importlib import metadata
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from runtime.checkup.finding import Finding
from runtime.places import ROOT, STATIC, VERSION
from runtime.settings import Settings

LEAST_SPACE = 500_000_000
"""Free bytes below which the disk counts as full: the database's own housekeeping and some days of mail."""
BUILT = 2026
"""No clock that is right says an earlier year."""
SHIPPED = ("looks/tokens.css", "canvas/dist/index.js", "fonts/inter-latin-wght-normal.woff2")


def python(_settings: Settings) -> Finding:
    """Which Cartwheel, on which Python."""
    return Finding("good", f"{VERSION} on Python {'.'.join(map(str, sys.version_info[:3]))}")


def packages(_settings: Settings) -> Finding:
    """Whether the packages are those of the lock file."""
    lock = ROOT / "requirements.lock"
    if not lock.exists():
        return Finding("good", "installed as a package, without a lock file")
    # A line with ";" is for some systems only, and need not be here.
    lines = [
        line
        for line in lock.read_text("utf-8").splitlines()
        if "==" in line and line[0] not in " #" and ";" not in line
    ]
    pins = dict(line.split(" ")[0].split("==") for line in lines)
    wrong = [f"{name} is {found} instead of {pin}" for name, pin in pins.items() if (found := _found(name)) != pin]
    if wrong:
        return Finding("bad", "; ".join(wrong[:3]), "Delete the folder .venv and start ./run again.")
    return Finding("good", f"all {len(pins)} as in the lock file")


def files(_settings: Settings) -> Finding:
    """Whether what the browser gets is there."""
    missing = [name for name in SHIPPED if not (STATIC / name).exists()]
    if missing:
        return Finding("bad", f"missing in static/: {', '.join(missing)}", "Take the whole checkout again.")
    return Finding("good", "stylesheet, fonts and canvas are there")


def zones(_settings: Settings) -> Finding:
    """Whether the rules of the world's time zones are known."""
    try:
        ZoneInfo("Asia/Bangkok")
    except ZoneInfoNotFoundError:
        return Finding("bad", "unknown to this Python", "Delete the folder .venv and start ./run again.")
    return Finding("good", "known")


def disk(settings: Settings) -> Finding:
    """How much room the data folder has."""
    folder = next(folder for folder in (settings.data, *settings.data.parents) if folder.exists())
    free = shutil.disk_usage(folder).free
    said = f"{free / 1e9:.1f} GB free"
    if free < LEAST_SPACE:
        return Finding("bad", said, "Make room: events are refused when there is none left.")
    return Finding("good", said)


def clock(_settings: Settings) -> Finding:
    """What time it is."""
    now = datetime.now(UTC)
    said = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    if now.year < BUILT:
        return Finding("bad", said, "Set the clock: timedatectl set-ntp true")
    return Finding("good", said)


def _found(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "missing"


QUESTIONS = (
    ("Cartwheel", python),
    ("Packages", packages),
    ("Files", files),
    ("Time zones", zones),
    ("Disk", disk),
    ("Clock", clock),
)
