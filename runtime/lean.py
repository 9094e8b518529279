"""Importing a library without the companions that it takes along wherever it finds them.

Huey loads every database client there is, NiceGUI's socket library three web clients; together that is 0.4 s of a start and
36 MB of the two processes, for what is never called.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_one_at_a_time = threading.RLock()


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Inside, packages of these names count as not installed, unless they are loaded already.

    Other threads see that too, so it is for a start; two of these never overlap.
    """
    modules: dict[str, Any] = sys.modules
    with _one_at_a_time:
        hidden = [name for name in names if name not in modules]
        modules.update(dict.fromkeys(hidden))  # None is what an import takes for "not installed"
        try:
            yield
        finally:
            for name in hidden:
                del modules[name]
