"""What the sign-in page tells to type works where it is typed."""

from pathlib import Path

import pytest

from builder.pages.sign_in import link_command
from runtime.places import ROOT
from runtime.settings import Settings


@pytest.mark.parametrize(
    ("data", "base_url", "typed"),
    [
        (ROOT / "data", "", "./run user link"),
        (Path("/srv/doi leaf"), "", "./run user link --data '/srv/doi leaf'"),
        (Path("/srv/doi leaf"), "https://mail.doileaf.example", "./run user link --data FOLDER"),
        (ROOT / "data", "https://mail.doileaf.example", "./run user link"),
    ],
)
def test_the_command_names_the_folder_where_it_must(data: Path, base_url: str, typed: str) -> None:
    assert link_command(Settings(data=data, base_url=base_url)) == typed
