"""`cartwheel up`: starts web and worker, starts again what dies, and ends both when it ends.

It lives as long as the installation runs, so it imports the standard library only (11 MB instead of 40). The listening
socket is made here and handed to each web process: while one is started again, callers wait in line instead of being
turned away.
"""

import argparse
import errno
import fcntl
import json
import os
import resource
import selectors
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

FINISH = 8.0
"""Seconds the children have to finish what is in hand before they are killed."""
BACK_OFF = (1, 2, 5, 10, 30)
"""Seconds before a child is started again: the first time, the second, …"""
STEADY = 60.0
"""A child that lived for so many seconds is forgiven earlier deaths."""
PORT_PATIENCE = 4.0
"""Seconds to wait for the port of a predecessor that was killed and whose web process is still ending."""
MOST_FILES = 65_536
"""Files and connections that a process of ours may have open, where the machine lets it."""
NEEDS_A_PERSON = 78
"""A child's exit code that says: starting again would fail in the same way (`runtime/process.py`)."""


class Refused(Exception):
    """It cannot start; the message says why and what to do."""


def main() -> int:
    """Run until Ctrl-C or SIGTERM. Settings come from the environment; `cartwheel up` has checked them and put them there."""
    words = argparse.ArgumentParser(prog="cartwheel up")
    words.add_argument("--browser", action="store_true", help="open the browser when ready")
    words.add_argument("--link", action="store_true", help="print a sign-in link that works once")
    words.add_argument("--demo", action="store_true", help="furnish an empty installation with the demo shop")
    options = words.parse_args()
    os.umask(0o077)  # here and in all that it starts: customers' addresses are nobody else's business on this machine
    _allow_many_connections()
    data = Path(os.environ.get("CARTWHEEL_DATA", "data")).absolute()
    host, port = os.environ.get("CARTWHEEL_HOST", "127.0.0.1"), int(os.environ.get("CARTWHEEL_PORT", "8080"))
    try:
        lock, unclean = _lock(data)
        listening = _listen(host, port, PORT_PATIENCE if unclean else 0.0)
    except Refused as why:
        print(why, file=sys.stderr)
        return 1
    port = listening.getsockname()[1]
    address = os.environ.get("CARTWHEEL_BASE_URL") or f"http://{_reachable(host)}:{port}"
    _write(lock, {"pid": os.getpid(), "address": address})
    try:
        if options.demo:
            # Before the children start: what happened in the demo's past is no business of today's worker. A folder that
            # has events already says so and is started as it is.
            here = os.environ | {"CARTWHEEL_DATA": str(data), "CARTWHEEL_PORT": str(port)}
            subprocess.run([sys.executable, "-P", "-m", "builder.command", "demo"], env=here, check=False)
        return Supervisor(listening, address, data, options).run()
    finally:
        _write(lock, None)


def _allow_many_connections() -> None:
    """For this process and those it starts. By default 1,024 files may be open, and so many callers who say nothing would keep
    everybody else out."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class Child:
    """A process that is kept running."""

    def __init__(self, name: str, module: str, *words: str) -> None:
        self.name = name
        self.command = [sys.executable, "-P", "-m", module, *words]
        self.process: subprocess.Popen[bytes] | None = None
        self.since = 0.0
        self.deaths = 0
        self.start_at: float | None = 0.0

    def bury(self, now: float) -> int:
        """Note that it died and when to start it again; seconds until then."""
        self.process = None
        self.deaths = 1 if now - self.since > STEADY else self.deaths + 1
        pause = BACK_OFF[min(self.deaths, len(BACK_OFF)) - 1]
        self.start_at = now + pause
        return pause


class Supervisor:
    """Keeps web and worker running until it is told to stop."""

    def __init__(self, listening: socket.socket, address: str, data: Path, options: argparse.Namespace) -> None:
        self._listening = listening
        self._address = address
        self._data = data
        self._options = options
        self._web = Child("web", "builder.web", *(["--link"] if options.link else []))
        self._worker = Child("worker", "runtime.worker")
        self._children = (self._web, self._worker)
        self._selector = selectors.DefaultSelector()
        self._signals: list[int] = []
        self._greeted = False
        self._lifeline, self._kept_end = os.pipe()  # children read EOF from it when this process is gone

    def run(self) -> int:
        """The exit code: 0 when it was asked to stop."""
        self._listen_to_signals()
        while True:
            now = time.monotonic()
            for child in self._children:
                if child.start_at is not None and child.start_at <= now:
                    self._start(child)
            waiting = [child.start_at - now for child in self._children if child.start_at is not None]
            for key, _ in self._selector.select(min(waiting, default=None)):
                key.data(key.fileobj)
            if self._signals:
                return self._end(0)
            if self._reap():
                return self._end(1)

    def _listen_to_signals(self) -> None:
        woken, waker = socket.socketpair()
        woken.setblocking(False)
        waker.setblocking(False)
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number == signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
                continue  # started by nohup: it goes on when the terminal is gone
            signal.signal(number, lambda number, _frame: self._signals.append(number))
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._waker = waker
        self._selector.register(woken, selectors.EVENT_READ, lambda end: end.recv(64))
        if own := os.environ.pop("CARTWHEEL_LIFELINE", ""):  # whoever started this process is gone when it can be read
            self._selector.register(int(own), selectors.EVENT_READ, lambda _: self._signals.append(signal.SIGTERM))

    def _start(self, child: Child) -> None:
        handed = [self._lifeline]
        environment = os.environ | {
            "CARTWHEEL_DATA": str(self._data),
            "CARTWHEEL_PORT": str(self._listening.getsockname()[1]),
            "CARTWHEEL_LIFELINE": str(self._lifeline),
            "MALLOC_ARENA_MAX": "2",  # a heap for each thread would cost some 10 MB
        }
        ready = None
        if child is self._web:
            ready, told = os.pipe()
            handed += [self._listening.fileno(), told]
            environment |= {"CARTWHEEL_LISTENING": str(self._listening.fileno()), "CARTWHEEL_READY": str(told)}
        # A session of its own: Ctrl-C in the terminal reaches this process only, which passes it on once.
        child.process = subprocess.Popen(
            child.command, env=environment, stdin=subprocess.DEVNULL, pass_fds=handed, start_new_session=True
        )
        child.since, child.start_at = time.monotonic(), None
        if ready is not None:
            os.close(told)
            self._selector.register(ready, selectors.EVENT_READ, self._web_is_ready)

    def _web_is_ready(self, end: int) -> None:
        line = os.read(end, 4096)
        self._selector.unregister(end)
        os.close(end)
        if not line:
            return  # it died first
        link = json.loads(line).get("link")
        if self._greeted:
            say("The web process is back.")
            return
        self._greeted = True
        say(f"Cartwheel is ready at {self._address}")
        if link:
            say(f"Sign in with this link, which works once: {link}")
        say(f"Everything is kept in {self._data}. Stop with Ctrl-C.")
        if self._options.browser and _has_display():
            quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            subprocess.Popen([sys.executable, "-m", "webbrowser", "-t", link or self._address], **quiet)  # type: ignore[call-overload]

    def _reap(self) -> bool:
        """Whether a child died in a way that only a person can mend."""
        for child in self._children:
            code = child.process.poll() if child.process else None
            if code == NEEDS_A_PERSON:
                child.process = None
                return True
            if code is not None:
                how = f"was killed (signal {-code})" if code < 0 else f"stopped (exit code {code})"
                pause = child.bury(time.monotonic())
                say(f"The {child.name} process {how}. Starting it again in {pause} s.")
        return False

    def _end(self, code: int) -> int:
        """One SIGTERM to each child, time to finish, then SIGKILL. A second Ctrl-C cuts the time short."""
        self._signals.clear()
        running = [child for child in self._children if child.process is not None]
        for child in running:
            _send(child, signal.SIGTERM)
        deadline = time.monotonic() + FINISH
        while running and time.monotonic() < deadline and not self._signals:
            self._selector.select(0.05)
            running = [child for child in running if child.process and child.process.poll() is None]
        for child in running:
            say(f"The {child.name} process did not finish in time and was ended; the next start takes up its work.")
            _send(child, signal.SIGKILL)
            if child.process:
                child.process.wait()
        say("Cartwheel has stopped.")
        return code


def say(line: str) -> None:
    """A line for the operator."""
    with suppress(OSError):  # nobody listens any more when the terminal was closed
        # In one piece: under PYTHONUNBUFFERED `print` writes the end of the line by itself, and a child's word may come between.
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def _send(child: Child, number: signal.Signals) -> None:
    if child.process is not None:
        with suppress(ProcessLookupError):
            child.process.send_signal(number)


def _lock(data: Path) -> tuple[IO[str], bool]:
    """The lock on the data folder, and whether its last holder ended without giving it back. Raises Refused."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock = (data / "running.lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise Refused(
            f"The data folder {data} cannot be written: {error.strerror}. Choose another with --data."
        ) from None
    lock.seek(0)
    try:
        holder = json.loads(lock.read() or "null")
    except ValueError:
        holder = None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        who = f" (process {holder['pid']}, {holder['address']})" if holder else ""
        raise Refused(
            f"Cartwheel is already running on {data}{who}. Use that one, stop it first, or choose another folder with --data."
        ) from None
    return lock, holder is not None


def _write(lock: IO[str], holder: dict[str, object] | None) -> None:
    lock.seek(0)
    lock.truncate()
    if holder:
        json.dump(holder, lock)
    lock.flush()


def _listen(host: str, port: int, patience: float) -> socket.socket:
    """A listening socket. Raises Refused."""
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise Refused(
            f"{host} is no address of this machine. Use --host 127.0.0.1, or 0.0.0.0 for every one."
        ) from None
    deadline = time.monotonic() + patience
    while True:
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(where)
            listening.listen(2048)
            return listening
        except PermissionError:
            raise Refused(f"Port {port} needs administrator's rights. Use one above 1023: --port 8080.") from None
        except OSError as error:
            listening.close()
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise Refused(_cannot_listen(host, port, error)) from None
            time.sleep(0.1)


def _cannot_listen(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program. Choose another with --port, or --port 0 for any free one."
    return f"Cannot listen on {host}:{port}: {error.strerror}. Choose another address with --host."


def _reachable(host: str) -> str:
    """The host as a browser on this machine can call it."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 - compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _has_display() -> bool:
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    sys.exit(main())
