"""Who holds a lease: a process, named so that another on the same host can tell whether it still lives."""

import os
import socket
from pathlib import Path


def me() -> str:
    """This process: "host:pid:starttime"."""
    return f"{socket.gethostname()}:{os.getpid()}:{_start(os.getpid())}"


def is_dead(owner: str) -> bool:
    """Whether it is certain that a process has ended: it was of this host, and is not there any more."""
    host, number, start = ["", "", "", *owner.rsplit(":", 2)][-3:]
    if host != socket.gethostname() or not number.isdigit():
        return False
    pid = int(number)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    # The number may have been given to another process since.
    return _start(pid) != start


def _start(pid: int) -> str:
    """When a process began, in the kernel's ticks; "" where there is no /proc."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    # The second field, the name, may hold anything, but ends with the last ")".
    return stat.rpartition(")")[2].split()[19]
