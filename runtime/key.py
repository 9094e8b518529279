"""The installation's key, which signs links and encrypts secrets: from the settings, else made once and kept in a file.

Web and worker start together and both want it at once, and a machine may stop at any moment. So it is written whole
beside its name and then linked to it: nobody ever reads half a key, and of two that are made the first one counts.
"""

import os
import secrets
import tempfile
from pathlib import Path

from runtime.settings import BadSetting, Settings

SHORTEST = 20
"""Characters that a key must have; whoever guesses a shorter one can forge links and read passwords."""


def secret_key(settings: Settings) -> bytes:
    """The key, made at first use and readable by its owner only. Raises BadSetting for what is too short to be one."""
    if settings.secret_key:
        if len(settings.secret_key) < SHORTEST:
            raise BadSetting(
                "CARTWHEEL_SECRET_KEY is short enough to be guessed. "
                f"Choose one of at least {SHORTEST} characters, or leave it empty."
            )
        return settings.secret_key.encode()
    file = key_file(settings)
    if not file.exists():
        if is_lost(settings):
            raise BadSetting(f"{file} is missing, though this folder has been used. {_CURE.format(file=file)}")
        _make(file)
    found = file.read_bytes()
    if len(found.strip()) < SHORTEST:
        raise BadSetting(f"{file} holds no key. {_CURE.format(file=file)}")
    return found


_CURE = (
    "Put back the copy of it that was kept. If there is none, make a new one: head -c 32 /dev/urandom | base64 > {file}   "
    "Links in sent e-mails are void then, and passwords and secrets have to be typed in again."
)


def is_lost(settings: Settings) -> bool:
    """Whether there is no key although there was one: it is made before anything else in the data folder."""
    if settings.secret_key or key_file(settings).exists():
        return False
    return any(settings.data.glob("cartwheel.db")) or any(settings.data.glob("desk/*.json"))


def key_file(settings: Settings) -> Path:
    """Where the key is kept."""
    return settings.data / "secret.key"


def _make(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # readable by its owner only
    try:
        with os.fdopen(handle, "wb") as new:
            new.write(secrets.token_urlsafe(32).encode())
            new.flush()
            os.fsync(new.fileno())
        os.link(name, file)
    except FileExistsError:
        pass  # another process was first, and its key counts
    finally:
        Path(name).unlink()
