"""The doctor's questions: whether this installation has what it needs, and what to do where it has not.

Each is asked by itself, so that one that fails keeps none from being asked. Nothing is changed by asking, and a data
folder that does not exist yet is not made.
"""

from collections.abc import Iterator

from runtime.checkup import installation, machine
from runtime.checkup.finding import Finding
from runtime.process import database_trouble
from runtime.settings import Settings

__all__ = ["Finding", "examine"]


def examine(settings: Settings) -> Iterator[Finding]:
    """Ask everything. Raises nothing: what a question stumbles over is its finding."""
    told = False
    homeless = installation.unusable(settings) is not None
    for what, ask in (*machine.QUESTIONS, *installation.QUESTIONS):
        if homeless and ask in installation.IN_FOLDER:
            yield Finding("note", "not known while the data folder cannot be used", what=what)
            continue
        try:
            finding = ask(settings)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what the doctor was asked for
            trouble = database_trouble(error)
            if trouble is not None and told:
                finding = Finding("note", "not known while the database cannot be used")
            else:
                lines = str(trouble or error).strip().splitlines() or [type(error).__name__]
                finding = Finding("bad", lines[0], "Look into this first: other lines may follow from it.")
            told = told or trouble is not None
        yield Finding(finding.state, finding.said, finding.cure, what)
