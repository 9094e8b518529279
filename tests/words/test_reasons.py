"""Reasons as they are kept, and as a marketer reads them."""

import ast
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from blocks.phrase import Moment, dump_arg
from blocks.values import micros
from runtime.places import ROOT
from runtime.reasons import REASONS, reason_phrase
from runtime.words import LANGUAGES, words
from runtime.words.gather import called, literals

NOW = micros(datetime(2026, 11, 21, 9, 0, tzinfo=UTC))
TUESDAY = Moment(datetime(2026, 11, 24, 2, 0, tzinfo=UTC), "Asia/Bangkok")

GIVEN = {"Reason": 0, "Refused": 0, "Trouble": 0, "Postponed": 1, "Ending": 2}
"""What carries a reason's code, and at which place."""


def codes() -> Iterator[tuple[str, str]]:
    """Every code that the runtime gives, with the file that gives it."""
    for file in sorted((ROOT / "runtime").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and called(node) in GIVEN and len(node.args) > GIVEN[called(node)]:
                for code in literals(node.args[GIVEN[called(node)]]):
                    yield code, file.relative_to(ROOT).as_posix()


def test_every_code_has_a_sentence() -> None:
    given = dict(codes())
    assert {"exit_event", "no_consent", "server_silent"} <= given.keys(), "the search finds them"
    assert not {code: file for code, file in given.items() if code not in REASONS}


def test_a_reason_from_the_ledger() -> None:
    kept = json.loads(json.dumps({"answer": "450 mailbox busy", "until": dump_arg(TUESDAY)}))
    said = words("en").text(reason_phrase("smtp_retry", kept), NOW)
    assert said == "The mail server could not take it yet: 450 mailbox busy. Next try: 24 Nov, 09:00"


def test_a_block_says_its_own_reasons() -> None:
    said = words("id").text(reason_phrase("waits", {"until": dump_arg(TUESDAY)}, "wait"), NOW)
    assert said == "Menunggu sampai 24 Nov, 09.00"


def test_names_are_quoted_however_they_were_kept() -> None:
    for kept in ("Order placed", {"quoted": "Order placed"}):
        assert words("en").text(reason_phrase("exit_event", {"event": kept})) == "Because “Order placed” happened"


def test_a_code_of_a_version_to_come_is_shown_as_it_is() -> None:
    assert words("th").text(reason_phrase("sent_by_pigeon", {"bird": "grey"}, "fax")) == "sent_by_pigeon"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", REASONS)
def test_every_reason_is_one_sentence_on_one_line(code: str, language: str) -> None:
    said = words(language).text(reason_phrase(code, {}))
    assert said
    assert "\n" not in said
    assert not said.endswith(".")
    assert "|" not in said
