"""Another app is called: what it is sent, what its answer does to the run, and what happens when it does not answer."""

import hmac
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from blocks import read_block
from blocks.contract import Known
from blocks.flow import Flow
from runtime import delivery
from runtime.accounts import app_secrets
from runtime.clock import SECOND, SetClock
from runtime.delivery.sending import lane
from runtime.delivery.sending.ladder import next_look
from runtime.engine.publishing.publish import check_draft
from runtime.house import House
from runtime.ledger.tables import attempt, flow, message, reply, setting
from runtime.places import ROOT
from runtime.reasons import reason_phrase
from runtime.settings import Settings
from runtime.words import words
from tests.engine.stage import Stage, block, in_a_row, link
from tests.patience import PATIENCE

DEWI = "dewi@example.com"


@dataclass
class App:
    """Another app: answers as it is told, one answer a call and the last for all that follow."""

    answers: list[tuple[int, bytes]] = field(default_factory=lambda: [(200, b'{"level": "gold", "points": 12}')])
    calls: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    hangs: threading.Event | None = None

    def __post_init__(self) -> None:
        app = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                app.calls.append((self.command, self.path, dict(self.headers.items()), body))
                if app.hangs is not None:
                    app.hangs.wait(10)
                status, said = app.answers.pop(0) if len(app.answers) > 1 else app.answers[0]
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(said)))
                    self.end_headers()
                    self.wfile.write(said)
                except OSError:
                    pass

            do_POST = do_GET = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - the library's names

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/hook"


@pytest.fixture
def app() -> Iterator[App]:
    """Another app."""
    made = App()
    yield made
    if made.hangs is not None:
        made.hangs.set()
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """An installation that may call this machine."""
    return Settings(
        data=tmp_path, database_url=database_url, outside_allow="127.0.0.1", secret_key="a key for tests only"
    )


@pytest.fixture
def stage(house: House, shop: int, clock: SetClock) -> Iterator[Stage]:
    """A shop with an engine and an office."""
    yield Stage(house, shop, clock)
    delivery.leave(house)


def settle(stage: Stage) -> None:
    """Engine and delivery, until neither has anything to do."""
    until = time.monotonic() + PATIENCE
    while stage.engine.work() | delivery.deliver(stage.house):
        assert time.monotonic() < until, "it does not come to rest"


def one(stage: Stage) -> Any:
    """The only message."""
    with stage.house.ledger.read(stage.shop) as tx:
        (row,) = tx.all(message.select())
    return row


def told(stage: Stage) -> str:
    """What is said of the only message."""
    row = one(stage)
    return words("en").text(reason_phrase(row.code, row.args))


def ask(app: App, **settings: Any) -> dict[str, Any]:
    """An order is told to the app, and two ways lead on from its answer."""
    call = {"url": app.url, "wait": True, "amount": 2, "unit": "hours", "name": "crm", **settings}
    gold = {"kind": "field", "of": "run", "field": "crm.body.level", "value": "gold"}
    return {
        "blocks": [
            block("ordered", "event_trigger", event="Order placed"),
            block("call", "webhook", **call),
            block("gold", "branch", rule=gold),
            block("yes", "update_contact", change="add_tag", name="gold"),
            block("no", "update_contact", change="add_tag", name="plain"),
            block("failed", "update_contact", change="add_tag", name="unknown"),
        ],
        "links": [
            link("ordered", "call"),
            link("call", "gold", "answered"),
            link("call", "failed", "failed"),
            link("gold", "yes", "yes"),
            link("gold", "no", "no"),
        ],
    }


def tell(app: App, **settings: Any) -> dict[str, Any]:
    """An order is told to the app, and the run goes on at once to a wait."""
    return in_a_row(
        block("ordered", "event_trigger", event="Order placed"),
        block("call", "webhook", url=app.url, **settings),
        block("day", "wait", amount=1, unit="days"),
    )


def test_the_answer_is_kept_and_rules_read_it(stage: Stage, app: App) -> None:
    stage.publish(ask(app))
    stage.happens("Order placed", DEWI, total=640)
    assert stage.runs(DEWI) == [("call", "open")]
    settle(stage)
    assert stage.contact(DEWI).tags == ["gold"]
    (run,) = stage.all_runs()
    assert run.kept == {"crm": {"status": 200, "body": {"level": "gold", "points": 12}}}
    assert run.typed["n"]["crm.body.points"] == 12
    assert (one(stage).state, told(stage)) == ("sent", "The other app took it")
    with stage.house.ledger.read(stage.shop) as tx:
        assert tx.all(reply.select()) == []


def key(stage: Stage) -> str:
    """What calls are signed with now."""
    with stage.house.ledger.read(stage.shop) as tx:
        return app_secrets.signing(tx, stage.house.vault)


def is_signed_with(secret: str, call: Any) -> bool:
    """Whether a call can be told from others' by this key."""
    _, _, headers, body = call
    proof = hmac.digest(secret.encode(), headers["Cartwheel-Timestamp"].encode() + b"." + body, "sha256").hex()
    return bool(headers["Cartwheel-Signature"] == f"v1={proof}")


def test_all_that_is_known_is_sent_and_signed(stage: Stage, app: App) -> None:
    stage.publish(tell(app))
    stage.happens("Order placed", DEWI, fields={"first_name": "Dewi"}, total=640)
    settle(stage)
    ((method, path, headers, body),) = app.calls
    assert (method, path) == ("POST", "/hook")
    sent = json.loads(body)
    assert sent["contact"]["email"] == DEWI
    assert sent["event"] == {"name": "Order placed", "properties": {"total": 640}}
    assert headers["Content-Type"] == "application/json"
    first = key(stage)
    assert is_signed_with(first, app.calls[0])

    # Somebody who left knows the key: a new one signs from the next call on, until the old one is taken back.
    before = app_secrets.renew(stage.house, stage.shop)
    stage.happens("Order placed", "budi@example.com", total=120)
    settle(stage)
    assert is_signed_with(key(stage), app.calls[1])
    assert not is_signed_with(first, app.calls[1])
    second = key(stage)
    app_secrets.sign_with(stage.house, stage.shop, before)
    assert key(stage) == first
    app_secrets.renew(stage.house, stage.shop)
    assert key(stage) not in (first, second)


def test_chosen_fields_are_sent_and_values_are_no_templates(stage: Stage, app: App) -> None:
    given = [
        {"name": "who", "field": "contact.email"},
        {"name": "said", "field": "event.note"},
        {"name": "titles", "field": "event.items[].title"},
        {"name": "code", "field": "run.coupon.code"},
    ]
    document = tell(app, body="chosen", fields=given)
    document["blocks"].insert(1, block("code", "issue_coupon", prefix="T-"))
    document["links"] = [link("ordered", "code"), link("code", "call"), link("call", "day")]
    stage.publish(document)
    note = '{{ contact.email }}", "admin": true, "x": "'
    stage.happens("Order placed", DEWI, note=note, items=[{"title": "Oolong"}, {"title": "Cup"}])
    settle(stage)
    sent = json.loads(app.calls[0][3])
    code = stage.all_runs()[0].kept["coupon"]["code"]
    assert sent == {"who": DEWI, "said": note, "titles": ["Oolong", "Cup"], "code": code}


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_what_has_no_body_carries_the_fields_in_its_address(stage: Stage, app: App, method: str) -> None:
    given = [{"name": "who", "field": "contact.email"}, {"name": "total", "field": "event.total"}]
    stage.publish(tell(app, method=method, body="chosen", fields=given))
    stage.happens("Order placed", DEWI, total=640)
    settle(stage)
    assert [(call[0], call[1], call[3]) for call in app.calls] == [
        (method, "/hook?who=dewi%40example.com&total=640", b"")
    ]


def test_a_secret_is_sent_and_stands_nowhere(stage: Stage, app: App) -> None:
    name = app_secrets.keep(stage.house, stage.shop, "127.0.0.1", "Bearer s3cret")
    stage.publish(tell(app, headers=[{"name": "Authorization", "secret": name}, {"name": "X-Shop", "value": "tea"}]))
    app.answers = [(500, b"s3cret")]
    stage.happens("Order placed", DEWI)
    settle(stage)
    headers = app.calls[0][2]
    assert (headers["Authorization"], headers["X-Shop"]) == ("Bearer s3cret", "tea")
    with stage.house.ledger.read(stage.shop) as tx:
        for table in (message, attempt, flow, setting):
            assert "s3cret" not in repr(tx.all(table.select()))
    assert "s3cret" not in told(stage)


def test_a_secret_goes_to_the_app_it_was_typed_for_and_to_no_other(stage: Stage, app: App) -> None:
    name = app_secrets.keep(stage.house, stage.shop, "crm.example", "Bearer s3cret")
    header = {"name": "Authorization", "secret": name, "host": "127.0.0.1"}
    stage.publish(tell(app, headers=[header]))
    stage.happens("Order placed", DEWI)
    settle(stage)
    assert app.calls == []
    assert (one(stage).state, one(stage).code) == ("failed", "app_unmade")
    assert "Type it again" in told(stage)
    moved = read_block("webhook", {"url": app.url, "headers": [{**header, "host": "crm.example"}]})
    assert "other_app" in [problem.code for problem in moved.problems(Known())]


def test_a_flow_from_elsewhere_says_which_block_wants_its_secret(stage: Stage, app: App) -> None:
    header = {"name": "Authorization", "secret": "0123abcd", "host": "127.0.0.1"}
    document = Flow.model_validate({"format": 1, "name": "Told", **tell(app, headers=[header])})

    def said() -> list[tuple[str, str]]:
        found = check_draft(stage.house, stage.shop, document)
        return [(one.block, words("en").text(one.phrase)) for one in found if one.field == "headers"]

    assert said() == [("call", "The secret of “Authorization” did not come along with the Flow. Type it.")]
    header["secret"] = app_secrets.keep(stage.house, stage.shop, "127.0.0.1", "Bearer s3cret")
    document = Flow.model_validate({"format": 1, "name": "Told", **tell(app, headers=[header])})
    assert said() == []


def test_a_bad_hour_is_tried_again_with_the_same_key(stage: Stage, app: App) -> None:
    app.answers = [(503, b"later"), (429, b""), (200, b"{}")]
    stage.publish(ask(app))
    stage.happens("Order placed", DEWI)
    settle(stage)
    assert one(stage).state == "queued"
    assert told(stage).startswith("Not told yet: the other app answered 503. Next try:")
    for _ in range(2):
        stage.clock.set(one(stage).due_at)
        settle(stage)
    assert one(stage).state == "sent"
    assert len({call[2]["Idempotency-Key"] for call in app.calls}) == 1
    assert len(app.calls) == 3
    assert stage.contact(DEWI).tags == ["plain"]


def test_a_no_is_a_no(stage: Stage, app: App) -> None:
    app.answers = [(404, b'{"secret plan": 1}')]
    stage.publish(ask(app))
    stage.happens("Order placed", DEWI)
    settle(stage)
    assert stage.contact(DEWI).tags == ["unknown"]
    assert (one(stage).state, told(stage)) == ("failed", "Because the other app answered 404")
    assert ("call", "failed", "app_failed") in stage.steps(DEWI)


def test_what_lies_inside_is_refused_in_words(stage: Stage, app: App) -> None:
    stage.publish(ask(app, url=app.url.replace("127.0.0.1", "127.0.0.2")))
    stage.happens("Order placed", DEWI)
    settle(stage)
    assert one(stage).state == "failed"
    assert "lies inside your own network" in told(stage)
    assert stage.contact(DEWI).tags == ["unknown"]
    assert app.calls == []


def test_nobody_waits_longer_than_was_said(stage: Stage, app: App) -> None:
    app.answers = [(503, b"")]
    stage.publish(ask(app))
    stage.happens("Order placed", DEWI)
    settle(stage)
    stage.after(hours=2)
    settle(stage)
    assert stage.contact(DEWI).tags == ["unknown"]
    assert ("call", "failed", "no_answer") in stage.steps(DEWI)
    stage.clock.advance(hours=2)
    settle(stage)
    assert (one(stage).state, one(stage).code) == ("skipped", "too_late")


def test_who_went_on_at_once_still_keeps_the_answer(stage: Stage, app: App) -> None:
    stage.publish(tell(app, name="crm"))
    stage.happens("Order placed", DEWI)
    assert stage.runs(DEWI) == [("day", "open")]
    settle(stage)
    assert stage.all_runs()[0].kept["crm"]["body"]["level"] == "gold"
    assert stage.runs(DEWI) == [("day", "open")]


@pytest.mark.parametrize("answer", [b"x" * 20_000, b'"' + b"y" * 200_000 + b'"', b"<html>", b"\xff", b"[" * 5000])
def test_an_answer_that_cannot_be_kept_is_an_answer(stage: Stage, app: App, answer: bytes) -> None:
    app.answers = [(200, answer)]
    stage.publish(ask(app))
    stage.happens("Order placed", DEWI)
    settle(stage)
    assert stage.contact(DEWI).tags == ["plain"]
    assert stage.all_runs()[0].kept["crm"]["status"] == 200
    assert "body" not in stage.all_runs()[0].kept["crm"]


def test_a_pause_keeps_the_call_and_leaving_takes_it_back(stage: Stage, app: App) -> None:
    document = ask(app)
    document["exits"] = [{"event": "Order cancelled"}]
    flow_id = stage.publish(document)
    with stage.house.ledger.write(stage.shop) as tx:
        tx.execute(flow.update().where(flow.c.id == flow_id).values(state="paused"))
    stage.happens("Order placed", DEWI)
    settle(stage)
    assert (one(stage).state, app.calls) == ("queued", [])
    stage.happens("Order cancelled", DEWI)
    with stage.house.ledger.write(stage.shop) as tx:
        tx.execute(flow.update().where(flow.c.id == flow_id).values(state="live"))
    settle(stage)
    assert (one(stage).state, app.calls) == ("cancelled", [])


def test_nobody_needs_an_address_or_consent_to_be_told_about(stage: Stage, app: App) -> None:
    stage.publish(tell(app))
    stage.happens("Order placed", DEWI, fields={"consent": {"email": "no"}})
    settle(stage)
    assert (one(stage).state, one(stage).marketing) == ("sent", False)


@pytest.fixture
def other_app() -> Iterator[App]:
    """An app that answers, whatever becomes of the first."""
    made = App()
    yield made
    made.server.shutdown()
    made.server.server_close()


def forty_for_one_that_hangs_then_one_for_the_other(stage: Stage, app: App, other: App) -> None:
    """Forty orders are told to an app that does not answer, then Dewi's sign-up to one that does."""
    app.hangs = threading.Event()
    stage.publish(tell(app), "orders")
    signed_up = in_a_row(block("new", "event_trigger", event="Signed up"), block("tell", "webhook", url=other.url))
    stage.publish(signed_up, "sign-ups")
    for number in range(40):
        stage.happens("Order placed", f"guest{number}@example.com")
    stage.happens("Signed up", DEWI)


def messages(stage: Stage, slug: str) -> list[Any]:
    """The messages of a flow, as they lie in the ledger."""
    with stage.house.ledger.read(stage.shop) as tx:
        of = select(flow.c.id).where(flow.c.slug == slug).scalar_subquery()
        return list(tx.all(select(message).where(message.c.flow == of).order_by(message.c.id)))


def test_an_app_that_hangs_keeps_no_other_from_being_called(stage: Stage, app: App, other_app: App) -> None:
    forty_for_one_that_hangs_then_one_for_the_other(stage, app, other_app)
    until = time.monotonic() + 5
    while messages(stage, "sign-ups")[0].state != "sent":
        delivery.deliver(stage.house)
        assert time.monotonic() < until, "it waits for an app that does not answer"
    assert len(app.calls) == 4
    waiting = [row for row in messages(stage, "orders") if row.state == "queued"]
    assert {(row.tries, row.code) for row in waiting} == {(0, None)}
    assert app.hangs is not None
    app.hangs.set()
    settle(stage)
    assert {(row.state, row.tries) for row in messages(stage, "orders")} == {("sent", 1)}


def test_what_finds_its_app_busy_for_long_is_put_off_and_not_blamed(
    stage: Stage, app: App, other_app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane, "STANDS_BY", 0.2)
    steps = 0
    step = lane.Lane.step

    def counted(self: lane.Lane) -> None:
        nonlocal steps
        steps += 1
        step(self)

    monkeypatch.setattr(lane.Lane, "step", counted)
    forty_for_one_that_hangs_then_one_for_the_other(stage, app, other_app)
    until = time.monotonic() + 2
    while time.monotonic() < until:
        delivery.deliver(stage.house)
    waiting = [row for row in messages(stage, "orders") if row.state == "queued"]
    assert {(row.tries, row.code, row.lease_by) for row in waiting} == {(0, "app_busy", None)}
    said = words("en").text(reason_phrase(waiting[0].code, waiting[0].args))
    assert said.startswith("127.0.0.1 is still busy with earlier calls; will try again on")
    assert steps < 30, "nobody looks again and again while nothing can go"
    assert app.hangs is not None
    app.hangs.set()
    while due := min((r.due_at for r in messages(stage, "orders") if r.state == "queued"), default=0):
        stage.clock.set(max(due, stage.clock.now()))
        settle(stage)
    assert {(row.state, row.tries) for row in messages(stage, "orders")} == {("sent", 1)}
    assert len(app.calls) == 40


def test_the_longer_it_has_waited_the_later_it_is_looked_at_again() -> None:
    def wait(waited: int) -> float:
        return (next_look(1001, 0, waited * SECOND) - waited * SECOND) / SECOND

    assert 1 <= wait(0) <= 2
    assert 30 <= wait(60) <= 60
    assert 300 <= wait(86_400) <= 600
    assert len({next_look(message, 0, SECOND) for message in range(20)}) == 20


_WORKER = """
import sys
from runtime import delivery
from runtime.clock import SetClock
from runtime.house import open_house
from runtime.settings import load_settings
house = open_house(load_settings(), clock=SetClock(int(sys.argv[1])), ring=lambda: None)
while True:
    delivery.deliver(house)
"""


def test_a_worker_killed_while_the_app_thinks_loses_nothing(stage: Stage, app: App, settings: Settings) -> None:
    app.hangs = threading.Event()
    stage.publish(ask(app))
    stage.happens("Order placed", DEWI)
    environment = {**os.environ, **settings.environment(), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", _WORKER, str(stage.clock.now())], env=environment) as worker:
        until = time.monotonic() + PATIENCE
        while not app.calls and time.monotonic() < until:
            time.sleep(0.01)
        row = one(stage)
        os.kill(worker.pid, signal.SIGKILL)
    assert (row.state, row.tries) == ("sending", 1), "the attempt is in the ledger before anything leaves"
    app.hangs.set()
    with stage.house.ledger.read(stage.shop) as tx:
        assert [found.answered_at for found in tx.all(select(attempt))] == [None]
    delivery.take_over(stage.house)
    stage.clock.advance(seconds=1)
    settle(stage)
    assert (one(stage).state, one(stage).tries) == ("sent", 2)
    assert len({call[2]["Idempotency-Key"] for call in app.calls}) == 1
    assert stage.contact(DEWI).tags == ["gold"]
