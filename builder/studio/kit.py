"""What the studio's widgets need to know, handed to a form by way of `Around.more`."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from builder.forms.field import Field
from builder.studio.fields import Choice
from runtime.mail import Brand

_KEY = "studio"

Keep = Callable[[bytes, str], Awaitable[str]]
"""Keeps an uploaded picture (its bytes, its name). Returns its address; raises Refused."""


@dataclass(frozen=True)
class Kit:
    """`fields` and `words` are for text boxes; `brand` is asked again each time, because it may change meanwhile.
    `own_url` is where this installation's pictures are."""

    keep: Keep
    brand: Callable[[], Brand]
    own_url: str
    fields: Callable[[], Sequence[Choice]] = tuple
    words: Mapping[str, str] = field(default_factory=dict)
    usual: Mapping[str, str] = field(default_factory=dict)
    """What holds where a setting is empty, by its name."""

    def colour(self, name: str) -> str:
        """A colour of the brand, as CSS."""
        brand = self.brand()
        return {"accent": brand.accent, "ink": brand.ink}.get(name, brand.primary)

    def as_more(self) -> dict[str, object]:
        """For `Around.more`."""
        return {_KEY: self}


def kit_of(of: Field) -> Kit:
    """The kit of the form in which a field stands."""
    return cast(Kit, of.around.more[_KEY])
