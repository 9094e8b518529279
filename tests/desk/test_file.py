"""The file: readable by people, never half written, restored when the disk lied."""

import json
from pathlib import Path

import pytest

from runtime.desk import ChangedElsewhere, Desk, DeskDamaged
from runtime.desk.file import GENERATIONS


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk on which Dewi made a flow and then changed it eleven times."""
    desk = Desk(tmp_path)
    drafts = desk.drafts(7)
    drafts.create("flow", "ต้อนรับ", {"step": 0}, by="dewi", now=1, slug="welcome")
    for step in range(1, 12):
        drafts.save("flow", "welcome", {"step": step}, rev=step, by="dewi", now=step)
    return desk


def step(desk: Desk) -> int:
    """How far Dewi’s flow is."""
    draft = desk.drafts(7).get("flow", "welcome")
    assert draft is not None
    return int(draft.document["step"])


def test_the_file_can_be_read_without_us(desk: Desk, tmp_path: Path) -> None:
    text = (tmp_path / "7.json").read_text("utf-8")
    assert json.loads(text)["flow"]["welcome"]["document"] == {"step": 11}
    assert '      "name": "ต้อนรับ",\n' in text


def test_the_last_generations_are_kept(desk: Desk) -> None:
    generations = desk.generations(7)
    assert [generation.number for generation in generations] == list(range(11, 1, -1))
    assert len(generations) == GENERATIONS
    assert {generation.drafts for generation in generations} == {1}


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"\0" * 4096,
        b'{"flow": {"welcome": {"name": "cut of',
        b'{"flow": {"welcome": {"name": "Welcome"}}}',
        b'{"flow": {"welcome": {"name": "W", "rev": "1", "state": "active", "created_at": 1, "changed_at": 1, "document": {}}}}',
        b'{"flow": []}',
        b"[1, 2]",
        b"\xff\xfe",
        None,
    ],
    ids=["empty", "zeros", "cut off", "half a draft", "wrong type", "wrong table", "a list", "not text", "gone"],
)
def test_a_damaged_file_is_refused_and_restored(desk: Desk, tmp_path: Path, damage: bytes | None) -> None:
    file = tmp_path / "7.json"
    file.unlink()
    if damage is not None:
        file.write_bytes(damage)

    with pytest.raises(DeskDamaged) as told:
        desk.drafts(7).list("flow")
    assert str(file) in str(told.value)
    assert "are safe" in str(told.value)
    assert "Generation 11" in str(told.value)
    with pytest.raises(DeskDamaged):
        desk.drafts(7).create("flow", "Another", {}, by="dewi", now=99)
    assert not file.exists() if damage is None else file.read_bytes() == damage, "a refused file is left as it is"

    desk.restore_generation(7, told.value.good[0])

    assert step(desk) == 10
    if damage is not None:
        assert (tmp_path / "7.damaged").read_bytes() == damage
    assert step(Desk(tmp_path)) == 10


def test_a_tab_from_before_a_restore_cannot_save_over_it(desk: Desk) -> None:
    desk.restore_generation(7, 4)
    assert step(desk) == 3
    drafts = desk.drafts(7)
    for old_rev in range(1, 20):
        with pytest.raises(ChangedElsewhere):
            drafts.save("flow", "welcome", {"step": 99}, rev=old_rev, by="hannah", now=20)


def test_a_restore_can_be_taken_back(desk: Desk) -> None:
    desk.restore_generation(7, 4)
    desk.restore_generation(7, desk.generations(7)[0].number)
    assert step(desk) == 11


def test_a_damaged_generation_is_neither_offered_nor_restored(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "7.earlier" / "11.json").write_bytes(b"{")
    (tmp_path / "7.json").write_bytes(b"{")
    with pytest.raises(DeskDamaged) as told:
        desk.drafts(7).list("flow")
    assert told.value.good[0] == 10
    assert desk.generations(7)[0].drafts is None
    with pytest.raises(DeskDamaged):
        desk.restore_generation(7, 11)
    with pytest.raises(KeyError):
        desk.restore_generation(7, 1234)


def test_a_change_made_by_hand_is_seen_at_once(desk: Desk, tmp_path: Path) -> None:
    assert step(desk) == 11
    file = tmp_path / "7.json"
    file.write_text(file.read_text("utf-8").replace('"step": 11', '"step": 1234'), "utf-8")
    assert step(desk) == 1234


def test_where_hard_links_do_not_exist_generations_are_copies(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise OSError("not here")

    monkeypatch.setattr("os.link", no_links)
    desk.drafts(7).save("flow", "welcome", {"step": 12}, rev=12, by="dewi", now=12)
    assert desk.generations(7)[0].number == 12
    desk.restore_generation(7, 12)
    assert step(desk) == 11
