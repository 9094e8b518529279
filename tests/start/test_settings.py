"""The page about settings says what there is, and nothing else."""

import re

from runtime.places import ROOT
from runtime.settings import PREFIX, Settings

PAGE = (ROOT / "docs" / "settings.md").read_text("utf-8")


def test_every_setting_has_its_row() -> None:
    rows = set(re.findall(rf"^\| `{PREFIX}(\w+)`", PAGE, re.MULTILINE))
    assert rows == {name.upper() for name in Settings.model_fields}


def test_the_defaults_on_the_page_are_the_defaults() -> None:
    said = dict(re.findall(rf"^\| `{PREFIX}(\w+)` \|[^|]*\| `([^`]*)` \|", PAGE, re.MULTILINE))
    assert said == {"DATA": "./data", "HOST": Settings().host, "PORT": str(Settings().port)}


def test_a_child_process_gets_the_same_settings(tmp_path: object) -> None:
    from runtime.settings import load_settings

    mine = load_settings(
        {}, data=tmp_path, port=0, smtp_url="smtp://127.0.0.1:2525", base_url="https://mail.doileaf.example/"
    )
    assert load_settings(mine.environment()) == mine
