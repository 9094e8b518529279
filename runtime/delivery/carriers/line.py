"""One connection to a mail server, as a small machine that never blocks.

A mail goes in two steps. `begin` sends MAIL, RCPT and DATA, in one packet where the server offers PIPELINING. `go` lets the
body follow, as soon as the server has asked for it, in one write with the final dot: whatever fails before the last byte
of that write is with the kernel has sent nothing.
"""

import re
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from socket import SHUT_WR
from typing import Literal

from runtime.delivery.carriers import Parcel
from runtime.delivery.carriers.connect import Connection
from runtime.delivery.carriers.switch import READ, WRITE, Switch
from runtime.delivery.sending.answers import Answer, Stage

_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_LONGEST_REPLY = 65_536
_BARE_DOT = re.compile(rb"^\.", re.MULTILINE)

State = Literal["idle", "envelope", "asked", "body", "gone"]
Expected = Literal["rset", "mail", "rcpt", "data"]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server may take, in seconds. RFC 5321 asks for up to ten minutes after the dot, where waiting is dear."""

    connect: float = 15.0
    """For the connection and for each step of greeting and login."""
    envelope: float = 60.0
    """For the answers to MAIL, RCPT and DATA, and for taking the body."""
    answer: float = 180.0
    """For the answer to the body."""
    idle: float = 30.0
    """How long a connection is kept without mail."""


class Line:
    """A connection. `done` is called with a parcel and its answer, `gone` once, when the connection has ended."""

    def __init__(
        self,
        connection: Connection,
        switch: Switch,
        patience: Patience,
        done: Callable[[Parcel, Answer], None],
        gone: Callable[["Line"], None],
    ) -> None:
        self._sock = connection.socket
        self._connection = connection
        self._switch = switch
        self._patience = patience
        self._done = done
        self._gone = gone
        self._parcel: Parcel | None = None
        self._state: State = "idle"
        self._expected: list[Expected] = []
        self._commands: list[bytes] = []
        self._refusal: Answer | None = None
        self._released = False
        self._reset_first = False
        self._in = bytearray()
        self._reply: list[bytearray] = []
        self._out: memoryview | None = None
        self._watching_writes = False
        self._served = 0
        self._deadline = time.monotonic() + patience.idle
        switch.add(self._sock, self._ready)

    @property
    def idle(self) -> bool:
        """Whether a parcel can begin."""
        return self._state == "idle"

    def begin(self, parcel: Parcel) -> None:
        """Say from whom and to whom."""
        self._parcel = parcel
        self._state = "envelope"
        self._refusal = None
        self._released = False
        self._deadline = time.monotonic() + self._patience.envelope
        commands = [
            f"MAIL FROM:<{parcel.sender}>\r\n".encode("ascii"),
            f"RCPT TO:<{parcel.recipient}>\r\n".encode("ascii"),
            b"DATA\r\n",
        ]
        self._expected = ["mail", "rcpt", "data"]
        if self._reset_first:
            commands.insert(0, b"RSET\r\n")
            self._expected.insert(0, "rset")
            self._reset_first = False
        if self._connection.pipelining:
            self._send(b"".join(commands))
        else:
            self._commands = commands[1:]
            self._send(commands[0])

    def go(self, parcel: Parcel) -> None:
        """Let the body follow."""
        if self._parcel is parcel:
            self._released = True
            if self._state == "asked":
                self._send_body(parcel)

    def drop(self, parcel: Parcel) -> None:
        """Do not send it. SMTP has no way back from DATA but to hang up."""
        if self._parcel is parcel:
            self._parcel = None
            self._end()

    def tick(self, now: float) -> None:
        """End what takes too long, or what nobody has used for a while."""
        if now < self._deadline or self._state == "gone":
            return
        if self._state == "idle":
            self.quit()
        else:
            self._fail(
                f"no answer within {self._patience.answer if self._state == 'body' else self._patience.envelope:g} s"
            )

    def quit(self, wait: float = 0.0) -> None:
        """Part politely; hang up if something is under way. Waits for the goodbye at most `wait` seconds."""
        if self._state == "idle":
            try:
                self._sock.send(b"QUIT\r\n")
                if wait:
                    self._sock.settimeout(wait)
                    self._sock.recv(512)
                else:
                    self._sock.shutdown(SHUT_WR)
            except OSError:
                pass
        self._fail("the connection was closed")

    def _ready(self, events: int) -> None:
        if events & WRITE and self._out is not None:
            self._push(self._out)
        if events & READ and self._state != "gone":
            self._read()

    def _read(self) -> None:
        while True:
            try:
                data = self._sock.recv(16_384)
            except _NOT_NOW:
                return
            except OSError as error:
                self._fail(error.strerror or str(error))
                return
            if not data:
                self._fail("the server hung up")
                return
            self._in += data
            self._parse()
            # A plain socket says again that it is ready; TLS may hold more that no selector sees.
            if self._state == "gone" or not isinstance(self._sock, ssl.SSLSocket):
                return

    def _parse(self) -> None:
        end = self._in.rfind(b"\n") + 1
        lines = self._in[:end].splitlines()
        del self._in[:end]
        for line in lines:
            self._reply.append(line)
            if line[3:4] == b"-":
                continue
            reply, self._reply = self._reply, []
            if not line[:3].isdigit():
                self._fail(f"an answer that is not SMTP: {_text(reply)}")
            else:
                self._heard(int(line[:3]), reply)
            if self._state == "gone":
                return
        if len(self._in) > _LONGEST_REPLY or len(self._reply) > 500:
            self._fail("an answer without end")

    def _heard(self, code: int, reply: list[bytearray]) -> None:
        if self._state == "body":
            self._answered(code, reply)
        elif self._expected:
            self._heard_envelope(self._expected.pop(0), code, reply)
        else:
            # Nobody asked: a server that is about to hang up says 421.
            self._fail(f"{code} {_text(reply)}")

    def _heard_envelope(self, stage: Expected, code: int, reply: list[bytearray]) -> None:
        parcel = self._parcel
        if parcel is None or code == 421 or (stage == "rset" and code != 250):
            self._fail(f"{code} {_text(reply)}")
            return
        good = code == 354 if stage == "data" else code // 100 == 2
        if not good and self._refusal is None and stage != "rset":
            self._refusal = Answer("refused", code, _text(reply), stage)
        if stage == "data":
            if self._refusal is None:
                self._state = "asked"
                if self._released:
                    self._send_body(parcel)
                return
            refusal = self._refusal
            if code == 354:
                # Refused, yet asked for the body: a dot would send an empty mail, so only hanging up is left.
                self._parcel = None
                self._end()
                self._done(parcel, refusal)
                return
            self._reset_first = True
            self._finish(refusal)
        elif not self._connection.pipelining:
            if self._refusal is not None:
                self._expected.clear()
                self._reset_first = True
                self._finish(self._refusal)
            else:
                self._send(self._commands.pop(0))

    def _answered(self, code: int, reply: list[bytearray]) -> None:
        if self._out is not None:
            # Answered before it has all of it: what it has is not a mail.
            self._fail(f"{code} {_text(reply)}")
        elif code // 100 == 2:
            self._finish(Answer("accepted", code, _text(reply)))
        else:
            self._finish(Answer("refused", code, _text(reply), "body"))
            if code == 421:
                self._end()

    def _send_body(self, parcel: Parcel) -> None:
        if time.monotonic() > parcel.good_until:
            # This process stood still for so long that another may have taken the message over.
            self._fail("the lease ran out")
            return
        source = parcel.source
        if b"\n." in source or source[:1] == b".":
            source = _BARE_DOT.sub(b"..", source)
        self._state = "body"
        self._deadline = time.monotonic() + self._patience.answer
        self._send((source if source.endswith(b"\r\n") else source + b"\r\n") + b".\r\n")

    def _send(self, data: bytes) -> None:
        self._push(memoryview(data))

    def _push(self, out: memoryview) -> None:
        """Write as much as goes; what is left follows when the socket takes more."""
        try:
            while out:
                out = out[self._sock.send(out) :]
        except _NOT_NOW:
            pass
        except OSError as error:
            self._out = out
            self._fail(error.strerror or str(error))
            return
        waits = bool(out)
        self._out = out if waits else None
        if waits != self._watching_writes:
            self._watching_writes = waits
            self._switch.watch(self._sock, READ | WRITE if waits else READ, self._ready)

    def _finish(self, answer: Answer) -> None:
        """The parcel is answered, the line is free."""
        self._parcel, parcel = None, self._parcel
        self._state = "idle"
        self._served += 1
        self._deadline = time.monotonic() + self._patience.idle
        if parcel is not None:
            self._done(parcel, answer)

    def _fail(self, why: str) -> None:
        """The connection is over; what was on it is answered by how far it came."""
        all_out = self._state == "body" and self._out is None
        stage: Stage = "body" if self._state == "body" else "mail"
        self._parcel, parcel = None, self._parcel
        self._end()
        if parcel is not None:
            self._done(parcel, Answer("lost" if all_out else "broken", 0, why, stage, fresh=self._served == 0))

    def _end(self) -> None:
        if self._state != "gone":
            self._state = "gone"
            self._switch.remove(self._sock)
            self._sock.close()
            self._gone(self)


def _text(reply: list[bytearray]) -> str:
    """What a reply says, in one line and without its codes. Control characters go: no database takes a NUL."""
    said = " ".join(line[4:].decode("utf-8", "replace").strip() for line in reply)
    return said if said.isprintable() else "".join(letter if letter.isprintable() else " " for letter in said)
