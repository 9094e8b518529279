"""A child's tie to the process that started it: when that one is gone, however it went, the child stops as well.

The supervisor holds one end of a pipe and gives the child the other. The kernel closes the supervisor's end whatever
ends it, `kill -9` included, and the child reads the end of the file.
"""

import os
import signal
import threading

VARIABLE = "CARTWHEEL_LIFELINE"
"""Environment variable with the number of the pipe's reading end."""
GRACE = 8.0
"""Seconds a child has to finish what is in hand."""


def hold() -> None:
    """Ask this process to stop when its supervisor is gone. Without a supervisor: nothing."""
    number = os.environ.pop(VARIABLE, "")
    if number:
        os.set_inheritable(int(number), False)
        threading.Thread(target=_watch, args=(int(number),), name="lifeline", daemon=True).start()


def _watch(end: int) -> None:
    os.read(end, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(GRACE)
    os._exit(1)
