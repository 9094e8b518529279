"""Mail over SMTP: a few connections to one server, kept warm between mails and all served by one thread."""

import threading
from collections import deque
from collections.abc import Sequence

from runtime.delivery.carriers import Parcel
from runtime.delivery.carriers.connect import CannotConnect, Connection, connect
from runtime.delivery.carriers.line import Line, Patience
from runtime.delivery.carriers.switch import Switch
from runtime.delivery.carriers.trouble import Trouble
from runtime.delivery.sending.answers import Answer
from runtime.mail_server import ServerAddress

CONNECTIONS = 8
"""Connections to one server at most. Relays allow 10 to 50 at a time."""
GOODBYE = 1.0
"""Seconds that a server's goodbye is waited for."""


class Smtp:
    """Carries parcels to one server."""

    name = "smtp"

    def __init__(
        self,
        server: ServerAddress,
        switch: Switch,
        patience: Patience,
        *,
        ehlo: str = "",
        connections: int = CONNECTIONS,
    ) -> None:
        self._server = server
        self._switch = switch
        self._ehlo = ehlo
        self._patience = patience
        self._most = self.at_once = connections
        self._lines: list[Line] = []
        self._busy: dict[Parcel, Line] = {}
        self._arriving: deque[Connection | CannotConnect] = deque()
        self._connecting = 0
        self._closed = False
        self._trouble: Trouble | None = None

    def trouble(self) -> Trouble | None:
        self._welcome()
        told, self._trouble = self._trouble, None
        return told

    def room(self, wanted: int) -> int:
        self._welcome()
        free = sum(line.idle for line in self._lines)
        missing = min(wanted - free, self._most - len(self._lines)) - self._connecting
        if not self._lines:
            missing = min(missing, 1 - self._connecting)  # one is enough to find out that it does not work
        if self._trouble is not None:
            missing = 0  # that has to be told first
        for _ in range(missing):
            self._connecting += 1
            threading.Thread(target=self._connect, name="smtp-connect", daemon=True).start()
        return min(free, wanted)

    def room_at(self, place: str) -> int:
        """All goes to one place, which is not named."""
        return self.at_once

    def begin(self, parcels: Sequence[Parcel]) -> None:
        free = [line for line in self._lines if line.idle]
        for parcel, line in zip(parcels, free, strict=False):
            self._busy[parcel] = line
            line.begin(parcel)

    def go(self, parcels: Sequence[Parcel]) -> None:
        for parcel in parcels:
            if (line := self._busy.get(parcel)) is not None:
                line.go(parcel)

    def drop(self, parcels: Sequence[Parcel]) -> None:
        for parcel in parcels:
            if (line := self._busy.pop(parcel, None)) is not None:
                line.drop(parcel)

    def tick(self, now: float) -> None:
        self._welcome()
        for line in tuple(self._lines):
            line.tick(now)

    def close(self) -> None:
        self._closed = True
        for line in tuple(self._lines):
            line.quit(GOODBYE)

    def _connect(self) -> None:
        try:
            found: Connection | CannotConnect = connect(self._server, self._ehlo, self._patience.connect)
        except CannotConnect as cannot:
            found = cannot
        except Exception as error:  # noqa: BLE001 - a thread must not end without saying so, or we would wait for ever
            found = CannotConnect(Trouble("server_refuses", {"host": self._server.host, "answer": str(error)}))
        if self._closed and isinstance(found, Connection):
            found.socket.close()
        else:
            self._arriving.append(found)
            self._switch.wake()

    def _welcome(self) -> None:
        while self._arriving:
            found = self._arriving.popleft()
            self._connecting -= 1
            if isinstance(found, Connection):
                self._trouble = None
                self._lines.append(Line(found, self._switch, self._patience, self._done, self._gone))
            elif not self._lines:
                self._trouble = found.trouble
            elif found.busy:
                # It talks to us, but not on so many connections.
                self._most = max(1, len(self._lines))

    def _done(self, parcel: Parcel, answer: Answer) -> None:
        if self._busy.pop(parcel, None) is not None:
            parcel.done(parcel, answer)

    def _gone(self, line: Line) -> None:
        self._lines.remove(line)
        if not self._lines:
            self._most = self.at_once
