"""Delivery as one process does it: the lanes of all workspaces, served in turn by one thread."""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import func, select

from blocks.phrase import dump_arg
from runtime import pulse
from runtime.clock import SECOND
from runtime.delivery.calls import CallWriter
from runtime.delivery.carriers import Carrier, Parcel
from runtime.delivery.carriers.line import Patience
from runtime.delivery.carriers.local import Local
from runtime.delivery.carriers.nowhere import Nowhere
from runtime.delivery.carriers.outside import Outside, Paper
from runtime.delivery.carriers.smtp import Smtp
from runtime.delivery.carriers.switch import Switch
from runtime.delivery.carriers.trouble import Trouble
from runtime.delivery.channels import BY_MAIL, TEAM, WEBHOOK
from runtime.delivery.held import waits
from runtime.delivery.letters.letter import Scribe
from runtime.delivery.letters.press import Presses
from runtime.delivery.preferred import Server, server_of
from runtime.delivery.sending import claims
from runtime.delivery.sending.answers import Answer
from runtime.delivery.sending.gate import Gate
from runtime.delivery.sending.holds import Holds
from runtime.delivery.sending.lane import Lane
from runtime.delivery.sending.owner import me
from runtime.delivery.sending.refusals import TAKES_NONE, Refusals
from runtime.delivery.sending.writer import FRESH, MailWriter, Writer
from runtime.delivery.team import TeamWriter
from runtime.house import House
from runtime.ledger import Ledger
from runtime.ledger.tables import message
from runtime.outside import Allowed

log = logging.getLogger(__name__)

TURN = 0.05
"""Seconds after which a turn ends even if there is more to do, so that the engine gets its own; it goes on from there."""
PATIENCE = Patience()
"""How long servers may take."""
FAREWELL = 5.0
"""Seconds that outstanding answers are waited for when the process ends."""


def never() -> bool:
    """Nobody asks to stop."""
    return False


class Office:
    """Everything delivery keeps in memory: connections, leases, e-mails ready to be filled in. One in a process."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._owner = me()
        self._switch = Switch()
        self._presses = Presses()
        self._scribe = Scribe(house)
        self._carriers: dict[Server, Carrier] = {}
        self._gates: dict[Server, Gate] = {}
        self._lanes: dict[tuple[int, str], Lane] = {}
        self._servers: dict[tuple[int, str], Server] = {}
        self._caller: Carrier | None = None
        self._renewed_at = time.monotonic()
        self._said: dict[int, object] | None = None
        self._before: Mapping[str, Any] = {}
        """What another process said of each workspace before this one began."""
        self._holds = Holds(house)
        self._refusals: dict[tuple[int, Server], Refusals] = {}
        self._alone = threading.Lock()

    def work(self, stopping: Callable[[], bool] = never) -> bool:
        """Send what is due, for a turn at most. Whether there was anything; then there may be more."""
        if not self._alone.acquire(blocking=False):
            return False
        try:
            return self._turn(stopping)
        finally:
            self._alone.release()

    def close(self) -> None:
        """Wait a little for the answers that are out, give back what was not begun, and part from the servers."""
        with self._alone:
            for lane in self._lanes.values():
                lane.give_back()
            until = time.monotonic() + FAREWELL
            while any(lane.under_way for lane in self._lanes.values()) and (left := until - time.monotonic()) > 0:
                self._switch.wait(left)
                for lane in self._lanes.values():
                    lane.give_back()
            for carrier in self._all_carriers():
                carrier.close()
            for lane in self._lanes.values():
                lane.give_back()
            self._switch.close()

    def next_due(self) -> int | None:
        """When there is something to do next (UTC microseconds; may be past): a message, a server to try again, or a setting
        to look for."""
        with self._house.ledger.read() as tx:
            due = claims.next_due(tx)
        gates = {
            (id_, channel): gate
            for gate in tuple(self._gates.values())
            if gate.probing
            for id_ in tuple(gate.workspaces)
            for channel in BY_MAIL
        }
        now = self._house.clock.now()
        soonest = [max(at, gates[where].opens_at(now)) if where in gates else at for where, at in due.items()]
        return min(soonest + ([self._holds.next] if self._holds.next else []), default=None)

    # ---- one turn

    def _turn(self, stopping: Callable[[], bool]) -> bool:
        began = time.monotonic()
        self._switch.wait(0)
        self._keep_alive(began)
        self._read_before()
        self._holds.look()
        lanes = self._busy()
        if not lanes:
            self._report()
            return False
        failure: Exception | None = None
        while True:
            for lane in tuple(lanes):
                try:
                    self._step(lane)
                except Exception as error:  # noqa: BLE001 - raised below; the other lanes get their turn first
                    failure = error
                    lanes.remove(lane)
            self._close_gates(lanes)
            lanes = [lane for lane in lanes if not lane.idle]
            # The next one first: lanes that share a server take turns at its connections.
            lanes = lanes[1:] + lanes[:1]
            now = time.monotonic()
            if not lanes or now - began > TURN or stopping():
                break
            rest = min(lane.rest(now) for lane in lanes)
            self._switch.wait(max(0.0, min(rest, began + TURN - now)))
        self._report()
        if failure is not None:
            raise failure
        return True

    def _step(self, lane: Lane) -> None:
        if lane.gate.is_open(self._house.clock.now()) and lane.rest(time.monotonic()) <= 0:
            lane.step()

    def _keep_alive(self, now: float) -> None:
        if now - self._renewed_at > claims.RENEW / SECOND:
            self._renewed_at = now
            for lane in self._lanes.values():
                lane.renew(now)
        for carrier in self._all_carriers():
            carrier.tick(now)

    def _busy(self) -> list[Lane]:
        """The lanes that have something to do, those with new messages included."""
        now = self._house.clock.now()
        with self._house.ledger.read() as tx:
            due = claims.workspaces_with_due(tx, now)
        for id_, channel in due:
            lane = self._mail_lane(id_, channel) if channel in BY_MAIL else self._call_lane(id_)
            if lane.gate.is_open(now):
                lane.wake()
        return [lane for lane in self._lanes.values() if not lane.idle]

    def _all_carriers(self) -> list[Carrier]:
        return [*self._carriers.values(), *([self._caller] if self._caller is not None else [])]

    def _call_lane(self, workspace: int) -> Lane:
        """The lane by which a workspace calls other apps. Each app is a server of its own, so no gate ever closes;
        one that does not answer holds up its own calls only."""
        lane = self._lanes.get((workspace, WEBHOOK.name))
        if lane is None:
            self._caller = self._caller or self._outside()
            lane = self._lanes[workspace, WEBHOOK.name] = Lane(
                self._house,
                workspace,
                self._owner,
                self._caller,
                Gate(""),
                lambda answered: CallWriter(self._house, workspace, self._scribe, answered),
            )
        return lane

    def _outside(self) -> Carrier:
        if self._house.paper:
            return Paper()
        return Outside(self._switch, Allowed.of(self._house.settings.outside_allow))

    def _mail_lane(self, workspace: int, channel: str) -> Lane:
        """The lane of a workspace's mail, to contacts or to the team, to the server that its settings name at present."""
        key = (workspace, channel)
        lane, now = self._lanes.get(key), time.monotonic()
        if lane is not None and now - lane.server_read_at < FRESH:
            return lane
        with self._house.ledger.read(workspace) as tx:
            server = server_of(self._house, tx)
        if lane is not None and (lane.under_way or self._servers[key] == server):
            lane.server_read_at = now
            return lane
        if lane is not None:
            lane.give_back()
            lane.gate.workspaces.discard(workspace)
        carrier = self._carriers.get(server)
        if carrier is None:
            carrier = self._carriers[server] = self._carrier(server)
        gate = self._gates.setdefault(server, Gate(server.host))
        gate.workspaces.add(workspace)
        lane = Lane(
            self._house,
            workspace,
            self._owner,
            carrier,
            gate,
            lambda answered: self._mail_writer(workspace, channel, answered, leaves=carrier.name != Local.name),
            self._refused_by(workspace, server),
        )
        self._lanes[key], self._servers[key] = lane, server
        self._forget_servers()
        return lane

    def _forget_servers(self) -> None:
        """Part from servers that no lane goes to any more, and keep nothing of them: their passwords least of all. A lane
        does not leave its server while something is under way there."""
        for server in self._carriers.keys() - set(self._servers.values()):
            self._carriers.pop(server).close()
            self._gates.pop(server, None)
        used = {(workspace, server) for (workspace, _), server in self._servers.items()}
        for key in self._refusals.keys() - used:
            del self._refusals[key]

    def _mail_writer(
        self, workspace: int, channel: str, answered: Callable[[Parcel, Answer], None], *, leaves: bool
    ) -> Writer:
        if channel == TEAM.name:
            return TeamWriter(self._house, workspace, self._scribe, answered, leaves=leaves)
        return MailWriter(self._house, workspace, self._presses, self._scribe, answered, leaves=leaves)

    def _refused_by(self, workspace: int, server: Server) -> Refusals:
        """What a server has refused of a workspace, also before this process began."""
        key = (workspace, server)
        if key not in self._refusals:
            said = self._before.get(str(workspace), {})
            args = said.get("args", {})
            same = said.get("code") == TAKES_NONE and args.get("host") == server.host
            self._refusals[key] = Refusals.known(said["since"], str(args["answer"])) if same else Refusals()
        return self._refusals[key]

    def _carrier(self, server: Server) -> Carrier:
        if server.wrong is not None:
            return Nowhere(Trouble("address_wrong", {"detail": server.wrong}))
        if server.address is None:
            return Local()
        return Smtp(server.address, self._switch, PATIENCE, ehlo=server.ehlo)

    # ---- when a server takes nothing

    def _close_gates(self, lanes: list[Lane]) -> None:
        now = self._house.clock.now()
        for lane in lanes:
            if (trouble := lane.carrier.trouble()) is not None:
                lane.gate.failed(trouble, now)
                log.warning("Mail is on hold: %s %s", trouble.code, dict(trouble.args))
        for lane in lanes:
            if not lane.gate.is_open(now) and not lane.idle:
                lane.give_back()

    def _read_before(self) -> None:
        if self._said is None:
            before = pulse.heard(self._house, "mail")
            ok = before is None or before.state.get("ok")
            self._before = {} if before is None else before.state.get("workspaces", {})
            self._said = {} if ok else {0: "what another process said"}

    def _report(self) -> None:
        """Say in the ledger which workspaces' mail does not go out, since when and why, whenever that has changed."""
        if any(lane.held_back for lane in self._lanes.values()):
            self._holds.look_again()
            for lane in self._lanes.values():
                lane.held_back = False
        stuck = self._stuck()
        said: dict[int, object] = dict(stuck)
        # A new process knows nothing of a server until it has tried it.
        if said == self._said or (0 in (self._said or {}) and not stuck and not self._proven()):
            return
        pulse.say(self._house, "mail", self._state(stuck))
        if self._said and not said:
            log.info("Mail goes out again.")
        self._said = said

    def _proven(self) -> bool:
        return any(gate.proven for gate in self._gates.values())

    def _stuck(self) -> dict[int, "_Stuck"]:
        """The workspaces whose mail does not go out: all of it because of the server counts before some of it."""
        found = {
            id_: _Stuck(hold.since, hold.lack.code, hold.lack.args, hold.waiting)
            for id_, hold in self._holds.found.items()
        }
        for (id_, channel), lane in self._lanes.items():
            refusals = lane.refusals
            if channel in BY_MAIL and refusals.since is not None and refusals.many:
                args = {"host": lane.gate.host, "answer": refusals.answer}
                found[id_] = _Stuck(refusals.since, TAKES_NONE, args)
        for gate in self._gates.values():
            if gate.since is not None and (why := gate.why) is not None:
                found |= {id_: _Stuck(gate.since, why.code, why.args, again=gate.until) for id_ in gate.workspaces}
        return found

    def _state(self, stuck: Mapping[int, "_Stuck"]) -> dict[str, object]:
        if not stuck:
            return {"ok": True}
        waiting = select(message.c.workspace, func.count()).where(
            message.c.workspace.in_(stuck), message.c.channel.in_(BY_MAIL), waits(self._house.clock.now())
        )
        with self._house.ledger.read() as tx:
            rows: Sequence[Any] = tx.all(waiting.group_by(message.c.workspace))
        counts = {row[0]: row[1] for row in rows}
        entries = {str(id_): _entry(one, counts.get(id_, 0)) for id_, one in stuck.items()}
        first = min(stuck.values(), key=lambda one: one.since)
        return {"ok": False, **_entry(first, sum(counts.values())), "workspaces": entries}


@dataclass(frozen=True, slots=True)
class _Stuck:
    """Why mail of a workspace does not go out; what else is told apart is worth saying again."""

    since: int
    code: str
    args: Mapping[str, Any]
    waiting: int = 0
    again: int = 0


def _entry(one: _Stuck, waiting: int) -> dict[str, object]:
    args = {name: dump_arg(arg) for name, arg in one.args.items()}
    return {"since": one.since, "code": one.code, "args": args, "waiting": waiting}


_offices: WeakKeyDictionary[Ledger, Office] = WeakKeyDictionary()
_opening = threading.Lock()


def office_of(house: House) -> Office:
    """The house's office in this process, opened when first needed."""
    with _opening:
        office = _offices.get(house.ledger)
        if office is None:
            office = _offices[house.ledger] = Office(house)
        return office


def leave(house: House) -> None:
    """Close the house's office, if it was ever opened."""
    with _opening:
        office = _offices.pop(house.ledger, None)
    if office is not None:
        office.close()
