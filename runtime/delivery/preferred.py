"""Which server and which sender a workspace's mail has: what its settings page says, else the installation, else none."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from blocks.phrase import Phrase, say
from runtime.accounts import preferences
from runtime.delivery.decision.readiness import Readiness
from runtime.delivery.letters.press import Sender
from runtime.house import House
from runtime.ledger import Tx
from runtime.mail_server import BadAddress, Safety, ServerAddress, read_address
from runtime.vault import CannotDecrypt

_SAFETY: dict[str, Safety] = {"starttls": "required", "tls": "from_start", "none": "never"}


@dataclass(frozen=True, slots=True)
class Server:
    """The server of a workspace: `address` None is the local outbox, `wrong` says why its address cannot be used, `own`
    that its settings page names it and not the installation."""

    address: ServerAddress | None
    ehlo: str = ""
    wrong: Phrase | None = field(default=None, hash=False)
    own: bool = False

    @property
    def host(self) -> str:
        """Its name, for people."""
        return self.address.host if self.address is not None else ""


def server_of(house: House, tx: Tx) -> Server:
    """Where the mail of a transaction's workspace goes."""
    own = preferences.mail_server(tx)
    ehlo = _ehlo(house.settings.base_url)
    if own.host:
        try:
            password = preferences.mail_password(tx, house.vault) if own.user else ""
        except CannotDecrypt:
            return Server(None, wrong=say("the password cannot be read any more. Type it again."), own=True)
        address = ServerAddress(own.host, own.port, _SAFETY[own.security], own.user, password)
        return Server(address, ehlo, own=True)
    if not house.settings.smtp_url:
        return Server(None)
    try:
        return Server(read_address(house.settings.smtp_url), ehlo)
    except BadAddress as wrong:
        return Server(None, wrong=wrong.phrase)


def preferred_sender(tx: Tx) -> Sender | None:
    """Who writes, by the workspace's settings; None if they name no address."""
    own = preferences.sender(tx)
    return Sender(own.name, own.address, own.reply_to) if own.address else None


def has_mail_server(house: House, workspace: int) -> bool:
    """Whether mail leaves this machine; otherwise it is kept in the local outbox."""
    with house.ledger.read(workspace) as tx:
        return ready(house, tx).leaves


def readiness(house: House, sender: Sender | None, *, leaves: bool) -> Readiness:
    """What bears on whether a shop's mail may go out. `leaves`: whether it goes to a mail server."""
    return Readiness(leaves, house.settings.base_url, sender.address if sender is not None else "")


def ready(house: House, tx: Tx) -> Readiness:
    """The same for the workspace of a transaction, as it is set now."""
    leaves = bool(preferences.mail_server(tx).host or house.settings.smtp_url)
    return readiness(house, preferred_sender(tx), leaves=leaves)


def _ehlo(base_url: str) -> str:
    """Our name for the mail server, where the public address holds one."""
    host = urlsplit(base_url).hostname or ""
    return host if "." in host and not host.replace(".", "").isdigit() else ""
