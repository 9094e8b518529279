"""/c/<message>/<link> leads on to where a link of an e-mail leads; /o/<message>.gif is the picture that tells of its opening.

Both are answered from what the address itself says, signed by us; what is to be written down is handed on and not waited
for. Where it leads was fixed when the e-mail was made, so nobody can have us lead anywhere else. Neither changes what
anybody agreed to, whoever opens it. No network address is kept.
"""

from html import escape
from urllib.parse import quote

from starlette.types import Receive, Scope, Send

from runtime.engagement.machines import Hit
from runtime.engagement.recorder import Recorder
from runtime.house import House
from runtime.intake import links
from runtime.intake.html import answer_page, page
from runtime.intake.http import answer, answer_text, headers_of, peer_of
from runtime.intake.keyed import TOO_OFTEN, Refusal
from runtime.intake.limits import Limit
from runtime.intake.links import CLICKS, OPENS, Tracked
from runtime.intake.unsubscribe import language_for
from runtime.words import words

_PICTURE = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
"""A GIF of one transparent pixel."""
_AS_PICTURE = (
    (b"content-type", b"image/gif"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"content-security-policy", b"default-src 'none'; sandbox"),
)
_AGENT = 300
_STANDS = "%/:?#[]@!$&'()*+,;=~"
"""What may stand in an address as it is."""


class Engagement:
    """The addresses, with the tries they count."""

    def __init__(self, house: House, recorder: Recorder) -> None:
        self._house = house
        self._recorder = recorder
        # A provider's picture proxy fetches for all its customers from a few addresses.
        self._asked = Limit(rate=200, burst=2000)
        self._failures = Limit(rate=1 / 6, burst=30)
        # What is fetched over and over is answered, but not counted any more.
        self._counted = Limit(rate=1 / 10, burst=50)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._answer(scope, send)
        except Refusal as refusal:
            await answer_text(send, refusal.status, refusal.sentence, *refusal.headers)

    async def _answer(self, scope: Scope, send: Send) -> None:
        method, peer = scope["method"], peer_of(scope)
        if method not in ("GET", "HEAD"):
            raise Refusal(405, "Open this address.", (b"allow", b"GET, HEAD"))
        found = self._read(scope["path"])
        if not (self._failures if found is None else self._asked).allows(peer):
            raise Refusal(429, TOO_OFTEN, (b"retry-after", b"10"))
        if found is None:
            await self._refuse(scope, send)
            return
        if self._counted.allows((found.workspace, found.message)):
            agent = headers_of(scope).get(b"user-agent", b"")[:_AGENT].decode("latin-1")
            at = self._house.clock.now()
            self._recorder.notice(
                Hit(found.workspace, found.message, found.what, at, method, agent, found.link, found.target)
            )
        if found.what == "open":
            await answer(send, 200, _PICTURE if method == "GET" else b"", *_AS_PICTURE)
            return
        location = quote(found.target, safe=_STANDS).encode()
        await answer(send, 302, b"", (b"location", location), (b"x-robots-tag", b"noindex"))

    def _read(self, path: str) -> Tracked | None:
        if path.startswith(OPENS):
            return links.read_open(self._house, path.removeprefix(OPENS))
        message, _, link = path.removeprefix(CLICKS).partition("/")
        return links.read_click(self._house, message, link)

    async def _refuse(self, scope: Scope, send: Send) -> None:
        """A link that was cut off or changed on its way."""
        wished = headers_of(scope).get(b"accept-language", b"").decode("latin-1")
        w = words(language_for(None, wished, "en"))
        title = w("This link does not work")
        text = w("It was cut off or changed on its way. Open it again from the e-mail.")
        html = page(w.language, title, f"<article><h1>{escape(title)}</h1><p>{escape(text)}</p></article>")
        await answer_page(send, 404, html)
