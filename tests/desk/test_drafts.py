"""Drafts: two people at one desk, and what happens to a draft in its life."""

from pathlib import Path

import pytest

from runtime.desk import ChangedElsewhere, Desk, Drafts, NoSuchDraft, SlugTaken

WELCOME = {"format": 1, "name": "Welcome", "blocks": []}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty desk."""
    return Desk(tmp_path / "desk")


@pytest.fixture
def drafts(desk: Desk) -> Drafts:
    """The drafts of one shop."""
    return desk.drafts(7)


def test_a_new_draft_is_there_for_everyone_at_once(desk: Desk, drafts: Drafts) -> None:
    made = drafts.create("flow", "Welcome", WELCOME, by="dewi@doileaf.example", now=100)
    assert (made.slug, made.rev, made.state, made.created_at, made.published_rev) == ("welcome", 1, "active", 100, None)
    assert Desk(desk._folder).drafts(7).get("flow", "welcome") == made


def test_a_desk_where_nothing_was_saved_is_empty(drafts: Drafts) -> None:
    assert drafts.get("brand", "brand") is None
    assert drafts.list("flow") == []


def test_workspaces_do_not_see_each_other(desk: Desk, drafts: Drafts) -> None:
    drafts.create("flow", "Welcome", WELCOME, by="dewi", now=1)
    assert desk.drafts(8).list("flow") == []


def test_the_second_of_two_tabs_is_told_and_overwrites_nothing(drafts: Drafts) -> None:
    drafts.create("flow", "Welcome", WELCOME, by="dewi", now=1)
    drafts.save("flow", "welcome", WELCOME | {"notes": ["Dewi’s"]}, rev=1, by="dewi", now=2)

    with pytest.raises(ChangedElsewhere) as told:
        drafts.save("flow", "welcome", WELCOME | {"notes": ["Somchai’s"]}, rev=1, by="somchai", now=3)

    assert told.value.draft.changed_by == "dewi"
    assert told.value.draft.document["notes"] == ["Dewi’s"]
    kept = drafts.get("flow", "welcome")
    assert kept is not None
    assert (kept.document["notes"], kept.rev) == (["Dewi’s"], 2)


def test_the_first_of_two_first_saves_of_a_brand_wins(drafts: Drafts) -> None:
    made = drafts.save("brand", "brand", {"primary": "#0a6"}, rev=0, by="dewi", now=1)
    assert (made.slug, made.rev) == ("brand", 1)
    with pytest.raises(ChangedElsewhere):
        drafts.save("brand", "brand", {"primary": "#f00"}, rev=0, by="somchai", now=2)


def test_saving_what_was_removed_says_so(drafts: Drafts) -> None:
    with pytest.raises(NoSuchDraft):
        drafts.save("flow", "gone", WELCOME, rev=3, by="dewi", now=1)


def test_the_list_shows_the_newest_change_first(drafts: Drafts) -> None:
    for at, name in enumerate(("Cart", "Birthday", "Win-back"), start=1):
        drafts.create("flow", name, {}, by="dewi", now=at)
    drafts.save("flow", "cart", {"changed": True}, rev=1, by="dewi", now=9)
    assert [draft.name for draft in drafts.list("flow")] == ["Cart", "Win-back", "Birthday"]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Café: Welcome!", "cafe-welcome"),
        ("Keranjang  ditinggal", "keranjang-ditinggal"),
        ("ต้อนรับลูกค้าใหม่", "flow"),
        ("2026", "flow"),
        ("ลดราคา 11.11 Sale", "11-11-sale"),
        ("../../etc/passwd", "etc-passwd"),
        ("w" * 200, "w" * 60),
    ],
)
def test_slugs_come_from_names(drafts: Drafts, name: str, slug: str) -> None:
    assert drafts.create("flow", name, {}, by="dewi", now=1).slug == slug


def test_slugs_are_told_apart_even_from_the_bin(drafts: Drafts) -> None:
    drafts.create("flow", "ต้อนรับ", {}, by="somchai", now=1)
    drafts.bin("flow", "flow", by="somchai", now=2)
    assert drafts.create("flow", "วันเกิด", {}, by="somchai", now=3).slug == "flow-2"
    assert drafts.create("email", "วันเกิด", {}, by="somchai", now=3).slug == "email"
    with pytest.raises(SlugTaken):
        drafts.create("flow", "Again", {}, by="somchai", now=4, slug="flow")


def test_a_slug_is_not_given_again_after_the_bin_is_emptied(drafts: Drafts) -> None:
    drafts.create("flow", "Welcome", WELCOME, by="dewi", now=1)
    drafts.bin("flow", "welcome", by="dewi", now=10)
    drafts.create("flow", "Cart", WELCOME, by="dewi", now=1)
    drafts.bin("flow", "cart", by="dewi", now=99)

    assert drafts.empty_bin(older_than=50) == 1

    assert [draft.slug for draft in drafts.list("flow", "bin")] == ["cart"]
    assert drafts.create("flow", "Welcome", WELCOME, by="dewi", now=100).slug == "welcome-2"
    assert drafts.put("flow", "welcome", "Welcome", WELCOME, by="import", now=101).slug == "welcome"


def test_archive_bin_and_back(drafts: Drafts) -> None:
    drafts.create("flow", "Welcome", WELCOME, by="dewi", now=1)
    drafts.archive("flow", "welcome", by="dewi", now=2)
    assert drafts.list("flow") == []
    assert [draft.slug for draft in drafts.list("flow", "archived")] == ["welcome"]
    drafts.bin("flow", "welcome", by="dewi", now=3)
    back = drafts.restore("flow", "welcome", by="hannah", now=4)
    assert (back.state, back.changed_by, back.changed_at) == ("active", "hannah", 4)


def test_a_tab_left_open_cannot_save_into_the_bin(drafts: Drafts) -> None:
    drafts.create("flow", "Welcome", WELCOME, by="dewi", now=1)
    drafts.bin("flow", "welcome", by="somchai", now=2)
    with pytest.raises(ChangedElsewhere) as told:
        drafts.save("flow", "welcome", WELCOME, rev=1, by="dewi", now=3)
    assert told.value.draft.state == "bin"


def test_published_means_unchanged_since(drafts: Drafts) -> None:
    drafts.create("flow", "Welcome", WELCOME, by="dewi", now=1)
    drafts.mark_published("flow", "welcome", rev=1)
    renamed = drafts.rename("flow", "welcome", "A warm welcome", by="dewi", now=2)
    assert renamed.published_rev == renamed.rev, "a new name is nothing to publish"
    assert renamed.document["name"] == renamed.name == "A warm welcome"
    changed = drafts.save("flow", "welcome", WELCOME, rev=renamed.rev, by="dewi", now=3)
    assert changed.published_rev is not None
    assert changed.published_rev < changed.rev


def test_a_duplicate_is_a_draft_of_its_own(drafts: Drafts) -> None:
    drafts.create("flow", "Welcome", WELCOME, by="dewi", now=1)
    drafts.mark_published("flow", "welcome", rev=1)
    copy = drafts.duplicate("flow", "welcome", "Welcome (copy)", by="dewi", now=2)
    assert (copy.slug, copy.rev, copy.published_rev) == ("welcome-copy", 1, None)
    assert copy.document == WELCOME | {"name": "Welcome (copy)"}


def test_an_import_replaces_whatever_is_there(drafts: Drafts) -> None:
    drafts.put("email", "hello", "Hello", {"subject": "Hi"}, by="demo", now=1)
    drafts.bin("email", "hello", by="dewi", now=2)
    again = drafts.put("email", "hello", "Hello", {"subject": "Hi there"}, by="demo", now=3)
    assert (again.state, again.rev, again.document["subject"]) == ("active", 3, "Hi there")


def test_what_a_caller_does_to_its_copy_stays_with_the_caller(drafts: Drafts) -> None:
    drafts.create("flow", "Welcome", WELCOME, by="dewi", now=1)
    drafts.list("flow")[0].document["blocks"].append("scribble")
    found = drafts.get("flow", "welcome")
    assert found is not None
    assert found.document == WELCOME


def test_half_an_emoji_does_not_lose_the_work(drafts: Drafts) -> None:
    drafts.create("email", "Hello", {"subject": "Hi \ud83d"}, by="dewi", now=1)
    found = drafts.get("email", "hello")
    assert found is not None
    assert found.document["subject"] == "Hi ?"


def test_an_edit_is_all_or_nothing(desk: Desk, drafts: Drafts) -> None:
    drafts.create("flow", "Welcome", WELCOME, by="dewi", now=1)
    with pytest.raises(ZeroDivisionError), desk.edit(7) as edit:  # noqa: PT012
        edit.create("email", "Hello", {}, by="dewi", now=2)
        edit.bin("flow", "welcome", by="dewi", now=2)
        assert [draft.slug for draft in edit.list("flow", "bin")] == ["welcome"], "an edit sees its own changes"
        _ = 1 / 0
    assert drafts.list("email") == []
    assert [draft.slug for draft in drafts.list("flow")] == ["welcome"]


def test_an_edit_inside_an_edit_is_refused_instead_of_waiting_for_ever(desk: Desk, drafts: Drafts) -> None:
    with pytest.raises(RuntimeError, match="already"), desk.edit(7):
        drafts.create("flow", "Welcome", WELCOME, by="dewi", now=1)
    drafts.create("flow", "Welcome", WELCOME, by="dewi", now=1)
