"""Whether it is noticed that somebody opens an e-mail or follows a link of it.

Marketing is tracked unless its e-mail says no, transactional mail only if its e-mail says yes. What lets somebody in, or
proves who they are, is never tracked: a link that passes through another address is one more place where it can be
picked up, and mail programs warn of it.
"""

import re
from collections.abc import Iterable

from runtime.mail.document import EmailDocument

_LETS_IN = re.compile(
    r"passw|passcode|reset|verif|activat|confirm[-_ /]?(?:e?-?mail|account|address)|magic|one[-_ ]?time|otp|2fa|mfa"
    r"|sign[-_ ]?in|log[-_ ]?in|recover[-_ ]?account|account[-_ ]?recover",
    re.IGNORECASE,
)


def tracked(document: EmailDocument, targets: Iterable[str]) -> bool:
    """Whether clicks and opens of this e-mail count. `targets` are its links, with merge tags as they are."""
    if document.track == "no" or (document.kind == "transactional" and document.track != "yes"):
        return False
    return not about_security(document, targets)


def about_security(document: EmailDocument, targets: Iterable[str]) -> bool:
    """Whether it is a transactional e-mail that lets somebody in: a new password, a code, proof of an address."""
    if document.kind != "transactional":
        return False
    return any(_LETS_IN.search(text) for text in (document.subject, *targets))
