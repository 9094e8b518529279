"""The installation's key: one for all, whole or not there, and never so short that it protects nothing."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from runtime.checkup import installation
from runtime.house import open_house
from runtime.key import key_file, secret_key
from runtime.settings import BadSetting, Settings
from tests.start.installation import Start


def test_web_and_worker_that_start_together_have_the_same_key(tmp_path: Path) -> None:
    def both(settings: Settings) -> set[bytes]:
        ready = Barrier(2)

        def take() -> bytes:
            ready.wait()
            return secret_key(settings)

        with ThreadPoolExecutor(2) as processes:
            return {taken.result() for taken in [processes.submit(take) for _ in range(2)]}

    for number in range(100):
        settings = Settings(data=tmp_path / str(number))
        (key,) = both(settings)
        assert len(key) > 40
        assert [file.name for file in settings.data.iterdir()] == ["secret.key"], "nothing lies beside it"


def test_the_key_is_made_once_and_nobody_else_reads_it(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    assert secret_key(settings) == secret_key(settings)
    assert key_file(settings).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kept", [b"", b"\n", b"12345"])
def test_a_file_without_a_key_in_it_is_refused(tmp_path: Path, kept: bytes) -> None:
    settings = Settings(data=tmp_path)
    key_file(settings).write_bytes(kept)
    key_file(settings).chmod(0o600)
    with pytest.raises(BadSetting, match="holds no key"):
        secret_key(settings)
    assert key_file(settings).read_bytes() == kept, "what is there is for a person to judge"
    finding = installation.key(settings)
    assert (finding.state, "holds no key" in finding.said) == ("bad", True)


def test_a_key_that_is_lost_is_not_replaced_in_silence(tmp_path: Path) -> None:
    """Whoever puts back a copy without it has to see that it is missing, as long as it can still be found."""
    settings = Settings(data=tmp_path / "data")
    open_house(settings).close()
    key = key_file(settings).rename(tmp_path / "kept.key")
    with pytest.raises(BadSetting, match="is missing, though this folder has been used"):
        open_house(settings)
    assert installation.key(settings).state == "bad"
    assert not key_file(settings).exists()
    key.rename(key_file(settings))
    open_house(settings).close()


def test_a_key_that_can_be_guessed_is_refused(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, secret_key="doi leaf")
    with pytest.raises(BadSetting, match="short enough to be guessed"):
        secret_key(settings)
    assert installation.key(settings).state == "bad"


def test_an_installation_with_an_empty_key_does_not_start(start: Start, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "secret.key").touch(0o600)
    installation = start()
    installation.hears("secret.key holds no key")
    assert installation.wait() == 1
    assert not any("Traceback" in line for line in installation.lines)
