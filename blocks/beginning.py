"""With whom a flow begins when it is published: those to whom it happens from then on, those who match already, or both."""

import hashlib
from abc import abstractmethod
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from blocks.contract import Trigger
from blocks.values import Typed, fold, text_of

INCLUDED = "Included at start"
"""The event by which those enter who match when a flow is published. It names the flow (`flow`, its slug), and is meant for
that one alone."""
BeginWith = Literal["later", "now_and_later", "only_now"]
BEGIN_CHOICES: dict[str, str] = {
    "later": "Those who match from then on",
    "now_and_later": "Those who match now, and from then on",
    "only_now": "Only those who match now",
}
BeginSetting = Annotated[
    BeginWith, Field(title="When it is published", json_schema_extra={"widget": "select", "choices": BEGIN_CHOICES})
]


class Beginning(Trigger):
    """A trigger that some match already when its flow is published. The engine lets those whom `begins_with` names enter, some
    hundred at a time, once for the same flow and the same `beginning`."""

    @abstractmethod
    def begins_with(self) -> BeginWith:
        """Who enters."""

    @abstractmethod
    def members_of(self) -> str:
        """Slug of the segment whose members match; "" where those do whose last sign of life is too long ago."""

    def silent_since(self, now: datetime, zone: ZoneInfo) -> datetime:
        """Whose last time (UTC) of what `blocks.contract.Timed.watches` says was before this matches, for clocks in `zone`. Asked
        only where `members_of` says nothing."""
        raise NotImplementedError

    def could_include(self) -> bool:
        """Whether it can be known who matches already."""
        return True

    def includes(self) -> bool:
        """Whether those enter who match already."""
        return self.begins_with() != "later"

    def goes_on(self) -> bool:
        """Whether those enter who come to match later."""
        return self.begins_with() != "only_now"

    def beginning(self) -> str:
        """Tells apart whom it means; the same for settings that mean the same, whatever filter there is besides."""
        settings = self.model_dump_json(exclude={"where", "begin_with"})
        return hashlib.blake2b(settings.encode(), digest_size=12).hexdigest()

    def included(self, flow: str) -> Mapping[str, Any]:
        """What the event carries for those who match already, in the flow with this slug."""
        return {**self.tells(), "flow": flow, "begins": self.beginning()}

    def means(self, event: Typed, flow: str) -> bool:
        if text_of(event, "begins") is None:
            return super().means(event, flow)
        mine = text_of(event, "flow") == fold(flow) and text_of(event, "begins") == self.beginning()
        return self.includes() and mine
