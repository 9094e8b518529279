"""What a form may need to know about the place in which it is drawn."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from blocks.contract import Known
from runtime.words import Words


class EmailChoice(Protocol):
    """The e-mails of the desk, as the widget "email" needs them."""

    def picture(self, slug: str) -> "EmailPicture | None":
        """What the thumbnail shows, None if there is no such e-mail."""
        ...

    def edit_href(self, slug: str) -> str:
        """Where it is edited."""
        ...

    def new(self, then: Callable[[str], Any]) -> Any:
        """Make an e-mail, call `then` with its slug, and lead there."""
        ...


@dataclass(frozen=True, slots=True)
class EmailPicture:
    """The outline of an e-mail: enough to know it again."""

    name: str
    subject: str
    lines: Sequence[str]
    """Kinds of what stands in it, from above: "heading", "text", "button", "image", "products", "divider"."""
    colour: str = ""


@dataclass(frozen=True)
class Around:
    """The words of the reader, what the workspace knows by now, and the events that a run stands on here."""

    w: Words
    known: Callable[[], Known]
    run_events: Callable[[], Sequence[str]] = tuple
    kept: Callable[[], Mapping[str, Any]] = dict
    """What a run keeps here, with examples."""
    tags: Callable[[], Sequence[str]] = tuple
    exits: Callable[[], Sequence[str]] = tuple
    """What the exits of the flow are called."""
    sends: Callable[[], Sequence[tuple[str, str]]] = tuple
    """Id and card of each block of the flow that sends."""
    keep_secret: Callable[[str, str], Awaitable[str]] | None = None
    """Keep a value that is sent to a host where no flow shows it; the name under which a flow finds it."""
    emails: EmailChoice | None = None
    more: dict[str, Any] = field(default_factory=dict)
    """For widgets of other rooms (the e-mail studio's), which put here what they need."""
