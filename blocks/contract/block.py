"""A step of a flow: its settings are its fields, its behaviour is `run`."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, ValidationError

from blocks.contract.context import Context
from blocks.contract.decisions import Decision
from blocks.contract.known import Known, Problem
from blocks.contract.looks import Card, Outlet
from blocks.phrase import Phrase, say
from blocks.rules import Counted


class Block(BaseModel):
    """One step of a flow."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    card: ClassVar[Card]
    looks_at_items: ClassVar[bool] = False
    """Whether `run` asks what is in the event."""
    keeps_time: ClassVar[bool] = True
    """Whether those who went over to it from an older version, to go on at the time they had, do so whatever it says."""
    reasons: ClassVar[Mapping[str, str]] = {}
    """Reason codes that this block gives, to the message id that says them."""

    kind: str

    def outlets(self) -> tuple[Outlet, ...]:
        """The ways out, in the order in which they are drawn."""
        return (Outlet("next"),)

    @classmethod
    def ways_out(cls, settings: Mapping[str, Any]) -> tuple[Outlet, ...]:
        """The ways out of settings that may be half done or wrong. A block whose ways out come from its settings reads
        them from what is there: while somebody types, no link may lose its outlet."""
        kind = cls.model_fields["kind"].default
        try:
            return cls.model_validate({**settings, "kind": kind}).outlets()
        except ValidationError:
            return cls.model_construct(kind=kind).outlets()

    @abstractmethod
    def say(self, known: Known) -> Phrase:
        """One line for the card, without a full stop."""

    @classmethod
    def explain(cls, rule: Phrase, settings: Mapping[str, Any]) -> Phrase:
        """What it means here that a contact or an event meets `rule`, in whole sentences, for the form in which the rule is
        drawn. `settings` may be half done or wrong."""
        return say("Only if {rule}.", rule=rule)

    @abstractmethod
    def run(self, ctx: Context) -> Decision:
        """Decide. May be called again after a `Sleep`; must then decide from `ctx` alone."""

    def listens_to(self) -> tuple[str, ...]:
        """Names of events: a trigger may start a run at them; a block that holds the contact is run again when one comes."""
        return ()

    def looks_again(self) -> bool:
        """Whether those whom it holds are looked at again whenever something about the contact changes. `run` must then go
        by the contact and the clock alone, and do nothing."""
        return False

    def goes_by_clock(self) -> bool:
        """Whether the hour where the contact lives decides how long they are held: who lives in another zone from now on is
        then held as `in_new_zone` says."""
        return False

    def in_new_zone(self, ctx: Context) -> Decision:
        """What becomes of somebody whom it holds and whose zone is another one now. Must do nothing else."""
        return self.run(ctx)

    def awaits(self) -> str:
        """The field of the contact until whose date it holds those who come to it; "" for most."""
        return ""

    def lets_happen(self) -> tuple[str, ...]:
        """Names of events that it lets happen to the contact."""
        return ()

    def waited_out(self) -> str:
        """The outlet by which those go on whom a person lets wait no longer."""
        return self.outlets()[0].id

    def holds_at_least(self) -> int:
        """Seconds for which it surely holds everybody who comes to it; 0 where somebody may pass at once."""
        return 0

    def holds_exactly(self) -> int:
        """Seconds after which everybody goes on who came to it, whoever it is; 0 where that depends on more."""
        return 0

    def reads(self) -> tuple[Counted, ...]:
        """What `run` asks for that has to be looked up: past events and e-mails, segments, addresses."""
        return ()

    def reaches(self) -> tuple[str, ...]:
        """The channels for which `run` asks whether the contact can be reached."""
        return ()

    def follows(self) -> tuple[str, ...]:
        """Ids of the send blocks for which `run` asks what became of their message."""
        return ()

    def keeps(self) -> Mapping[str, Any]:
        """What it keeps with the run: each name, with an example that nobody takes for real."""
        return {}

    def problems(self, known: Known) -> list[Problem]:
        """What keeps these settings, valid in themselves, from working in this workspace."""
        return []
