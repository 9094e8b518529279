"""The looks of the pages are many files, which travel as one."""

import re

from builder.theme import LOOKS
from runtime.places import STATIC


def test_no_file_of_looks_is_forgotten() -> None:
    assert sorted(LOOKS) == sorted(file.stem for file in (STATIC / "looks").iterdir())


def test_nothing_in_them_comes_from_elsewhere() -> None:
    asked = {
        url for name in LOOKS for url in re.findall(r'url\("([^"]+)', (STATIC / "looks" / f"{name}.css").read_text())
    }
    fonts = {url for url in asked if not url.startswith("data:")}
    assert fonts
    assert all((STATIC / font).is_file() for font in fonts)
