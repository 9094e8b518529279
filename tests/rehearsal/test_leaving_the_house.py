"""What would leave the house stays in it while it is rehearsed: no app is called, and no code is one that a shop would take."""

import socket
from typing import Any

import pytest
from sqlalchemy import func, select

from blocks.flow import Flow
from runtime.accounts import app_secrets
from runtime.ledger.tables import coupon, message, reply
from tests.engine.stage import block, link
from tests.rehearsal.conftest import Rehearsals, said
from tests.rehearsal.test_splits import DEWI, MORNING

APP = {"url": "http://127.0.0.1:9/hook", "wait": True, "name": "crm"}
ANSWERED = {"kind": "field", "of": "run", "field": "crm.status", "op": "is", "value": 200}
EXAMPLE = {"kind": "field", "of": "run", "field": "coupon.code", "op": "is", "value": "TEA-EXAMPLE"}


def document(email: str, secret: str) -> Flow:
    """A code, a call, and an e-mail for those whose code is an example and whose app answered."""
    return Flow.model_validate(
        {
            "name": "Thank you",
            "blocks": [
                block("cart", "event_trigger", event="Checkout started"),
                block("code", "issue_coupon", prefix="TEA-"),
                block(
                    "call", "webhook", **APP, headers=[{"name": "Authorization", "secret": secret, "host": "127.0.0.1"}]
                ),
                block("both", "branch", rule={"kind": "all", "rules": [ANSWERED, EXAMPLE]}),
                block("mail", "send_email", email=email),
            ],
            "links": [
                link("cart", "code"),
                link("code", "call"),
                link("call", "both", "answered"),
                link("both", "mail", "yes"),
            ],
        }
    )


def test_nothing_leaves_and_the_code_is_an_example(rehearsals: Rehearsals, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("somebody is called")

    monkeypatch.setattr(socket, "create_connection", refuse)
    rehearsals.happened("Checkout started", DEWI, says="yes", total=640)
    email = next(doc.settings["email"] for doc in rehearsals.draft.blocks if doc.kind == "send_email")
    secret = app_secrets.keep(rehearsals.house, rehearsals.shop, "127.0.0.1", "Bearer s3cret")
    result = rehearsals.rehearse(DEWI, MORNING, document=document(email, secret))
    assert result.problems == ()
    told = [said(entry) for entry in result.entries]
    assert any("Told the other app “127.0.0.1” (Only rehearsed: nothing was sent" in line for line in told), told
    assert any(line.startswith("Got the e-mail") for line in told), told
    with rehearsals.house.ledger.read(rehearsals.shop) as tx:
        for table in (coupon, reply, message):
            assert tx.scalar(select(func.count()).select_from(table)) == 0
