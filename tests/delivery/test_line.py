"""One connection, byte by byte: what is written when, and what a server may say without bringing us down."""

import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from runtime.delivery.carriers import Parcel
from runtime.delivery.carriers.connect import Connection
from runtime.delivery.carriers.line import Line, Patience
from runtime.delivery.carriers.switch import Switch
from runtime.delivery.sending.answers import Answer
from runtime.mail_server import BadAddress, ServerAddress, read_address

SOON = 10.0


@dataclass
class Wire:
    """Both ends of a connection: ours, driven by a switch, and a server's, in the hands of the test."""

    pipelining: bool = True
    patience: Patience = field(default_factory=Patience)
    answers: list[Answer] = field(default_factory=list)
    ended: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        near, self.server = socket.socketpair()
        near.setblocking(False)
        self.server.settimeout(SOON)
        self.switch = Switch()
        connection = Connection(near, self.pipelining)
        self.line = Line(
            connection,
            self.switch,
            self.patience,
            lambda _parcel, answer: self.answers.append(answer),
            self.ended.append,
        )

    def parcel(self, source: bytes = b"Subject: Tea\r\n\r\nHello\r\n") -> Parcel:
        return Parcel(
            "nok@doileaf.example", "dewi@example.com", source, lambda _parcel, _answer: None, time.monotonic() + 60
        )

    def say(self, text: str) -> None:
        """The server says something, and we hear it."""
        self.server.sendall(text.encode())
        self.switch.wait(SOON)

    def heard(self, until: bytes) -> bytes:
        """What the server has read, up to and with `until`."""
        data = b""
        while not data.endswith(until):
            self.switch.wait(0)
            self.server.settimeout(0.01)
            try:
                data += self.server.recv(65_536)
            except TimeoutError:
                continue
        return data


@pytest.fixture
def wire() -> Iterator[Wire]:
    made = Wire()
    yield made
    made.line.quit()
    made.switch.close()
    made.server.close()


def test_the_envelope_goes_in_one_packet_and_the_body_waits_for_leave(wire: Wire) -> None:
    parcel = wire.parcel()
    wire.line.begin(parcel)
    assert wire.heard(b"DATA\r\n") == b"MAIL FROM:<nok@doileaf.example>\r\nRCPT TO:<dewi@example.com>\r\nDATA\r\n"
    wire.say("250 Ok\r\n250 Ok\r\n354 Go ahead\r\n")
    wire.server.settimeout(0.05)
    with pytest.raises(TimeoutError):
        wire.server.recv(1)
    wire.line.go(parcel)
    assert wire.heard(b"\r\n.\r\n") == b"Subject: Tea\r\n\r\nHello\r\n.\r\n"
    wire.say("250 Queued\r\n")
    assert wire.answers == [Answer("accepted", 250, "Queued")]
    assert wire.line.idle


def test_leave_may_come_before_the_server_asks(wire: Wire) -> None:
    parcel = wire.parcel()
    wire.line.begin(parcel)
    wire.line.go(parcel)
    wire.say("250 Ok\r\n250 Ok\r\n354 Go ahead\r\n")
    assert wire.heard(b"\r\n.\r\n").endswith(b"Hello\r\n.\r\n")


def test_dots_at_the_beginning_of_lines_are_doubled(wire: Wire) -> None:
    parcel = wire.parcel(b".first\r\na.b\r\n..\r\n.\r\nlast")
    wire.line.begin(parcel)
    wire.line.go(parcel)
    wire.heard(b"DATA\r\n")
    wire.say("250 Ok\r\n250 Ok\r\n354 Go ahead\r\n")
    assert wire.heard(b"\r\n.\r\n") == b"..first\r\na.b\r\n...\r\n..\r\nlast\r\n.\r\n"


def test_a_body_larger_than_the_kernel_takes_at_once_arrives_whole(wire: Wire) -> None:
    source = b"Subject: Tea\r\n\r\n" + b"0123456789abcdef" * 200_000 + b"\r\n"
    parcel = wire.parcel(source)
    wire.line.begin(parcel)
    wire.line.go(parcel)
    wire.heard(b"DATA\r\n")
    wire.say("250 Ok\r\n250 Ok\r\n354 Go ahead\r\n")
    assert wire.heard(b"\r\n.\r\n") == source + b".\r\n"
    wire.say("250 Queued\r\n")
    assert wire.answers[0].kind == "accepted"


def test_answers_may_come_in_pieces_and_in_many_lines(wire: Wire) -> None:
    parcel = wire.parcel()
    wire.line.begin(parcel)
    wire.line.go(parcel)
    for piece in ("25", "0-one\r\n250-tw", "o\r\n250 three\r\n25", "0 Ok\r\n3", "54 Go ahead\r", "\n"):
        wire.say(piece)
    wire.heard(b"\r\n.\r\n")
    wire.say("250-2.0.0 Ok:\r\n250 2.0.0 queued as 4F2\r\n")
    assert wire.answers == [Answer("accepted", 250, "2.0.0 Ok: 2.0.0 queued as 4F2")]


def test_a_refused_recipient_frees_the_line_for_the_next_mail(wire: Wire) -> None:
    parcel = wire.parcel()
    wire.line.begin(parcel)
    wire.line.go(parcel)
    wire.heard(b"DATA\r\n")
    wire.say("250 Ok\r\n550 5.1.1 No such user\r\n554 5.5.1 No valid recipients\r\n")
    assert wire.answers == [Answer("refused", 550, "5.1.1 No such user", "rcpt")]
    wire.line.begin(wire.parcel())
    assert wire.heard(b"DATA\r\n").startswith(b"RSET\r\nMAIL FROM:")


@pytest.mark.parametrize(
    "nonsense", ["HTTP/1.1 400 Bad Request\r\n", "\r\n", "\x00\x01\x02\r\n", "2500 Ok\r\n250", "9" * 70_000]
)
def test_whatever_is_not_smtp_ends_the_connection_and_sends_nothing(wire: Wire, nonsense: str) -> None:
    wire.line.begin(wire.parcel())
    wire.say(nonsense)
    while not wire.ended:
        wire.server.close()
        wire.switch.wait(SOON)
    assert [answer.kind for answer in wire.answers] == ["broken"]


def test_what_a_server_says_is_kept_fit_for_any_database(wire: Wire) -> None:
    wire.line.begin(wire.parcel())
    wire.heard(b"DATA\r\n")
    wire.say("250 Ok\r\n550 no\x00such\x1b[31m user\r\n554 No\r\n")
    (answer,) = wire.answers
    assert answer.words == "550 no such [31m user"


def test_a_server_that_says_goodbye_without_being_asked(wire: Wire) -> None:
    wire.say("421 4.4.2 Timeout, closing\r\n")
    assert wire.ended == [wire.line]
    assert wire.answers == []


def test_after_a_421_the_connection_is_not_used_again(wire: Wire) -> None:
    parcel = wire.parcel()
    wire.line.begin(parcel)
    wire.line.go(parcel)
    wire.say("250 Ok\r\n250 Ok\r\n354 Go ahead\r\n")
    wire.heard(b"\r\n.\r\n")
    wire.say("421 4.3.2 Shutting down\r\n")
    assert wire.answers == [Answer("refused", 421, "4.3.2 Shutting down", "body")]
    assert wire.ended == [wire.line]


def test_a_body_is_not_sent_after_the_lease_has_run_out(wire: Wire) -> None:
    """As when the process was stopped for a minute between its commit and the server's go-ahead."""
    parcel = wire.parcel()
    wire.line.begin(parcel)
    wire.heard(b"DATA\r\n")
    wire.line.go(parcel)
    parcel.good_until = time.monotonic() - 1
    wire.say("250 Ok\r\n250 Ok\r\n354 Go ahead\r\n")
    assert [answer.kind for answer in wire.answers] == ["broken"]
    assert wire.server.recv(100) == b""


def test_a_dropped_mail_is_never_sent_nor_answered(wire: Wire) -> None:
    parcel = wire.parcel()
    wire.line.begin(parcel)
    wire.say("250 Ok\r\n250 Ok\r\n354 Go ahead\r\n")
    wire.line.drop(parcel)
    assert wire.heard(b"DATA\r\n").count(b"\r\n") == 3
    assert wire.server.recv(100) == b""
    assert wire.answers == []
    assert wire.ended == [wire.line]


def test_an_unused_connection_is_left_politely_after_a_while(wire: Wire) -> None:
    wire.line.tick(time.monotonic() + wire.patience.idle - 1)
    assert not wire.ended
    wire.line.tick(time.monotonic() + wire.patience.idle + 1)
    assert wire.ended == [wire.line]
    assert wire.server.recv(100) == b"QUIT\r\n"


# ---- addresses of servers


def test_the_address_of_a_server_says_all_that_is_needed() -> None:
    assert read_address("smtp://mail.example.com:587") == ServerAddress("mail.example.com", 587, "offered")
    assert read_address("smtp://localhost") == ServerAddress("localhost", 25, "offered")
    assert read_address("smtp://nok@mail.example.com").port == 587
    assert read_address("smtps://u:p@mail.example.com") == ServerAddress(
        "mail.example.com", 465, "from_start", "u", "p"
    )
    with_signs = read_address("smtp+starttls://dewi%40doileaf.example:p%40ss%3Aword%2F@mail.example.com")
    assert (with_signs.user, with_signs.password) == ("dewi@doileaf.example", "p@ss:word/")
    assert (with_signs.safety, with_signs.port) == ("required", 587)
    assert "p@ss" not in repr(with_signs)


@pytest.mark.parametrize(
    "url", ["mail.example.com:25", "http://mail.example.com", "smtp://", "smtp://mail.example.com:abc", ""]
)
def test_an_address_that_cannot_be_read_is_refused(url: str) -> None:
    with pytest.raises(BadAddress):
        read_address(url)
