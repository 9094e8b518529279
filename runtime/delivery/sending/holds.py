"""Messages that wait because their shop has not set something yet: who waits for what, and whether it is there by now."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, case, func, select

from runtime import pulse
from runtime.clock import SECOND
from runtime.delivery.decision.limiting import ask_again
from runtime.delivery.decision.readiness import UNREADY, Lack
from runtime.delivery.held import OF_PAUSED
from runtime.delivery.preferred import ready
from runtime.house import House
from runtime.ledger.tables import message

EVERY = 5 * SECOND
"""How soon after a setting was made the messages go that waited for it."""


@dataclass(frozen=True, slots=True)
class Hold:
    """What a workspace's messages wait for, since when (UTC microseconds), and how many."""

    since: int
    lack: Lack
    waiting: int


class Holds:
    """Those of all workspaces, as one process knows them. While nothing waits, nothing is asked."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._found: Mapping[int, Hold] = {}
        self.next: int | None = 0
        """When to look the next time (UTC microseconds); None while nothing waits. A new process looks at once, for it may
        have been started with the address that was missing."""

    @property
    def found(self) -> Mapping[int, Hold]:
        """What waits, by workspace."""
        return self._found

    def look_again(self) -> None:
        """Something was made to wait."""
        self.next = self._house.clock.now()

    def look(self) -> None:
        """Let go what waits no longer for anything; do this at the beginning of each turn."""
        now = self._house.clock.now()
        # What is further ahead was said before the machine's clock went back.
        if self.next is not None and not now < self.next <= now + EVERY:
            waiting = self._waiting()
            self._found = self._look(waiting, now)
            self.next = now + EVERY if waiting else None

    def _waiting(self) -> Mapping[int, Mapping[str, int]]:
        """By workspace what messages wait for, and how many of them would go if it were there: what is of a paused flow is
        asked again as well, but that flow is why it waits."""
        going = func.sum(case((OF_PAUSED, 0), else_=1), type_=Integer)
        query = select(message.c.workspace, message.c.code, going).where(
            message.c.state == "queued", message.c.code.in_(UNREADY)
        )
        with self._house.ledger.read() as tx:
            rows: Sequence[Any] = tx.all(query.group_by(message.c.workspace, message.c.code))
        counts: defaultdict[int, dict[str, int]] = defaultdict(dict)
        for workspace, code, count in rows:
            counts[workspace][code] = count
        return counts

    def _look(self, counts: Mapping[int, Mapping[str, int]], now: int) -> dict[int, Hold]:
        found = {}
        for workspace, waiting in counts.items():
            with self._house.ledger.read(workspace) as tx:
                now_set = ready(self._house, tx)
            lacks = {code: lack for code in UNREADY if code in waiting and (lack := now_set.still(code)) is not None}
            if there := tuple(code for code in waiting if code not in lacks):
                ask_again(self._house, workspace, codes=there)
            if code := next((code for code in lacks if waiting[code]), None):
                lack = lacks[code]
                found[workspace] = Hold(self._since(workspace, code, now), lack, sum(waiting[one] for one in lacks))
        return found

    def _since(self, workspace: int, code: str, now: int) -> int:
        before = self._found.get(workspace)
        if before is not None and before.lack.code == code:
            return before.since
        said = pulse.heard(self._house, "mail")
        entry = said.state.get("workspaces", {}).get(str(workspace), {}) if said is not None else {}
        return int(entry["since"]) if entry.get("code") == code else now
