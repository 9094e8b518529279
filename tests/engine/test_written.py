"""What the messages of a flow show is looked at before it is published: fields there are, and values that a run keeps."""

from typing import Any

import pytest

from blocks.contract import Known
from blocks.flow import Flow
from runtime.engine.publishing.written import check_written
from tests.engine.stage import block, link

COUPON = {
    "format": 1,
    "name": "Code",
    "kind": "marketing",
    "subject": "{{ run.crm.level }}",
    "sections": [{"id": "s1", "kind": "coupon", "code": "{{ run.coupon.code }}"}],
}


def draft(**said: Any) -> Flow:
    """One way issues a code, the other does not; both come to an e-mail with it, and one to a notice before."""
    rule = {"kind": "field", "of": "contact", "field": "city", "value": "Bangkok"}
    return Flow.model_validate(
        {
            "name": "Code",
            "blocks": [
                block("start", "event_trigger", event="Order placed"),
                block("split", "branch", rule=rule),
                block("early", "notify_team", **{"subject": "{{ run.coupon.code }}", "text": "", **said}),
                block("code", "issue_coupon", prefix="TEA-"),
                block("mail", "send_email", email="code"),
            ],
            "links": [
                link("start", "split"),
                link("split", "early", "yes"),
                link("early", "code"),
                link("code", "mail"),
                link("split", "mail", "no"),
            ],
        }
    )


def found(document: Flow, **known: Any) -> list[tuple[str, str, str, str]]:
    """(level, code, block, field) of each problem."""
    problems = check_written(document, {"code": COUPON}, Known(**known))
    return [(one.level, one.code, one.block, one.field) for one in problems]


def test_what_no_block_before_keeps_is_named() -> None:
    assert found(draft()) == [("warn", "never_kept", "early", "subject"), ("warn", "never_kept", "mail", "email")]
    texts = [one.phrase.args["field"].text for one in check_written(draft(), {"code": COUPON}, Known())]
    assert texts == ["run.coupon", "run.crm"], "that some come to it with a code is enough"


@pytest.mark.parametrize(
    ("text", "level", "code"),
    [
        ("{{ contact.email", "bad", "tag_broken"),
        ("{{ contact.email | upper }}", "bad", "tag_broken"),
        ("{{ user.password }}", "bad", "unknown_field"),
        ("{{ contact.shoe_size }}", "warn", "unknown_field"),
    ],
)
def test_a_tag_of_a_notice_that_means_nothing(text: str, level: str, code: str) -> None:
    said = found(draft(subject="Hello", text=text), contact_fields=frozenset({"city"}))
    assert said[0] == (level, code, "early", "text")


@pytest.mark.parametrize(
    "text", ["{{ contact.first_name }}", "{{ contact.city | default: 'x' }}", "{{ event.total | money }}", "{ }"]
)
def test_a_tag_of_a_notice_that_is_fine(text: str) -> None:
    said = found(draft(subject="Hello", text=text), contact_fields=frozenset({"city"}))
    assert [one for one in said if one[2] == "early"] == []
