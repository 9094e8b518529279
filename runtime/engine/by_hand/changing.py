"""What a person changes of contacts by hand, with all that follows from it."""

from collections.abc import Iterable

from runtime.engine.programs import Programs
from runtime.engine.work import one_batch
from runtime.house import House
from runtime.people.contacts import Change


def change_contacts(house: House, workspace: int, changes: Iterable[Change]) -> None:
    """Change fields and tags as a person does: who leaves a flow by that, or will be due, is seen to in the same transaction."""
    with one_batch(house, workspace, Programs()) as batch:
        for change in changes:
            batch.people.change(change)
    house.ring()
