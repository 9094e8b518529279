"""A step that sends something, whatever the channel."""

from typing import ClassVar

from blocks.contract.block import Block
from blocks.hours import Hours
from blocks.limits import Keep


class Send(Block):
    """A block that queues one message a visit."""

    channel: ClassVar[str]
    asks_consent: ClassVar[bool] = True
    """Whether what it sends can be marketing, for which the contact has to have agreed."""

    def document(self) -> str:
        """Slug of the document that the message is made from; publishing keeps a copy with the version."""
        return ""

    def keeps_to(self) -> Keep:
        """Whose caps and quiet hours hold for this message. Transactional ones keep to none anyway."""
        return "follow"

    def only_in(self) -> Hours | None:
        """The only hours in which this message may go out where the contact lives, whatever kind it is; None for any."""
        return None

    def good_for(self) -> int | None:
        """Seconds after queuing from which it is too late to send the message; None if it never is."""
        return None
