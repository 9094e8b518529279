"""The gallery: flows with their e-mails that ship with Cartwheel, one folder each in `sample_flows/`.

A folder holds `flow.json` and `emails/<slug>.json`; a new folder is a new sample.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from runtime.house import House
from runtime.places import SAMPLES


@dataclass(frozen=True)
class Sample:
    """A flow of the gallery and the e-mails it sends, by the slug that its blocks name."""

    slug: str
    flow: Mapping[str, Any]
    emails: Mapping[str, Mapping[str, Any]]

    @property
    def name(self) -> str:
        """The flow's name."""
        return str(self.flow["name"])


def samples() -> list[Sample]:
    """All of them, by name."""
    return sorted(
        (read_sample(folder) for folder in SAMPLES.iterdir() if (folder / "flow.json").exists()), key=lambda s: s.name
    )


def take(house: House, workspace: int, sample: Sample, by: str, *, alone: bool = True) -> str:
    """Put a copy of the flow and its e-mails on the desk, as drafts. Returns the flow's slug.

    Each copy gets e-mails of its own, so that changing one never changes another. `alone` is its `speaks_alone` where the
    sample says nothing of it.
    """
    now = house.clock.now()
    with house.desk.edit(workspace) as drafts:
        slugs = {
            slug: drafts.create("email", str(email["name"]), dict(email), by, now).slug
            for slug, email in sample.emails.items()
        }
        blocks = [_with_own_email(block, slugs) for block in sample.flow["blocks"]]
        return drafts.create(
            "flow", sample.name, {"speaks_alone": alone, **sample.flow, "blocks": blocks}, by, now
        ).slug


def _with_own_email(block: Mapping[str, Any], slugs: Mapping[str, str]) -> dict[str, Any]:
    settings = dict(block["settings"])
    if settings.get("email") in slugs:
        settings["email"] = slugs[settings["email"]]
    return {**block, "settings": settings}


def _read(file: Path) -> Any:
    return orjson.loads(file.read_bytes())


def read_sample(folder: Path, read: Callable[[Path], Any] = _read) -> Sample:
    """The flow and its e-mails in a folder; `read` is handed each file, and what it raises is raised."""
    emails = {file.stem: read(file) for file in sorted((folder / "emails").glob("*.json"))}
    return Sample(folder.name, read(folder / "flow.json"), emails)
