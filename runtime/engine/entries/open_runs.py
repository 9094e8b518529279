"""The open runs that the events of a batch may concern."""

from collections import defaultdict
from collections.abc import Iterator

from runtime.engine.batch import Run


class OpenRuns:
    """The open runs that the batch's events may concern, kept current as they start and end."""

    def __init__(self) -> None:
        self._by_contact: dict[tuple[int, int], dict[int, Run]] = defaultdict(dict)
        self._by_key: dict[tuple[int, str], dict[int, Run]] = defaultdict(dict)

    def add(self, one: Run) -> None:
        if one.id not in self._by_contact[one.flow, one.contact]:
            self._by_contact[one.flow, one.contact][one.id] = one
            self._by_key[one.flow, one.key][one.id] = one

    def of_contact(self, flow_id: int, contact: int) -> list[Run]:
        return [one for one in self._by_contact[flow_id, contact].values() if one.state == "open"]

    def with_key(self, flow_id: int, key: str) -> list[Run]:
        return [one for one in self._by_key[flow_id, key].values() if one.state == "open"]

    def all(self) -> Iterator[Run]:
        return (one for runs in self._by_contact.values() for one in runs.values())

    def same(self, flow_id: int, contact: int, key: str) -> Run | None:
        return next((one for one in self.of_contact(flow_id, contact) if one.key == key), None)
