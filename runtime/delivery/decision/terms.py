"""What a flow says of its messages besides what is in them: whose limits hold, in which hours and over which dates they
wait, until when they are worth sending."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError

from blocks import read_block
from blocks.contract import Block, Send
from blocks.hours import Hours, Quiet
from blocks.limits import FlowLimits, Limits
from blocks.pauses import Pause
from blocks.soonest import Soonest, soonest
from runtime.clock import SECOND

_PAUSES = TypeAdapter(tuple[Pause, ...])


@dataclass(frozen=True, slots=True)
class Terms:
    """Those of one block's messages."""

    priority: int = 3
    """Of the flow."""
    zone: str = ""
    """Of the flow: by whose clocks all these hours and days are meant, whoever it is for; "" for none."""
    anyway: bool = False
    """No caps and no quiet hours hold."""
    own: FlowLimits | None = None
    """The flow's own limits, where they hold."""
    hours: Hours | None = None
    pauses: tuple[Pause, ...] = ()
    good_for: int | None = None
    """How long after it was queued a message is worth sending (microseconds)."""
    alone: bool = False
    """Its flow keeps quiet where one of higher priority writes about the same."""

    def quiet(self, shop: Limits) -> Sequence[Quiet]:
        """The quiet hours that hold, where a shop has these limits."""
        if self.anyway:
            return ()
        return self.own.quiet if self.own is not None and self.own.quiet is not None else shop.quiet

    def before(self, queued_at: int) -> int | None:
        """After which instant it is too late for a message."""
        return None if self.good_for is None else queued_at + self.good_for

    @property
    def ask(self) -> bool:
        """Whether they can keep back what the shop's limits let through."""
        return bool(self.own or self.hours or self.pauses or self.good_for is not None)


PLAIN = Terms()


@dataclass(frozen=True, slots=True)
class Said:
    """What one version says, of itself and of each of its send blocks."""

    priority: int = 3
    zone: str = ""
    limits: FlowLimits = field(default_factory=FlowLimits)
    pauses: tuple[Pause, ...] = ()
    blocks: Mapping[str, Send] = field(default_factory=dict)
    alone: bool = False
    next_message: Mapping[str, Soonest] = field(default_factory=dict)
    """The soonest message of the channel after each of its blocks."""
    next_marketing: Mapping[str, Soonest] = field(default_factory=dict)
    """The same of marketing only."""

    @classmethod
    def read(cls, document: Mapping[str, Any], channel: str, receipts: Collection[str] = ()) -> "Said":
        """From a version's document, for those who deliver on `channel`. `receipts` are the blocks whose e-mail is
        transactional."""
        blocks: dict[str, Block] = {}
        for doc in document.get("blocks", ()):
            try:
                blocks[doc["id"]] = read_block(doc["kind"], doc.get("settings", {}))
            except (KeyError, ValidationError):
                continue
        sends = {id_: block for id_, block in blocks.items() if isinstance(block, Send)}
        links = [(link["from"], link["to"]) for link in document.get("links", ())]
        ours = {id_ for id_, block in sends.items() if block.channel == channel}
        return cls(
            document.get("priority", 3),
            document.get("zone", ""),
            FlowLimits.model_validate(document.get("limits", {})),
            _PAUSES.validate_python(document.get("pauses", ())),
            sends,
            bool(document.get("speaks_alone")),
            soonest(blocks, links, ours),
            soonest(blocks, links, ours.difference(receipts)),
        )

    def terms(self, block: str, live: "Said") -> Terms:
        """Those of a message of this version, whose flow as a whole is what its `live` version says by now: a holiday that
        somebody adds holds for those inside too. A message's own wish comes before its flow's, and that before the shop's."""
        if (send := self.blocks.get(block)) is None:
            return PLAIN
        keeps, lasts = send.keeps_to(), send.good_for()
        keeps_to = live.limits.keep if keeps == "follow" else keeps
        return Terms(
            priority=live.priority,
            zone=live.zone,
            anyway=keeps_to == "anyway",
            own=live.limits if keeps_to == "own" else None,
            hours=send.only_in(),
            pauses=live.pauses,
            good_for=lasts * SECOND if lasts else None,
            alone=live.alone,
        )
