"""A real mail server on a real socket that does what a test tells it to: refuse, stall, hang up, freeze, come back."""

import base64
import contextlib
import email
import email.policy
import socket
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Literal

Stage = Literal["greeting", "auth", "rset", "mail", "rcpt", "data", "body"]
HANG_UP = "hang up"
SAY_NOTHING = "say nothing"


@dataclass(frozen=True)
class Mail:
    """A mail that the server has read to its final dot, whatever it answered then."""

    sender: str
    recipient: str
    source: bytes
    connection: int

    @property
    def parsed(self) -> EmailMessage:
        """The mail as the standard library reads it."""
        return email.message_from_bytes(self.source, policy=email.policy.default)

    @property
    def message_id(self) -> str:
        return str(self.parsed["Message-ID"])

    def text(self, kind: str = "plain") -> str:
        """One of its two parts."""
        part = self.parsed.get_body((kind,))
        assert part is not None
        return str(part.get_content())


@dataclass
class Rule:
    """What to answer at a stage, to whom (part of an address; "" to everybody) and how often (None: always)."""

    stage: Stage
    answer: str
    to: str = ""
    times: int | None = None


@dataclass
class SmtpServer:
    """Listens on a free port of this machine, on the same one again after `stop` and `start`."""

    pipelining: bool = True
    login: tuple[str, str] | None = None
    tls: ssl.SSLContext | None = None
    """Offers STARTTLS with it."""
    most_connections: int | None = None
    port: int = 0
    mails: list[Mail] = field(default_factory=list)
    """What arrived whole, the refused included."""
    taken: list[Mail] = field(default_factory=list)
    """What it said yes to."""
    connections: int = 0
    logins: list[tuple[str, str]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._rules: list[Rule] = []
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._awake = threading.Event()
        self._awake.set()
        self._open: set[socket.socket] = set()
        self._listener: socket.socket | None = None
        self.start()

    # ---- what tests tell it

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def answer(self, stage: Stage, answer: str, *, to: str = "", times: int | None = None) -> None:
        """From now on answer so at a stage; the newest rule that fits counts."""
        with self._lock:
            self._rules.insert(0, Rule(stage, answer, to, times))

    def behave(self) -> None:
        """Forget all rules."""
        with self._lock:
            self._rules.clear()

    def freeze(self) -> None:
        """Stand still like a process that was stopped: connections are made, but nobody answers."""
        self._awake.clear()

    def thaw(self) -> None:
        """Go on."""
        self._awake.set()

    def start(self) -> None:
        """Listen."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(100)
        self.port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def stop(self) -> None:
        """Be gone: nobody listens any more, and every connection is cut."""
        if self._listener is not None:
            # Closing alone does not wake the thread that accepts, which would keep the port.
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        self.hang_up()

    def hang_up(self) -> None:
        """Cut every connection."""
        with self._lock:
            cut, self._open = self._open, set()
        for connection in cut:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End, at the end of a test."""
        self.stop()
        self.thaw()

    def wait_for(self, count: int, seconds: float = 30) -> Sequence[Mail]:
        """Wait until so many mails have arrived whole."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.mails) >= count, seconds), f"{len(self.mails)} of {count}"
            return list(self.mails)

    # ---- what it does

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                number = self.connections
                self._open.add(connection)
                crowded = self.most_connections is not None and len(self._open) > self.most_connections
            threading.Thread(target=self._serve, args=(connection, number, crowded), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int, crowded: bool) -> None:
        try:
            _Talk(self, connection, number).run(crowded)
        except (OSError, EOFError, ssl.SSLError):
            pass
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()

    def decide(self, stage: Stage, recipient: str, otherwise: str) -> str:
        """What to answer at a stage."""
        self._awake.wait()
        with self._lock:
            for rule in self._rules:
                if rule.stage == stage and rule.to in recipient and rule.times != 0:
                    if rule.times is not None:
                        rule.times -= 1
                    return rule.answer
        return otherwise

    def arrived(self, mail: Mail) -> None:
        with self._changed:
            self.mails.append(mail)
            self._changed.notify_all()


class _Talk:
    def __init__(self, server: SmtpServer, connection: socket.socket, number: int) -> None:
        self._server = server
        self._socket = connection
        self._in = connection.makefile("rb")
        self._number = number
        self._sender = self._recipient = ""

    def run(self, crowded: bool) -> None:
        if crowded:
            self._say("421 4.7.0 Too many connections")
            return
        if not self._decide("greeting", "220 mail.example ESMTP"):
            return
        while line := self._in.readline():
            command = line.decode().rstrip("\r\n")
            self._server.commands.append(command)
            if not self._obey(command):
                return

    def _obey(self, command: str) -> bool:
        verb = command.split(" ")[0].upper()
        match verb:
            case "EHLO":
                return self._say(*self._offers())
            case "STARTTLS":
                return self._start_tls()
            case "AUTH":
                return self._log_in(command)
            case "RSET":
                self._sender = self._recipient = ""
                return self._decide("rset", "250 2.0.0 Ok")
            case "MAIL":
                if self._sender:
                    return self._say("503 5.5.1 nested MAIL command")
                self._sender = command.partition("<")[2].partition(">")[0]
                return self._decide("mail", "250 2.1.0 Ok")
            case "RCPT":
                recipient = command.partition("<")[2].partition(">")[0]
                answer = self._server.decide("rcpt", recipient, "250 2.1.5 Ok")
                if answer.startswith("2"):
                    self._recipient = recipient
                return self._act(answer)
            case "DATA":
                return self._data()
            case "QUIT":
                self._say("221 2.0.0 Bye")
                return False
        return self._say("502 5.5.2 Command not recognised")

    def _data(self) -> bool:
        answer = self._server.decide(
            "data", self._recipient, "354 Go ahead" if self._recipient else "554 5.5.1 No valid recipients"
        )
        if not answer.startswith("354"):
            return self._act(answer)
        self._act(answer)
        lines = []
        while (line := self._in.readline()) != b".\r\n":
            if not line:
                raise EOFError
            lines.append(line[1:] if line.startswith(b".") else line)
        mail = Mail(self._sender, self._recipient, b"".join(lines), self._number)
        answer = self._server.decide("body", self._recipient, "250 2.0.0 Queued")
        if answer.startswith("2"):
            self._server.taken.append(mail)
        self._server.arrived(mail)
        self._sender = self._recipient = ""
        return self._act(answer)

    def _offers(self) -> list[str]:
        offers = ["250-mail.example"]
        if self._server.pipelining:
            offers.append("250-PIPELINING")
        if self._server.tls is not None and not isinstance(self._socket, ssl.SSLSocket):
            offers.append("250-STARTTLS")
        if self._server.login is not None:
            offers.append("250-AUTH PLAIN")
        return [*offers, "250 SIZE 10000000"]

    def _start_tls(self) -> bool:
        assert self._server.tls is not None
        self._say("220 2.0.0 Ready")
        self._socket = self._server.tls.wrap_socket(self._socket, server_side=True)
        self._in = self._socket.makefile("rb")
        return True

    def _log_in(self, command: str) -> bool:
        _, user, password = base64.b64decode(command.split(" ")[-1]).decode().split("\0")
        self._server.logins.append((user, password))
        if (user, password) == self._server.login:
            return self._decide("auth", "235 2.7.0 Welcome")
        return self._say("535 5.7.8 Wrong user name or password")

    def _decide(self, stage: Stage, otherwise: str) -> bool:
        return self._act(self._server.decide(stage, self._recipient, otherwise))

    def _act(self, answer: str) -> bool:
        if answer == HANG_UP:
            return False
        return True if answer == SAY_NOTHING else self._say(*answer.split("\n"))

    def _say(self, *lines: str) -> bool:
        self._socket.sendall("".join(f"{line}\r\n" for line in lines).encode())
        return True
