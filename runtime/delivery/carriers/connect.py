"""Opening a connection to a mail server: greeting, EHLO, TLS, login. The one file that imports the SMTP library.

It blocks, so it runs on a thread of its own; what it gives back is a socket that never does.
"""

import ipaddress
import smtplib
import socket
import ssl
from dataclasses import dataclass
from functools import cache

from runtime.delivery.carriers.trouble import Trouble
from runtime.mail_server import ServerAddress


class CannotConnect(Exception):
    """There is no connection. `trouble` says why; `busy`: the server has enough connections, but lives; `for_now`: it says
    itself that it may take us later."""

    def __init__(self, trouble: Trouble, busy: bool = False, for_now: bool = False) -> None:
        super().__init__(trouble.code)
        self.trouble = trouble
        self.busy = busy
        self.for_now = for_now


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection that is ready for mail, and what the server offers on it."""

    socket: socket.socket
    pipelining: bool


def connect(server: ServerAddress, ehlo: str, patience: float) -> Connection:
    """Connect, at most `patience` seconds a step. `ehlo`: our name; empty for the address of our end. Raises CannotConnect."""
    smtp: smtplib.SMTP | None = None
    try:
        smtp = _greeted(server, patience)
        sock = _socket(smtp)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        smtp.local_hostname = ehlo or _literal(sock.getsockname()[0])
        smtp.ehlo_or_helo_if_needed()
        if server.safety in ("offered", "required"):
            _make_safe(smtp, server)
        if server.user:
            _log_in(smtp, server)
        sock = _socket(smtp)
        sock.setblocking(False)
        return Connection(sock, smtp.has_extn("pipelining"))
    except CannotConnect:
        _abandon(smtp)
        raise
    except (OSError, smtplib.SMTPException) as error:
        _abandon(smtp)
        raise _cannot(server, error) from error


def _greeted(server: ServerAddress, patience: float) -> smtplib.SMTP:
    # Without a name given for our end the library asks DNS for one, which can take seconds.
    if server.safety == "from_start":
        return smtplib.SMTP_SSL(server.host, server.port, local_hostname="-", timeout=patience, context=_verified())
    return smtplib.SMTP(server.host, server.port, local_hostname="-", timeout=patience)


def _make_safe(smtp: smtplib.SMTP, server: ServerAddress) -> None:
    if smtp.has_extn("starttls"):
        # Where nothing secret is sent and TLS is not asked for, a certificate made by the server itself is better than
        # none; anything else would be a password in the hands of whoever stands between.
        lenient = server.safety == "offered" and not server.user
        smtp.starttls(context=_lenient() if lenient else _verified())
        smtp.ehlo_or_helo_if_needed()
    elif server.safety == "required":
        raise CannotConnect(Trouble("tls_missing", {"host": server.host}))


def _log_in(smtp: smtplib.SMTP, server: ServerAddress) -> None:
    sock = _socket(smtp)
    # "never" was chosen by somebody; that a server happens to offer nothing was not.
    if not isinstance(sock, ssl.SSLSocket) and server.safety != "never" and not _near(sock.getpeername()[0]):
        raise CannotConnect(Trouble("login_unsafe", {"host": server.host}))
    try:
        smtp.login(server.user, server.password)
    except smtplib.SMTPNotSupportedError:
        raise CannotConnect(Trouble("login_missing", {"host": server.host})) from None


def _socket(smtp: smtplib.SMTP) -> socket.socket:
    """The open socket; it is another one after STARTTLS."""
    if smtp.sock is None:
        raise smtplib.SMTPServerDisconnected("the connection was lost")
    return smtp.sock


@cache
def _verified() -> ssl.SSLContext:
    return ssl.create_default_context()


@cache
def _lenient() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _near(address: str) -> bool:
    """Whether an address is on this machine or in a private network."""
    return ipaddress.ip_address(address.split("%")[0]).is_private


def _literal(address: str) -> str:
    return f"[IPv6:{address.split('%')[0]}]" if ":" in address else f"[{address}]"


def _abandon(smtp: smtplib.SMTP | None) -> None:
    if smtp is not None:
        smtp.close()


def _cannot(server: ServerAddress, error: Exception) -> CannotConnect:
    host = server.host
    match error:
        case smtplib.SMTPAuthenticationError():
            for_now = error.smtp_code < 500
            code = "server_refuses" if for_now else "login_refused"
            return CannotConnect(Trouble(code, {"host": host, "answer": _words(error)}), for_now=for_now)
        case smtplib.SMTPResponseException():
            trouble = Trouble("server_refuses", {"host": host, "answer": _words(error)})
            return CannotConnect(trouble, busy=True, for_now=error.smtp_code < 500)
        case ssl.SSLCertVerificationError():
            return CannotConnect(Trouble("tls_failed", {"host": host, "detail": error.verify_message}))
        case TimeoutError():
            return CannotConnect(Trouble("server_silent", {"host": host}))
        case ssl.SSLError():
            return CannotConnect(Trouble("tls_failed", {"host": host, "detail": error.reason or str(error)}))
        case socket.gaierror():
            return CannotConnect(Trouble("server_unknown", {"host": host}))
        case smtplib.SMTPServerDisconnected():
            # This is also how the library reports a time-out while it waits for a reply.
            return CannotConnect(Trouble("server_silent", {"host": host}), busy=True)
        case OSError():
            return CannotConnect(Trouble("server_unreachable", {"host": host, "detail": error.strerror or str(error)}))
        case _:
            return CannotConnect(Trouble("server_refuses", {"host": host, "answer": str(error)}))


def _words(error: smtplib.SMTPResponseException) -> str:
    words = error.smtp_error
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return " ".join(f"{error.smtp_code} {text}".split())[:400]
