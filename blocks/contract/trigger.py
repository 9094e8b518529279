"""The blocks at which something begins: runs by an event, and the farewell of those who leave by an exit."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from blocks.contract.block import Block
from blocks.contract.context import Context
from blocks.contract.decisions import Decision, Go
from blocks.rules import Rule
from blocks.values import Typed, fold, text_of


class Trigger(Block):
    """A block at which runs start."""

    @abstractmethod
    def admits(self, ctx: Context) -> bool:
        """Whether the event in `ctx` starts a run for its contact."""

    def addressed(self, flow: str) -> Mapping[str, Any]:
        """What an event must carry to be meant for this trigger, in the flow with this slug; nothing for most."""
        return {}

    def means(self, event: Typed, flow: str) -> bool:
        """Whether an event with these properties is meant for this trigger of the flow with this slug."""
        return all(text_of(event, name) == fold(str(value)) for name, value in self.addressed(flow).items())

    def filter(self) -> Rule | None:
        """The rule that `admits` holds the contact and the event against, if it is one; for saying why it did not."""
        return None

    def tells(self) -> Mapping[str, Any]:
        """Properties that the event which starts a run surely has."""
        return {}

    def run(self, ctx: Context) -> Decision:
        """A trigger has done its work by the time it runs."""
        return Go()


class Farewell(Trigger):
    """A block at which those go on who leave the flow by an exit. The blocks drawn from it run once, then the run ends."""

    event: str
    """What the exit is called (its name, else its event); "" for every exit that has no block of its own."""

    def admits(self, ctx: Context) -> bool:
        return False
