"""Real installations for these tests."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.start.installation import Installation


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Installation]]:
    """Starts installations on a free port, and ends them with the test."""
    started: list[Installation] = []

    def begin(*words: str, data: Path = tmp_path / "data", **how: Any) -> Installation:
        started.append(Installation(data, *(("--port", "0") if "--port" not in words else ()), *words, **how))
        return started[-1]

    yield begin
    for one in started:
        one.stop()
