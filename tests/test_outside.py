"""The one way out: where it does not go, however it is led there, and what it takes from whoever answers."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

import pytest

from runtime import outside
from runtime.outside import Allowed, NotCalled, Patience, Request, call, is_public
from runtime.settings import BadSetting, load_settings

HERE = Allowed.of("127.0.0.1")
SHORT = Patience(connect=0.5, read=0.5, total=1.0)


@contextmanager
def server(*pieces: bytes, every: float = 0.0) -> Iterator[tuple[int, list[bytes]]]:
    """Says the pieces to whoever comes, one after the other. Its port, and what it was told."""
    heard: list[bytes] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                came, _ = listening.accept()
            except OSError:
                return
            with came:
                heard.append(came.recv(65_536))
                try:
                    for piece in pieces:
                        came.sendall(piece)
                        time.sleep(every)
                except OSError:
                    pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listening.getsockname()[1], heard
    listening.close()


def resolver(*answers: list[str]) -> Callable[..., Any]:
    """A name server that answers these, one after the other, and then the last."""
    left = list(answers)

    def resolve(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        found = left.pop(0) if len(left) > 1 else left[0]
        family = [socket.AF_INET6 if ":" in one else socket.AF_INET for one in found]
        return [(kind, socket.SOCK_STREAM, 6, "", (one, port)) for kind, one in zip(family, found, strict=True)]

    return resolve


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "100.127.255.255", "192.0.0.1", "198.18.0.1", "203.0.113.5", "224.0.0.1", "239.1.1.1", "240.0.0.1",
        "255.255.255.255", "::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::", "fc00::1",
        "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1", "2001:db8::1", "2001::1", "100::1",
        "192.0.0.8", "192.0.0.192", "192.88.99.1", "3fff::1", "2001:2::1", "2001:20::1", "5f00::1", "::ffff:192.0.0.192",
    ],
)  # fmt: skip
def test_what_lies_inside_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"])
def test_the_open_internet_is(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "[::1]", "[::ffff:7f00:1]"]
)
def test_this_machine_is_not_called_by_any_of_its_names(host: str) -> None:
    with server(b"HTTP/1.1 200 OK\r\n\r\n") as (port, heard), pytest.raises(NotCalled) as refused:
        call(Request("GET", f"http://{host}:{port}/"), Allowed(), patience=SHORT)
    assert refused.value.code in ("outside_forbidden", "outside_unknown")
    assert heard == []


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://a.example", "http://", "http://a@b.example", "http://a.example:x"]
)
def test_what_is_no_web_address_is_not_called(url: str) -> None:
    with pytest.raises(NotCalled) as refused:
        call(Request("GET", url), HERE)
    assert (refused.value.code, refused.value.for_good) == ("outside_no_url", True)


def test_one_address_inside_among_others_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolver(["8.8.8.8", "10.0.0.1"]))
    with pytest.raises(NotCalled) as refused:
        call(Request("GET", "http://crm.example/"), HERE)
    assert refused.value.code == "outside_forbidden"


def test_a_name_that_resolves_otherwise_the_second_time_leads_where_it_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """DNS rebinding: a good address for the check, this machine for the connection."""
    gone_to: list[str] = []

    def connect(address: tuple[str, int], *_: Any, **__: Any) -> Any:
        gone_to.append(address[0])
        raise OSError("not really")

    monkeypatch.setattr(socket, "getaddrinfo", resolver(["8.8.8.8"], ["127.0.0.1"]))
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(NotCalled) as refused:
        call(Request("GET", "http://rebinding.example/"), Allowed())
    assert gone_to == ["8.8.8.8"]
    assert refused.value.code == "outside_unreachable"
    with pytest.raises(NotCalled) as refused:
        call(Request("GET", "http://rebinding.example/"), Allowed())
    assert refused.value.code == "outside_forbidden"


def test_the_name_is_still_what_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with server(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi") as (port, heard):
        monkeypatch.setattr(socket, "getaddrinfo", resolver(["127.0.0.1"]))
        answered = call(Request("POST", f"http://crm.example:{port}/x?y=1", {"X-A": "b"}, b"{}"), HERE)
    assert (answered.status, answered.body, answered.cut) == (200, b"hi", False)
    head = heard[0].decode()
    assert head.startswith("POST /x?y=1 HTTP/1.1\r\n")
    assert f"Host: crm.example:{port}\r\n" in head
    assert "X-A: b\r\n" in head


def test_no_redirect_is_followed() -> None:
    with server(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as (inside, heard):
        told = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%d/\r\nContent-Length: 0\r\n\r\n" % inside
        with server(told) as (port, _):
            assert call(Request("GET", f"http://127.0.0.1:{port}/"), HERE).status == 302
    assert heard == []


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with server(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as (port, _), server(b"") as (proxy, asked):
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy}")
        assert call(Request("GET", f"http://127.0.0.1:{port}/"), HERE).status == 200
    assert asked == []


def test_a_body_without_end_is_cut() -> None:
    with server(b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 65_536] * 20) as (port, _):
        answered = call(Request("GET", f"http://127.0.0.1:{port}/"), HERE, most=1000)
    assert (len(answered.body), answered.cut) == (1000, True)


@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: "])
def test_who_drips_is_not_waited_for_for_ever(start: bytes) -> None:
    began = time.monotonic()
    with server(start, *[b"x"] * 100, every=0.1) as (port, _), pytest.raises(NotCalled) as late:
        call(Request("GET", f"http://127.0.0.1:{port}/"), HERE, patience=SHORT)
    assert (late.value.code, late.value.sent) == ("outside_silent", True)
    assert time.monotonic() - began < 3


def test_who_hangs_up_may_have_got_it() -> None:
    with server(b"") as (port, _), pytest.raises(NotCalled) as broken:
        call(Request("GET", f"http://127.0.0.1:{port}/"), HERE, patience=SHORT)
    assert (broken.value.code, broken.value.sent) == ("outside_broken", True)


@pytest.mark.parametrize("patience", [0.2, 0.0])
def test_who_was_never_reached_did_not_get_it(monkeypatch: pytest.MonkeyPatch, patience: float) -> None:
    """A name server that takes longer than the whole call may, and no time at all."""
    resolve = resolver(["127.0.0.1"])

    def slow(*asked: Any, **more: Any) -> list[Any]:
        time.sleep(0.3)
        return list(resolve(*asked, **more))

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with server(b"HTTP/1.1 200 OK\r\n\r\n") as (port, heard), pytest.raises(NotCalled) as late:
        call(Request("POST", f"http://crm.example:{port}/"), HERE, patience=Patience(total=patience))
    assert (late.value.code, late.value.sent) == ("outside_unreachable", False)
    assert heard == []


def test_who_never_agrees_on_a_secret_did_not_get_it() -> None:
    with server(every=2.0) as (port, _), pytest.raises(NotCalled) as silent:
        call(Request("POST", f"https://127.0.0.1:{port}/"), HERE, patience=Patience(total=0.3))
    assert silent.value.sent is False


def test_nobody_there_did_not_get_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobodys:
        port = nobodys.getsockname()[1]
    with pytest.raises(NotCalled) as nobody:
        call(Request("GET", f"http://127.0.0.1:{port}/"), HERE, patience=SHORT)
    assert (nobody.value.code, nobody.value.sent, nobody.value.for_good) == ("outside_unreachable", False, False)


def test_what_an_installation_allows_is_read_once_and_refused_by_name() -> None:
    allowed = Allowed.of(" 10.0.0.0/8, crm.intern ,::1")
    assert allowed.admits("anything", ip_address("10.9.9.9"))
    assert allowed.admits("crm.intern", ip_address("192.168.0.4"))
    assert not allowed.admits("other.intern", ip_address("192.168.0.4"))
    with pytest.raises(BadSetting, match="CARTWHEEL_OUTSIDE_ALLOW"):
        load_settings({"CARTWHEEL_OUTSIDE_ALLOW": "http://crm.intern/"})


def test_what_is_sent_is_not_in_what_is_told_of_it() -> None:
    assert "s3cret" not in repr(Request("GET", "http://a.example", {"Authorization": "s3cret"}, b"s3cret"))
    assert outside.host_of("https://Bücher.example/") == "xn--bcher-kva.example"
