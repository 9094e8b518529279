"""The built canvas asks for the Vue that NiceGUI serves, and finds all of it there."""

import re
from pathlib import Path

import nicegui

from runtime.places import STATIC

BUNDLE = STATIC / "canvas" / "dist" / "index.js"
VUE = Path(nicegui.__file__).parent / "static"
FROM_VUE = re.compile(r"""import\s*\{([^}]*)\}\s*from\s*["']vue["']""")
EXPORTED = re.compile(r"export\s*\{([^}]*)\}")


def asked_for(bundle: str) -> set[str]:
    """The names that a module imports from Vue, as Vue calls them."""
    return {one.split(" as ")[0].strip() for names in FROM_VUE.findall(bundle) for one in names.split(",")}


def offered_by(module: str) -> set[str]:
    """The names that a module exports, as others call them."""
    return {one.split(" as ")[-1].strip() for names in EXPORTED.findall(module) for one in names.split(",")}


def test_nicegui_serves_every_part_of_vue_that_the_canvas_is_built_for() -> None:
    asked = asked_for(BUNDLE.read_text("utf-8"))
    assert "createElementBlock" in asked
    for served in ("vue.esm-browser.js", "vue.esm-browser.prod.js"):
        missing = asked - offered_by((VUE / served).read_text("utf-8"))
        assert not missing, f"{served} of NiceGUI has no {sorted(missing)}: build static/canvas with its version of Vue"


def test_a_name_is_compared_as_vue_calls_it() -> None:
    assert asked_for('import{ref as a,h}from"vue";import{x}from"other"') == {"ref", "h"}
    assert offered_by("const q=1;export{q as ref,h};") == {"ref", "h"}
