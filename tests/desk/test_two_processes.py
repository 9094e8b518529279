"""The web server and the command line at one desk, and what a kill leaves."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from runtime.desk import ChangedElsewhere, Desk
from tests.processes import begin

EDITS = 200

HOLD = "from runtime import lifeline; lifeline.hold()\n"
EDITOR = """
import sys
from pathlib import Path
from runtime.desk import ChangedElsewhere, Desk

drafts = Desk(Path(sys.argv[1])).drafts(7)
me, edits = sys.argv[2], int(sys.argv[3])
for number in range(edits):
    while True:
        draft = drafts.get("flow", "shared")
        try:
            drafts.save("flow", "shared", {"by": [*draft.document["by"], me]}, draft.rev, me, number)
            break
        except ChangedElsewhere:
            pass
    drafts.create("email", f"{me} {number}", {"n": number}, me, number)
"""

WRITER = """
import sys
from pathlib import Path
from runtime.desk import Desk

drafts = Desk(Path(sys.argv[1])).drafts(7)
rev = drafts.create("flow", "Long", {"step": 0, "text": "x" * 200_000}, "dewi", 1).rev
print("ready", flush=True)
while True:
    rev = drafts.save("flow", "long", {"step": rev, "text": "x" * 200_000}, rev, "dewi", rev).rev
"""


def start(code: str, *arguments: str) -> subprocess.Popen[str]:
    """Run `code` in a Python of its own."""
    return begin([sys.executable, "-c", HOLD + code, *arguments], os.environ, stdout=subprocess.PIPE, text=True)


def test_two_processes_lose_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.drafts(7).create("flow", "Shared", {"by": []}, by="test", now=0)
    editors = [start(EDITOR, str(tmp_path), me, str(EDITS)) for me in ("dewi", "somchai")]
    assert [editor.wait(timeout=120) for editor in editors] == [0, 0]

    shared = desk.drafts(7).get("flow", "shared")
    assert shared is not None
    assert shared.rev == 1 + 2 * EDITS
    assert [shared.document["by"].count(me) for me in ("dewi", "somchai")] == [EDITS, EDITS]
    assert len(desk.drafts(7).list("email")) == 2 * EDITS


def test_threads_of_one_server_lose_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.drafts(7).create("flow", "Shared", {"count": 0}, by="test", now=0)

    def count() -> None:
        for _ in range(25):
            with desk.edit(7) as edit:
                draft = edit.get("flow", "shared")
                assert draft is not None
                edit.save("flow", "shared", {"count": draft.document["count"] + 1}, draft.rev, "dewi", 1)

    threads = [Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = desk.drafts(7).get("flow", "shared")
    assert found is not None
    assert found.document["count"] == 100


@pytest.mark.kill
def test_a_kill_while_writing_leaves_the_last_whole_state(tmp_path: Path) -> None:
    for attempt in range(12):
        folder = tmp_path / str(attempt)
        writer = start(WRITER, str(folder))
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        # Killed at another moment of a write each time, by how many states a reader has seen go by.
        desk, seen = Desk(folder), set[int]()
        while len(seen) <= attempt % 4:
            draft = desk.drafts(7).get("flow", "long")
            assert draft is not None
            seen.add(draft.rev)
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()

        found = Desk(folder).drafts(7).get("flow", "long")
        assert found is not None
        assert len(found.document["text"]) == 200_000
        assert found.rev >= max(seen)
        # And the lock died with its holder.
        desk.drafts(7).save("flow", "long", {}, found.rev, "hannah", 1)


@pytest.mark.kill
@pytest.mark.parametrize("moment", ["os.fsync", "os.link", "pathlib.Path.replace", "pathlib.Path.unlink"])
def test_dying_at_each_stage_of_a_write_loses_at_most_that_write(tmp_path: Path, moment: str) -> None:
    desk = Desk(tmp_path)
    drafts = desk.drafts(7)
    drafts.create("flow", "Welcome", {"step": 0}, by="dewi", now=1)
    for rev in range(1, 12):
        drafts.save("flow", "welcome", {"step": rev}, rev, "dewi", rev)

    child = os.fork()
    if child == 0:
        module, _, name = moment.rpartition(".")
        place = Path if module == "pathlib.Path" else os
        setattr(place, name, lambda *_, **__: os._exit(9))
        drafts.save("flow", "welcome", {"step": "lost"}, 12, "dewi", 99)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9, "the write passes this stage"

    found = Desk(tmp_path).drafts(7).get("flow", "welcome")
    assert found is not None
    assert found.document == {"step": 11}
    drafts.save("flow", "welcome", {"step": 12}, 12, "dewi", 99)
    with pytest.raises(ChangedElsewhere):
        drafts.save("flow", "welcome", {"step": 13}, 12, "dewi", 99)
    assert json.loads((tmp_path / "7.json").read_bytes())["flow"]["welcome"]["document"] == {"step": 12}
    assert desk.generations(7)[0].drafts == 1
