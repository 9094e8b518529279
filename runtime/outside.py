"""The one way out for HTTP: whatever of ours calls an address that a person typed goes through `call`.

An address may lead inside: to this machine, the shop's own network, the cloud's metadata. So the name is resolved here,
every address that it has is checked, and the connection goes to exactly the one that was checked, however the name resolves
a moment later. No redirect is followed and no proxy of the environment is used; what it may take is bounded.

The only file that imports the HTTP library, and only when something is called.
"""

import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import httpcore

Address = IPv4Address | IPv6Address
_NAT64 = ip_network("64:ff9b::/96")
_OLD_IPV4 = ip_network("::/96")
_NO_PLACE = tuple(
    map(
        ip_network,
        ("0.0.0.0/8", "192.0.0.0/24", "192.88.99.0/24", "64:ff9b:1::/48", "2001::/23", "3fff::/20", "5f00::/16"),
    )
)
"""Networks set apart for something, which Python's own table takes for public, or did in some of its versions: in 192.0.0.0/24
a cloud keeps its metadata."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call may take, in seconds: until it is connected, between two pieces, and in all."""

    connect: float = 5.0
    read: float = 10.0
    total: float = 20.0


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be called although it lies inside: names, addresses, networks."""

    names: frozenset[str] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def of(cls, text: str) -> "Allowed":
        """From "127.0.0.1, 10.0.0.0/8, crm.intern". Raises ValueError for what is none of these."""
        names, networks = set(), []
        for word in filter(None, (part.strip() for part in text.split(","))):
            try:
                networks.append(ip_network(word, strict=False))
            except ValueError:
                if not all(part and part.replace("-", "").isalnum() for part in word.split(".")) or "/" in word:
                    raise ValueError(f"{word!r} is no name, address or network") from None
                names.add(word.lower())
        return cls(frozenset(names), tuple(networks))

    def admits(self, host: str, address: Address) -> bool:
        """Whether this address of this name may be called."""
        return host in self.names or is_public(address) or any(address in network for network in self.networks)


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back. `cut` says that the body was longer than was read of it."""

    status: int
    body: bytes
    cut: bool


class NotCalled(Exception):
    """Nothing came back. `code` with `args` says why (`runtime/reasons.py`), `for_good` that trying again is pointless,
    `sent` that the other side may have got it."""

    def __init__(self, code: str, *, for_good: bool = False, sent: bool = False, **args: Any) -> None:
        super().__init__(code)
        self.code, self.args_, self.for_good, self.sent = code, args, for_good, sent


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. `url` is http or https, without a user."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


def is_public(address: Address) -> bool:
    """Whether an address is one of the open internet, and so are those that it stands for."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and (address in _NAT64 or address in _OLD_IPV4):
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner) and address not in _OLD_IPV4
        if address.is_site_local:
            return False
    set_apart = address.is_multicast or address.is_reserved or any(address in network for network in _NO_PLACE)
    return address.is_global and not set_apart


def host_of(url: str) -> str:
    """The name that a URL calls, in the form in which it is resolved. Raises ValueError for what cannot be called."""
    parts = urlsplit(url)
    host = parts.hostname
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc or not url.isprintable() or " " in url:
        raise ValueError("no web address")
    _ = parts.port  # raises ValueError where it is none
    return host if ":" in host else host.encode("idna").decode("ascii").rstrip(".").lower()


def place_of(url: str) -> str:
    """The server that a URL leads to, as scheme, name and port. Raises ValueError for what cannot be called."""
    parts, host = urlsplit(url), host_of(url)
    return f"{parts.scheme}://{host}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def call(
    request: Request,
    allowed: Allowed,
    *,
    most: int = 65_536,
    patience: Patience = Patience(),
    until: float = float("inf"),
) -> Answered:
    """Send a request and read what comes back, `most` bytes of the body; by `until` (monotonic seconds) at latest.

    Blocks for as long as `patience` says. Raises NotCalled.
    """
    import httpcore

    try:
        host = host_of(request.url)
        url = httpcore.URL(_ascii(request.url, host))
    except (ValueError, UnicodeError):
        raise NotCalled("outside_no_url", for_good=True) from None
    end = min(time.monotonic() + patience.total, until)
    way = _way(host, allowed, end)
    wait = {"connect": patience.connect, "read": patience.read, "write": patience.read}
    headers = [(name.encode("ascii"), value.encode("latin-1", "replace")) for name, value in request.headers.items()]
    try:
        with (
            httpcore.ConnectionPool(ssl_context=_safety(), network_backend=way, http2=False, retries=0) as pool,
            pool.stream(
                request.method, url, headers=headers, content=request.body, extensions={"timeout": wait}
            ) as answer,
        ):
            body = b""
            for piece in answer.iter_stream():
                body += piece
                if len(body) > most:
                    break
            return Answered(answer.status, body[:most], len(body) > most)
    except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
        tls = "outside_tls" if isinstance(error.__context__, ssl.SSLError) else "outside_unreachable"
        raise NotCalled(tls, host=host) from None
    except httpcore.TimeoutException:
        raise NotCalled("outside_silent", host=host, sent=True) from None
    except (httpcore.ProtocolError, httpcore.NetworkError):
        raise NotCalled("outside_broken", host=host, sent=True) from None


def _ascii(url: str, host: str) -> str:
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port is not None else ""
    return parts._replace(netloc=(f"[{host}]" if ":" in host else host) + port, fragment="").geturl()


@lru_cache(maxsize=1)
def _safety() -> ssl.SSLContext:
    return ssl.create_default_context()


def _addresses(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotCalled("outside_unknown", host=host) from None
    return list(dict.fromkeys(ip_address(str(one[4][0]).partition("%")[0]) for one in found))


def _way(host: str, allowed: Allowed, end: float) -> "httpcore.NetworkBackend":
    """Where a connection to `host` leads, and no other."""
    import httpcore

    class Way(httpcore.NetworkBackend):
        def connect_tcp(
            self,
            host: str,
            port: int,
            timeout: float | None = None,
            local_address: str | None = None,
            socket_options: Iterable[Any] | None = None,
        ) -> httpcore.NetworkStream:
            found = _addresses(host, port)
            if not found or not all(allowed.admits(host, address) for address in found):
                # One that leads inside among others that do not is no accident.
                raise NotCalled("outside_forbidden", for_good=True, host=host)
            failed: Exception = httpcore.ConnectError(host)
            for address in found[:4]:
                try:
                    stream = httpcore.SyncBackend().connect_tcp(
                        str(address), port, _left(timeout, httpcore.ConnectTimeout)
                    )
                except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                    failed = error
                else:
                    return Timed(stream)
            raise failed

    class Timed(httpcore.NetworkStream):
        """Ends at the end, however slowly the other side drips."""

        def __init__(self, stream: httpcore.NetworkStream) -> None:
            self._stream = stream

        def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
            return self._stream.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

        def write(self, buffer: bytes, timeout: float | None = None) -> None:
            self._stream.write(buffer, _left(timeout, httpcore.WriteTimeout))

        def close(self) -> None:
            self._stream.close()

        def start_tls(
            self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
        ) -> httpcore.NetworkStream:
            left = _left(timeout, httpcore.ConnectTimeout)
            return Timed(self._stream.start_tls(ssl_context, server_hostname, left))

        def get_extra_info(self, info: str) -> Any:
            return self._stream.get_extra_info(info)

    def _left(timeout: float | None, late: type[httpcore.TimeoutException]) -> float:
        left = end - time.monotonic()
        if left <= 0:
            # Of which kind it is decides whether the other side may have got it.
            raise late
        return left if timeout is None else min(left, timeout)

    return Way()
