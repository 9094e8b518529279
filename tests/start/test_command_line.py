"""The command line: what it says, what it refuses, and that the page about it knows every command."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from builder.command import app
from runtime.accounts import workspaces
from runtime.clock import SetClock
from runtime.house import House, open_house
from runtime.key import secret_key
from runtime.ledger import Ledger
from runtime.people.identity import Who, resolve
from runtime.places import ROOT, SAMPLES, VERSION
from runtime.settings import Settings
from tests.engine.stage import Stage, block, in_a_row

PAGE = (ROOT / "docs" / "command_line.md").read_text("utf-8")

ENDLESS = "9" * 20

Said = subprocess.CompletedProcess[str]
Type = Callable[..., Said]


@pytest.fixture
def cartwheel(tmp_path: Path) -> Type:
    """Types a command for the installation in a folder of this test's own."""

    def type_in(*words: str, stdin: str = "", data: Path = tmp_path / "data", **settings: str) -> Said:
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "CARTWHEEL_DATA": str(data)}
        return subprocess.run(
            [sys.executable, "-P", "-m", "builder.command", *words],
            env=environment | settings,
            input=stdin,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=60,
        )

    return type_in


def commands() -> set[str]:
    """Every command, with its noun in front."""
    alone = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    return alone | {
        f"{group.typer_instance.info.name} {command.name or command.callback.__name__}"
        for group in app.registered_groups
        if group.typer_instance is not None
        for command in group.typer_instance.registered_commands
        if command.callback is not None
    }


def test_the_page_lists_every_command_and_no_other() -> None:
    rows = re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE)
    listed = {" ".join(word for word in row.split() if word.islower()) for row in rows}
    assert listed == commands()


def test_every_command_says_what_it_is_for() -> None:
    from typer.testing import CliRunner

    for command in sorted(commands()):
        answer = CliRunner().invoke(app, [*command.split(), "--help"])
        assert answer.exit_code == 0, command
        assert len(answer.output.split("\n\n")[1].strip()) > 10, command


def test_the_version(cartwheel: Type) -> None:
    assert cartwheel("--version").stdout == f"Cartwheel {VERSION}\n"


def test_hannah_makes_a_key_for_her_shop_and_takes_it_back(cartwheel: Type) -> None:
    secret = cartwheel("key", "create", "Doi Leaf").stdout.strip()
    assert secret.startswith("cw_ing_")
    listed = cartwheel("key", "list", "--json").stdout
    assert secret not in listed
    (key,) = json.loads(listed)
    assert (key["name"], key["kind"], key["state"]) == ("Doi Leaf", "ingest", "in use")
    assert cartwheel("key", "revoke", str(key["id"])).returncode == 0
    assert json.loads(cartwheel("key", "list", "--json").stdout)[0]["state"] == "revoked"
    again = cartwheel("key", "revoke", str(key["id"]))
    assert (again.returncode, again.stderr.count("\n")) == (1, 1)


def test_a_sample_comes_in_with_its_emails_and_goes_out_the_same(cartwheel: Type, tmp_path: Path) -> None:
    slug = cartwheel("flow", "import", str(SAMPLES / "cart-abandonment")).stdout.strip()
    first = tmp_path / "out"
    assert cartwheel("flow", "export", slug, "--to", str(first)).returncode == 0
    assert not json.loads((first / "flow.json").read_text())["speaks_alone"], "off where the file says nothing of it"
    emails = {file.name for file in (first / "emails").iterdir()}
    assert len(emails) == len(list((SAMPLES / "cart-abandonment" / "emails").iterdir()))

    second = tmp_path / "again"
    elsewhere = tmp_path / "another"
    assert cartwheel("flow", "import", str(first), data=elsewhere).stdout.strip() == slug
    cartwheel("flow", "export", slug, "--to", str(second), data=elsewhere)
    assert (second / "flow.json").read_text() == (first / "flow.json").read_text()
    assert {file.name for file in (second / "emails").iterdir()} == emails


def test_a_flow_with_something_missing_is_not_published_and_says_what(cartwheel: Type) -> None:
    document = {"format": 1, "name": "Welcome", "blocks": [], "links": []}
    slug = cartwheel("flow", "import", "-", stdin=json.dumps(document)).stdout.strip()
    answer = cartwheel("flow", "publish", slug)
    assert answer.returncode == 1
    assert answer.stdout.startswith("bad")
    assert answer.stderr == "welcome cannot be published; nothing was changed.\n"
    assert json.loads(cartwheel("flow", "list", "--json").stdout)[0]["state"] == "draft"


def test_a_flow_is_paused_resumed_and_left_to_finish(cartwheel: Type) -> None:
    blocks = [
        {"id": "when", "kind": "event_trigger", "settings": {"event": "Signed up"}},
        {"id": "end", "kind": "stop"},
    ]
    document = {"name": "Welcome", "blocks": blocks, "links": [{"from": "when", "to": "end"}]}
    slug = cartwheel("flow", "import", "-", stdin=json.dumps(document)).stdout.strip()
    assert cartwheel("flow", "publish", slug).returncode == 0
    cartwheel("flow", "pause", slug)
    refused = cartwheel("flow", "finish", slug)
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    for does in ("resume", "publish"):
        without = cartwheel("flow", does, slug, "--overdue", "spread")
        assert (without.returncode, "1 to 336 hours" in without.stderr) == (1, True)
    assert cartwheel("flow", "publish", slug, "--overdue", "skip").stdout.endswith(f"{slug} is live, version 2.\n")
    cartwheel("flow", "pause", slug)
    assert cartwheel("flow", "resume", slug, "--overdue", "spread", "--hours", "6").stdout == f"{slug} is live.\n"
    assert cartwheel("flow", "finish", slug).stdout == f"{slug} is finishing.\n"
    assert json.loads(cartwheel("flow", "list", "--json").stdout)[0]["state"] == "finishing"


def test_a_flow_is_archived_and_goes_on_again(cartwheel: Type) -> None:
    blocks = [
        {"id": "door", "kind": "added_trigger"},
        {"id": "day", "kind": "wait", "settings": {"amount": 1, "unit": "days"}},
    ]
    document = {"name": "Tasting", "blocks": blocks, "links": [{"from": "door", "to": "day"}]}
    slug = cartwheel("flow", "import", "-", stdin=json.dumps(document)).stdout.strip()
    assert cartwheel("flow", "archive", slug).stderr == f"{slug} was never published. All flows: flow list\n"
    assert cartwheel("flow", "publish", slug).returncode == 0
    said = f"{slug} is archived. It takes people in again with: flow resume {slug}. Who left stays out.\n"
    assert cartwheel("flow", "archive", slug).stdout == said, "nobody is inside, so nothing is asked"
    assert json.loads(cartwheel("flow", "list", "--json").stdout)[0]["state"] == "archived"
    assert cartwheel("flow", "resume", slug).stdout == f"{slug} is live.\n"
    assert json.loads(cartwheel("flow", "list", "--json").stdout)[0]["state"] == "live"


def test_a_flow_that_is_published_or_paused_is_out_of_the_archive_and_the_bin(cartwheel: Type, tmp_path: Path) -> None:
    blocks = [{"id": "door", "kind": "added_trigger"}, {"id": "day", "kind": "wait"}]
    document = {"name": "Tasting", "blocks": blocks, "links": [{"from": "door", "to": "day"}]}
    slug = cartwheel("flow", "import", "-", stdin=json.dumps(document)).stdout.strip()
    assert cartwheel("flow", "publish", slug).returncode == 0
    for put_away, verb, state in (("archive", "publish", "live"), ("bin", "pause", "paused")):
        assert cartwheel("flow", "archive", slug).returncode == 0
        with shop(tmp_path) as (house, number):
            getattr(house.desk.drafts(number), put_away)("flow", slug, "Nok", house.clock.now())
        assert cartwheel("flow", verb, slug).returncode == 0
        assert json.loads(cartwheel("flow", "list", "--json").stdout)[0]["state"] == state


def test_who_is_inside_leaves_an_archived_flow_if_that_is_meant(cartwheel: Type, tmp_path: Path) -> None:
    with shop(tmp_path) as (house, number):
        stage = Stage(house, number, SetClock(house.clock.now()))
        stage.publish(in_a_row(block("in", "event_trigger", event="Tea"), block("w", "wait", amount=9, unit="days")))
        stage.happens("Tea", "dewi@example.com")
    refused = cartwheel("flow", "archive", "flow", stdin="n\n")
    assert (refused.returncode, refused.stderr) == (1, "Nothing was done.\n")
    assert "People inside: 1" in refused.stdout
    assert cartwheel("flow", "archive", "flow", "--yes").returncode == 0
    with shop(tmp_path) as (house, number):
        assert [row.state for row in Stage(house, number, SetClock(house.clock.now())).all_runs()] == ["left"]


def test_a_contact_gets_fields_and_tags_by_hand(cartwheel: Type, tmp_path: Path) -> None:
    """As a flow would give them: Dewi leaves the flow for those who are no VIP, at once."""
    with shop(tmp_path) as (house, number):
        stage = Stage(house, number, SetClock(house.clock.now()))
        vip = {"kind": "field", "of": "contact", "field": "tags[]", "op": "is", "value": "VIP"}
        row = in_a_row(block("in", "event_trigger", event="Tea"), block("w", "wait", amount=9, unit="days"))
        stage.publish({**row, "exits": [{"rule": vip}]})
        stage.happens("Tea", "dewi@example.com", fields={"city": "Jakarta"})
    who = "dewi@example.com"
    assert cartwheel("contact", "set", who, "city", "Chiang Rai").stdout == f"{who}: city is now Chiang Rai.\n"
    assert cartwheel("contact", "tag", who, "VIP").stdout == f"{who}: has the tag VIP.\n"
    shown = cartwheel("contact", "show", who).stdout
    assert "city: Chiang Rai" in shown
    assert "tags: VIP" in shown
    with shop(tmp_path) as (house, number):
        assert [row.state for row in Stage(house, number, SetClock(house.clock.now())).all_runs()] == ["left"]
    assert cartwheel("contact", "set", who, "city", "--clear").stdout == f"{who}: has no city any more.\n"
    assert cartwheel("contact", "tag", who, "vip", "--remove").stdout == f"{who}: has no tag vip any more.\n"
    shown = cartwheel("contact", "show", who).stdout
    assert ("  city:" in shown, "  tags:" in shown) == (False, False)
    for wrong in (("email", "budi@example.com"), ("zone", "Bangkok"), ("city",), (" ", "x"), ("city", "x", "--clear")):
        refused = cartwheel("contact", "set", who, *wrong)
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1), wrong


@contextmanager
def shop(tmp_path: Path) -> Iterator[tuple[House, int]]:
    """The installation in whose folder commands are typed, and the number of its shop."""
    house = open_house(Settings(data=tmp_path / "data"), ring=lambda: None)
    number = workspaces.first(house)
    yield house, number
    house.close()


def test_a_flow_tells_its_numbers_and_what_came_of_it(cartwheel: Type) -> None:
    blocks = [
        {"id": "when", "kind": "event_trigger", "settings": {"event": "Signed up"}},
        {"id": "end", "kind": "stop"},
    ]
    document = {"name": "Welcome", "blocks": blocks, "links": [{"from": "when", "to": "end"}]}
    slug = cartwheel("flow", "import", "-", stdin=json.dumps(document)).stdout.strip()
    draft = cartwheel("flow", "numbers", slug)
    assert (draft.returncode, "never published" in draft.stderr) == (1, True)
    cartwheel("flow", "publish", slug)
    assert "Nothing counts as a success of it." in cartwheel("flow", "numbers", slug).stdout
    assert json.loads(cartwheel("flow", "numbers", slug, "--json").stdout)["success"] is None

    wanted = {"conversion": {"event": "Order placed", "days": 5}, "hold_out": 10}
    cartwheel("flow", "import", "-", "--slug", slug, stdin=json.dumps(document | wanted))
    cartwheel("flow", "publish", slug)
    said = cartwheel("flow", "numbers", slug).stdout
    assert re.search(r"Held out +Nobody yet", said), said
    assert "Nobody has come in since" in said
    told = json.loads(cartwheel("flow", "numbers", slug, "--json").stdout)
    assert (told["state"], told["inside"], told["success"]["held_out"]["entered"]) == ("live", 0, 0)


def test_versions_are_listed_compared_and_one_is_the_draft_again(cartwheel: Type, tmp_path: Path) -> None:
    file = tmp_path / "flow.json"

    def drawn(hours: int) -> str:
        blocks = [
            {"id": "cart", "kind": "event_trigger", "settings": {"event": "Checkout started"}},
            {"id": "hour", "kind": "wait", "settings": {"amount": hours}},
        ]
        links = [{"from": "cart", "to": "hour"}]
        return json.dumps({"format": 1, "name": "Cart", "blocks": blocks, "links": links})

    for hours in (1, 2):
        file.write_text(drawn(hours))
        cartwheel("flow", "import", str(file), "--slug", "cart")
        assert cartwheel("flow", "publish", "cart").returncode == 0
    listed = json.loads(cartwheel("flow", "versions", "cart", "--json").stdout)
    assert [(one["number"], one["changes"]) for one in listed] == [
        (2, ["Wait lengthened from 1 hour to 2 hours"]),
        (1, []),
    ]
    assert cartwheel("flow", "diff", "cart").stdout == "They are the same.\n"
    assert cartwheel("flow", "diff", "cart", "1", "2").stdout == "Wait lengthened from 1 hour to 2 hours\n"
    assert "Version 1 is the draft of cart now" in cartwheel("flow", "restore", "cart", "1").stdout
    assert cartwheel("flow", "diff", "cart").stdout == "Wait shortened from 2 hours to 1 hour\n"
    assert "cart has no version 9" in cartwheel("flow", "restore", "cart", "9").stderr


def test_a_contact_without_an_address_is_listed_and_found_by_the_shops_id(cartwheel: Type, tmp_path: Path) -> None:
    assert cartwheel("contact", "list").stdout == "No contact yet.\n"
    with Ledger.open(f"sqlite:///{tmp_path / 'data' / 'cartwheel.db'}").write(1) as tx:
        ids = resolve(tx, [Who.of({"customer_id": "70211"}), Who.of({"email": "dewi@example.com"})], 1)
        resolve(tx, [Who.of({"customer_id": str(ids[1])})], 1)
    assert "70211" in cartwheel("contact", "list").stdout
    assert cartwheel("contact", "show", "70211").stdout.startswith(f"70211 (id {ids[0]})")
    assert cartwheel("contact", "show", str(ids[0])).stdout.startswith("70211")
    assert cartwheel("contact", "show", "Dewi").stderr == "There is no contact Dewi. Some there are: contact list\n"
    both = cartwheel("contact", "erase", "--yes", str(ids[1]))
    assert both.returncode == 1
    assert "is the customer id of" in both.stderr
    assert "dewi@example.com" in cartwheel("contact", "list").stdout


def test_an_email_is_shown_as_a_contact_would_get_it(cartwheel: Type) -> None:
    cartwheel("flow", "import", str(SAMPLES / "cart-abandonment"))
    email = json.loads(cartwheel("email", "list", "--json").stdout)[0]["slug"]
    html = cartwheel("email", "render", email).stdout
    assert html.startswith("<!DOCTYPE html>")
    source = cartwheel("email", "render", email, "--format", "eml").stdout
    assert re.search(r"^Subject: \S", source, re.MULTILINE)


def test_a_link_signs_in_and_needs_no_user_first(cartwheel: Type) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:8080/sign-in/\S{20,}\n", cartwheel("user", "link").stdout)
    assert len(json.loads(cartwheel("user", "list", "--json").stdout)) == 1


def test_addresses_lead_to_where_it_runs(cartwheel: Type, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "running.lock").write_text('{"pid": 1, "address": "http://127.0.0.1:8773"}')
    assert cartwheel("user", "link").stdout.startswith("http://127.0.0.1:8773/sign-in/")
    assert "http://127.0.0.1:8773/in/shopify/" in cartwheel("source", "add", "shopify", "Doi Leaf").stdout
    (source,) = json.loads(cartwheel("source", "list", "--json").stdout)
    assert source["address"].startswith("http://127.0.0.1:8773/in/shopify/")
    (tmp_path / "data" / "running.lock").write_text('{"pid": 1, "address": "https://mail.doileaf.example"}')
    assert cartwheel("user", "link").stdout.startswith("https://mail.doileaf.example/sign-in/")


def test_the_first_user_takes_an_address_of_their_own(cartwheel: Type) -> None:
    cartwheel("user", "link")
    said = cartwheel("user", "rename", "owner@cartwheel.example", "Nok@DoiLeaf.example")
    assert said.stdout == "owner@cartwheel.example is nok@doileaf.example now.\n"
    assert cartwheel("user", "rename", "nok@doileaf.example", "nok").stderr.startswith("Type an e-mail address")
    (user,) = json.loads(cartwheel("user", "list", "--json").stdout)
    assert user["email"] == "nok@doileaf.example"


def test_somchai_may_sign_in_with_a_password_from_a_pipe(cartwheel: Type) -> None:
    added = cartwheel("user", "add", "somchai@doileaf.example", "--password-stdin", stdin="mountain tea\n")
    assert added.returncode == 0, added.stderr
    (user,) = json.loads(cartwheel("user", "list", "--json").stdout)
    assert (user["email"], user["has_password"]) == ("somchai@doileaf.example", True)
    refused = cartwheel("user", "remove", "somchai@doileaf.example")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "This is the last user." in refused.stderr
    cartwheel("user", "add", "nok@doileaf.example")
    assert "signed out everywhere" in cartwheel("user", "remove", "somchai@doileaf.example").stdout
    (user,) = json.loads(cartwheel("user", "list", "--json").stdout)
    assert user["email"] == "nok@doileaf.example"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["flow", "publish", "welcome"], 1, "There is no flow welcome"),
        (["flow", "pause", "welcome"], 1, "was never published"),
        (["flow", "validate", "nothing.json"], 1, "cannot be read"),
        (["flow", "import", "pyproject.toml"], 1, "is not JSON"),
        (["flow", "import", "docs"], 1, "has no flow.json"),
        (["email", "render", "hello"], 1, "There is no email hello"),
        (["email", "import", "sample_flows/cart-abandonment/flow.json"], 1, "is no e-mail"),
        (["contact", "show", "dewi@example.com"], 1, "There is no contact dewi@example.com"),
        (["outbox", "show", "12"], 1, "There is no message 12"),
        (["source", "remove", "12"], 1, "There is no source 12"),
        (["source", "remove", ENDLESS], 2, "Input should be less than or equal to 999999999999999999"),
        (["outbox", "show", ENDLESS], 2, "Input should be less than or equal to 999999999999999999"),
        (["key", "revoke", ENDLESS], 2, "Input should be less than or equal to 999999999999999999"),
        (
            ["email", "render", "hello", "--event", ENDLESS],
            2,
            "Input should be less than or equal to 999999999999999999",
        ),
        (["flow", "restore", "welcome", ENDLESS], 2, "Input should be less than or equal to 999999999999999999"),
        (["user", "add", "no address"], 1, "Type an e-mail address"),
        (["user", "add", "a@example.com", "--language", "tlh"], 1, "no language of the screens"),
        (["user", "link", "a@example.com"], 1, "There is no user a@example.com"),
        (["up", "--port", "99999"], 1, "--port is 99999: the port must be a number up to 65535."),
        (["flow", "dance"], 2, "No such command"),
        (["key", "create", "--kind", "master", "x"], 2, "master"),
    ],
)
def test_a_mistake_is_one_sentence_and_no_stack_trace(cartwheel: Type, words: list[str], code: int, said: str) -> None:
    there = [str(ROOT / word) if (ROOT / word).exists() else word for word in words]
    answer = cartwheel(*there)
    assert answer.returncode == code
    assert said in answer.stderr
    assert "Traceback" not in answer.stderr + answer.stdout
    assert code == 2 or answer.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ('{"name": "Far", "notes": [{"id": "n", "position": {"x": NaN}}]}', "it has no NaN, write a number"),
        (
            '{"name": "Far", "notes": [{"id": "n", "position": {"x": 1e300}}]}',
            "notes.0.position.x: must be 1,000,000 or less",
        ),
        ('{"name": "Odd", "zzz": 1}', "zzz: there is no such setting"),
        ('{"name": "Odd", "blocks": [{"kind": "wait"}]}', "blocks.0.id: this is missing"),
        ('{"name": "Odd", "format": 7}', "format: must be 1"),
        ('["a list"]', "the document: must be an object in braces"),
        (f'{{"name": "Long", "blocks": [{{"amount": 1{"0" * 30}}}]}}', "has a number that is too large to be kept"),
        ('{"name": "Long", "blocks": [{"amount": 1e999}]}', "has a number that is too large to be kept: 1e999."),
    ],
)
def test_a_flow_that_is_none_is_refused_in_one_sentence(
    cartwheel: Type, tmp_path: Path, document: str, said: str
) -> None:
    file = tmp_path / "flow.json"
    file.write_text(document, "utf-8")
    answer = cartwheel("flow", "import", str(file))
    assert (answer.returncode, answer.stdout) == (1, "")
    assert said in answer.stderr


@pytest.mark.parametrize("levels", [150, 100_000])
@pytest.mark.parametrize(
    "command", ["flow validate", "flow import", "flow test", "email import", "segment import", "segment count"]
)
def test_a_document_that_is_nested_without_end_is_refused_in_one_sentence(
    cartwheel: Type, tmp_path: Path, command: str, levels: int
) -> None:
    file = tmp_path / "deep.json"
    file.write_text('{"rule":' + "[" * levels + "]" * levels + "}")
    answer = cartwheel(*command.split(), str(file))
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == f"{file} is nested in more than 100 levels, which nothing of ours is.\n"


def test_the_doctor_changes_nothing_and_knows_a_healthy_folder(cartwheel: Type, tmp_path: Path) -> None:
    before = cartwheel("doctor")
    assert before.returncode == 0, before.stdout
    assert not (tmp_path / "data").exists()
    cartwheel("key", "create", "Doi Leaf")
    findings = {one["what"]: one for one in json.loads(cartwheel("doctor", "--json").stdout)}
    assert findings["Database"]["state"] == "good"
    assert {one["state"] for one in findings.values()} <= {"good", "note"}


@pytest.mark.parametrize(
    ("revision", "state", "said"),
    [("0025", "note", "at revision 0025 instead of"), ("9999", "bad", "was written by a newer Cartwheel")],
)
def test_the_doctor_of_another_version_claims_nothing_that_it_cannot_read(
    cartwheel: Type, tmp_path: Path, revision: str, state: str, said: str
) -> None:
    cartwheel("key", "create", "Doi Leaf")
    with sqlite3.connect(tmp_path / "data" / "cartwheel.db") as database:
        database.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    findings = {one["what"]: one for one in json.loads(cartwheel("doctor", "--json").stdout)}
    assert (findings["Database"]["state"], said in findings["Database"]["said"]) == (state, True)
    for what in ("Worker", "Events", "Mail server"):
        assert findings[what]["said"] == "not known while the database is of another version"


def test_the_doctor_names_what_is_wrong_and_what_to_do(cartwheel: Type, tmp_path: Path) -> None:
    cartwheel("key", "create", "Doi Leaf")
    (tmp_path / "data" / "secret.key").chmod(0o644)
    answer = cartwheel("doctor")
    assert answer.returncode == 1
    assert re.search(r"BAD +Key .*can be read by other users.*\n +chmod 600 ", answer.stdout)


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("/etc/passwd", "/etc/passwd is a file and no folder"),
        ("/etc/passwd/shop", "/etc/passwd is a file and no folder"),
        ("/proc/nope", "/proc/nope cannot be made: No such file or directory"),
    ],
)
def test_the_doctor_says_where_no_data_folder_can_be(cartwheel: Type, folder: str, said: str) -> None:
    answer = cartwheel("doctor", "--json", data=Path(folder))
    findings = {one["what"]: one for one in json.loads(answer.stdout)}
    found = findings["Data folder"]
    assert (answer.returncode, found["state"], found["said"]) == (1, "bad", said)
    assert found["cure"] == "Choose another with --data."
    for what in ("Key", "Database", "Queue", "Worker", "Mail server"):
        assert findings[what]["said"] == "not known while the data folder cannot be used"


def test_the_doctor_says_who_else_can_read_the_data_folder(cartwheel: Type, tmp_path: Path) -> None:
    cartwheel("key", "create", "Doi Leaf")
    folder = tmp_path / "data"
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o755)
    said = cartwheel("doctor").stdout
    assert re.search(
        rf"BAD +Data folder +{folder} is open to other users of this machine\n +chmod -R go= {folder}\n", said
    )
    other = tmp_path / "other"
    other.mkdir()
    other.chmod(0o755)
    (other / "diary.txt").touch()
    assert re.search(r"BAD +Data folder .*\n +Choose a folder of its own", cartwheel("doctor", data=other).stdout)


@pytest.mark.parametrize(
    ("database", "said"),
    [("", "file is not a database"), ("postgresql://nobody@127.0.0.1:1/nothing", "connection failed")],
)
def test_a_database_that_cannot_be_used_is_told_once(cartwheel: Type, tmp_path: Path, database: str, said: str) -> None:
    secret_key(Settings(data=tmp_path / "data"))
    (tmp_path / "data" / "cartwheel.db").write_text("Dear diary, today the tea was picked on the upper terraces.\n" * 9)
    url = {"CARTWHEEL_DATABASE_URL": database}
    listing = cartwheel("key", "list", **url)
    assert (listing.returncode, listing.stdout, listing.stderr.count("\n")) == (1, "", 1)
    assert listing.stderr.startswith("The database cannot be used: ")
    doctor = cartwheel("doctor", **url)
    assert doctor.stdout.count(said) == 1
    assert re.search(r"BAD +Database .*The database cannot be used: ", doctor.stdout)
    assert re.search(r"note +Worker .*not known while the database cannot be used", doctor.stdout)


def test_a_data_folder_that_there_cannot_be_is_refused_in_one_sentence(cartwheel: Type, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("no folder")
    for folder, why in ((file, "File exists"), (file / "data", "Not a directory")):
        said = cartwheel("flow", "list", data=folder)
        sentence = f"The data folder {folder} cannot be made: {why}. Choose another with --data.\n"
        assert (said.returncode, said.stdout, said.stderr) == (1, "", sentence)


def test_a_segment_is_counted_imported_published_and_shown(cartwheel: Type, tmp_path: Path) -> None:
    file = tmp_path / "bangkok.json"
    rule = {"kind": "field", "of": "contact", "field": "city", "op": "is", "value": "Bangkok"}
    file.write_text(json.dumps({"format": 1, "name": "In Bangkok", "rule": rule}))
    assert json.loads(cartwheel("segment", "count", str(file), "--json").stdout) == {"count": 0}
    assert cartwheel("segment", "count", "-", stdin=json.dumps(rule)).stdout == "0\n"
    assert json.loads(cartwheel("segment", "import", str(file), "--json").stdout)["slug"] == "bangkok"
    assert cartwheel("segment", "publish", "bangkok").stdout == "In Bangkok is live.\n"
    (one,) = json.loads(cartwheel("segment", "list", "--json").stdout)
    assert (one["slug"], one["kind"], one["members"]) == ("bangkok", "rule", 0)
    assert json.loads(cartwheel("segment", "show", "bangkok", "--json").stdout)["says"] == "city is “Bangkok”"
    assert json.loads(cartwheel("segment", "members", "bangkok", "--json").stdout) == []
    odd = cartwheel("segment", "count", "-", stdin=json.dumps({"kind": "did", "event": "Order placed"}))
    assert odd.returncode == 1
    assert "since entering" in odd.stderr
