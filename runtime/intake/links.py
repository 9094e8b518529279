"""The links that stand in e-mails: signed words that say whom they are about, and no address.

They hold for ever and need no row of their own: an old e-mail is unsubscribed from when its flow is long gone.

A link that is tracked has two such words. The first names the message and is made once for each; the second holds where the
link leads and is the same for everybody who gets that e-mail, unless the target has a field in it. Only what we signed is
ever led to.
"""

import html
import re
from dataclasses import dataclass
from struct import Struct
from typing import Literal

from runtime.house import House

PATH = "/u/"
CLICKS, OPENS = "/c/", "/o/"
_REAL, _TEST = "unsubscribe", "unsubscribe-test"
_PACKED = Struct(">BIQQ")
_CHANNELS = ("email", "sms", "push")
_MAIL, _LINK = "tracked message", "tracked link"
_OF_MAIL, _OF_LINK = Struct(">QQ"), Struct(">Q")
_PICTURE = ".gif"


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Who followed the link, of which message. A test is about nobody."""

    workspace: int = 0
    contact: int = 0
    message: int = 0
    channel: str = "email"
    test: bool = False


def unsubscribe_url(house: House, workspace: int, contact: int, message: int, channel: str = "email") -> str:
    """The address at which this contact unsubscribes with one click. Costs about 3 µs."""
    payload = _PACKED.pack(_CHANNELS.index(channel), workspace, contact, message)
    return house.settings.own_url + PATH + house.vault.sign(_REAL, payload)


def test_unsubscribe_url(house: House) -> str:
    """An address for test mails: it shows that the link works and changes nothing."""
    return house.settings.own_url + PATH + house.vault.sign(_TEST, b"")


def read(house: House, token: str) -> Unsubscribe | None:
    """What a token says, or None if it is not one of ours."""
    payload = house.vault.check(_REAL, token)
    if payload is not None and len(payload) == _PACKED.size:
        channel, workspace, contact, message = _PACKED.unpack(payload)
        return Unsubscribe(workspace, contact, message, _CHANNELS[channel])
    return Unsubscribe(test=True) if house.vault.check(_TEST, token) == b"" else None


@dataclass(frozen=True, slots=True)
class Tracked:
    """What a tracked link or an open picture says. `link` is its id in the e-mail and `target` where it leads; both are ""
    for the picture."""

    workspace: int
    message: int
    link: str = ""
    target: str = ""

    @property
    def what(self) -> Literal["open", "click"]:
        """What whoever asked for it has done."""
        return "click" if self.target else "open"


def message_word(house: House, workspace: int, message: int) -> str:
    """The word that names a message in its links. Costs about 3 µs."""
    return house.vault.sign(_MAIL, _OF_MAIL.pack(workspace, message))


def link_word(house: House, workspace: int, link: str, target: str) -> str:
    """The word that says where a link of the workspace's e-mails leads. Costs about 3 µs."""
    return house.vault.sign(_LINK, _OF_LINK.pack(workspace) + f"{link}\0{target}".encode())


def picture_url(house: House, word: str) -> str:
    """The address of the picture that a mail program fetches when the message is opened."""
    return house.settings.own_url + OPENS + word + _PICTURE


def read_click(house: House, message: str, link: str) -> Tracked | None:
    """What the two words of a link say, or None if they are not ours, or not of one shop."""
    said, of_link = _message(house, message), house.vault.check(_LINK, link)
    if said is None or of_link is None or len(of_link) < _OF_LINK.size:
        return None
    (workspace,) = _OF_LINK.unpack_from(of_link)
    id_, _, target = of_link[_OF_LINK.size :].decode().partition("\0")
    return Tracked(said[0], said[1], id_, target) if workspace == said[0] and target else None


def read_open(house: House, name: str) -> Tracked | None:
    """What the name of an open picture says, or None if it is not ours."""
    said = _message(house, name.removesuffix(_PICTURE)) if name.endswith(_PICTURE) else None
    return Tracked(*said) if said is not None else None


def without_tracking(house: House, page: str) -> str:
    """An e-mail (HTML) whose links lead straight on and whose opening tells of nothing: for those who look at what a contact
    got."""
    own = re.escape(house.settings.own_url)

    def straight(found: re.Match[str]) -> str:
        click = read_click(house, found[1], found[2])
        return html.escape(click.target) if click is not None else found[0]

    page = re.sub(rf"{own}{CLICKS}([\w-]+)/([\w-]+)", straight, page)
    return re.sub(rf"{own}{OPENS}[\w-]+\{_PICTURE}", "data:,", page)


def _message(house: House, word: str) -> tuple[int, int] | None:
    payload = house.vault.check(_MAIL, word)
    if payload is None or len(payload) != _OF_MAIL.size:
        return None
    workspace, message = _OF_MAIL.unpack(payload)
    return workspace, message
