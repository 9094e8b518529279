"""What an event says about whom it happened to, as intake stored it (`event.who`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blocks.values import instant
from runtime.people.addresses import IDENTITIES

CONSENT = "consent"
TAGS = "tags"
CHANNELS = ("email", "sms", "push")
ANSWERS = ("yes", "no")


@dataclass(frozen=True, slots=True)
class Said:
    """An answer to "may we write to you?" that came with an event."""

    channel: str
    answer: str
    source: str
    at: int | None
    """UTC microseconds; None if it was said with the event itself."""
    text: str
    """What the person read when answering."""
    unless_answered: bool
    """A state that the shop reports without saying since when: it counts only for who has never answered."""


@dataclass(slots=True)
class Who:
    """Whom an event happened to: identities in their form (the strongest first), fields, tags, consents as given."""

    identities: tuple[tuple[str, str], ...]
    fields: Mapping[str, Any]
    tags: tuple[str, ...] = ()
    consent: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Who":
        """Read `event.who`. What cannot be an identity is left out; intake has refused it where it could say so."""
        identities = []
        fields = dict(document)
        for kind, form in IDENTITIES.items():
            if kind in fields and (value := form(fields.pop(kind))) is not None:
                identities.append((kind, value))
        consent = fields.pop(CONSENT, None)
        tags = fields.pop(TAGS, None)
        return cls(
            tuple(identities),
            fields,
            tuple(tag for tag in tags if type(tag) is str) if type(tags) is list else (),
            tuple(one for one in (consent if type(consent) is list else [consent]) if type(one) is dict),
        )


def consent_of(who: Who) -> list[Said]:
    """The answers that came with an event, at most one a channel and consent."""
    return [
        Said(
            channel,
            said[channel],
            _text(said.get("source")),
            instant(_text(said.get("time"))),
            _text(said.get("text")),
            said.get("unless_answered") is True,
        )
        for said in who.consent
        for channel in CHANNELS
        if said.get(channel) in ANSWERS
    ]


def _text(value: Any) -> str:
    return value if type(value) is str else ""
