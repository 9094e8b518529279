"""What each message said, kept for a while: packed against its template, about 600 bytes for a mail of 16 KB."""

from runtime.clock import DAY
from runtime.delivery.letters.letter import Letter
from runtime.delivery.letters.press import Press, Sender
from runtime.mail import Rendered

KEPT_FOR = 30 * DAY
_FORMAT = "1"
# In no value: intake refuses it.
_GAP = "\0"


def pack(letter: Letter, press: Press) -> bytes:
    """All that is needed to show a letter, or to make its source again. About 30 µs."""
    rendered = letter.rendered
    fields = (
        _FORMAT,
        letter.sender.name,
        letter.sender.address,
        letter.sender.reply_to,
        letter.to_address,
        letter.to_name,
        letter.message_id,
        str(letter.sent_at),
        letter.unsubscribe_url,
        rendered.subject,
        rendered.preview,
        rendered.text,
        rendered.html,
    )
    return press.pack(_GAP.join(fields).encode("utf-8", "replace"))


def unpack(packed: bytes, press: Press) -> Letter:
    """The letter again. Raises zlib.error or ValueError if it was packed against another template or in another form."""
    form, name, address, reply_to, to, to_name, message_id, sent_at, unsubscribe_url, subject, preview, text, html = (
        press.unpack(packed).decode().split(_GAP)
    )
    if form != _FORMAT:
        raise ValueError(f"bodies of form {form} are not known")
    rendered = Rendered(subject, preview, html, text)
    return Letter(rendered, Sender(name, address, reply_to), to, to_name, message_id, int(sent_at), unsubscribe_url)
