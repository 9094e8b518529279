"""A folder with a flow and its e-mails, as the command line is given it."""

from pathlib import Path
from typing import TYPE_CHECKING

from builder.commands.common import Mistake, read_flow, read_json

if TYPE_CHECKING:
    from runtime.samples import Sample


def read_folder(folder: Path) -> "Sample":
    """What is in it. Raises Mistake, which names what is missing or wrong."""
    from runtime.samples import read_sample

    if not (folder / "flow.json").exists():
        raise Mistake(f"{folder} has no flow.json.")
    sample = read_sample(folder, read_json)
    read_flow(sample.flow, str(folder / "flow.json"))
    return sample
