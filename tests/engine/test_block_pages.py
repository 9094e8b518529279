"""The pages of docs/blocks say what the code says, and what their examples say is what happens."""

import pytest

from blocks import KINDS
from runtime.blockdocs import PAGES, brought_up_to_date, example_block
from tests.engine.examples import Example, NotReadable, passes, play, sequences
from tests.engine.stage import Stage


def page(kind: str) -> str:
    """A page's text."""
    file = PAGES / f"{kind}.md"
    assert file.exists(), f"{kind} has no page. Begin one: python -m runtime.blockdocs"
    return file.read_text("utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_says_what_the_code_says(kind: str) -> None:
    text = page(kind)
    assert brought_up_to_date(kind, text) == text, f"docs/blocks/{kind}.md is stale: python -m runtime.blockdocs"


@pytest.mark.parametrize("kind", KINDS)
def test_what_an_example_says_is_what_happens(kind: str, stage: Stage) -> None:
    text = page(kind)
    shown, found = example_block(text), sequences(text)
    assert shown is not None
    assert found, (
        f"docs/blocks/{kind}.md has no example that can be run. Add a fence that begins ```example, with lines like "
        "“Dewi: Checkout started {}”, “after 1 hour”, “=> Dewi goes next”: see docs/blocks/README.md"
    )
    assert any(passes(lines) for _, lines in found), f"Nobody comes through the example of {kind}: add “=> Dewi goes …”"
    for own, lines in found:
        assert play(stage, Example(own or shown, lines)) == lines


def test_a_line_that_means_nothing_is_named(stage: Stage) -> None:
    wait = {"id": "hour", "kind": "wait", "settings": {}}
    for wrong in ("Dewi orders", "after a while", "on Tuesday", "=> Dewi is happy", 'Dewi: Order placed {"total"}'):
        with pytest.raises(NotReadable, match=r"Dewi|while|Tuesday"):
            play(stage, Example(wait, ["Dewi: Checkout started", wrong]))


def test_an_outcome_that_is_not_so_is_told_as_it_is(stage: Stage) -> None:
    wait = {"id": "hour", "kind": "wait", "settings": {"amount": 2}}
    lines = ["Dewi: Checkout started", "after 1 hour", "=> Dewi goes next", "=> Budi does not enter"]
    assert play(stage, Example(wait, lines))[2:] == ["=> Dewi waits", "=> Budi does not enter"]
