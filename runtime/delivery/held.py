"""Whether mail goes out, as the worker last said it, for the banner on every page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runtime import pulse
from runtime.house import House


@dataclass(frozen=True, slots=True)
class Held:
    """Mail does not go out: since when (UTC microseconds), why (`runtime.reasons`), and how many messages wait for it.

    They are safe: they stay in the ledger and go out by themselves once the server takes mail again.
    """

    since: int
    code: str
    args: Mapping[str, Any]
    waiting: int


def held(house: House, workspace: int) -> Held | None:
    """What keeps this workspace's mail from going out; None while it goes."""
    said = pulse.heard(house, "mail")
    entry = said.state.get("workspaces", {}).get(str(workspace)) if said is not None else None
    return Held(entry["since"], entry["code"], entry["args"], entry["waiting"]) if entry else None
