"""The copy of what can be undone: the same steps as in the browser, no more than fit, and only for who left them."""

from typing import Any

from builder.flow_editor import trail as room
from builder.flow_editor.trail import Trail, Trails
from runtime.clock import HOUR


def flow(amount: int, *more: str) -> dict[str, Any]:
    """A flow with a wait of so many hours, and more blocks."""
    blocks = [{"id": "pause", "amount": amount}, *({"id": one} for one in more)]
    return {"format": 1, "name": "Cart", "blocks": blocks, "links": [], "notes": []}


def states(trail: Trail) -> list[Any]:
    """The documents as a browser puts them together again."""
    told = trail.for_browser()
    parts = told["parts"]

    def put_together(rest: int, *lists: list[int]) -> dict[str, Any]:
        named = zip(("blocks", "links", "notes"), lists, strict=True)
        return {**parts[rest], **{name: [parts[one] for one in places] for name, places in named}}

    return [put_together(*one) for one in told["states"]]


def test_typing_is_one_step_as_in_the_browser_and_a_change_after_undo_forgets_what_was_undone() -> None:
    trail = Trail(flow(1), 1)
    trail.follow(flow(2), 1, travelled=False)
    trail.follow(flow(24), 1, travelled=False)
    trail.follow(flow(24, "mail"), 2, travelled=False)
    assert states(trail) == [flow(1), flow(24), flow(24, "mail")]
    trail.follow(flow(24), 1, travelled=True)
    assert trail.for_browser()["at"] == 1
    trail.follow(flow(24, "tag"), 2, travelled=False)
    assert states(trail) == [flow(1), flow(24), flow(24, "tag")]


def test_a_browser_that_went_another_way_makes_it_begin_anew() -> None:
    trail = Trail(flow(1), 1)
    trail.follow(flow(2), 1, travelled=False)
    trail.follow(flow(5), 4, travelled=False)
    assert states(trail) == [flow(5)]
    trail.follow(flow(6), 5, travelled=False)
    trail.follow(flow(5), 4, travelled=True)
    assert (states(trail), trail.for_browser()["at"]) == ([flow(5), flow(6)], 0)


def test_what_states_share_is_kept_once_and_the_oldest_steps_make_room(monkeypatch: Any) -> None:
    many = [f"block-{nth}" for nth in range(200)]
    trail = Trail(flow(1, *many), 1)
    for step in range(1, 50):
        trail.follow(flow(1 + step, *many), step, travelled=False)
    assert len(trail.for_browser()["parts"]) == 200 + 50 + 1
    monkeypatch.setattr(room, "MOST_BYTES", 20_000)
    trail.follow(flow(100, *many), 50, travelled=False)
    kept = states(trail)
    assert len(kept) < 15
    assert kept[-1] == flow(100, *many)


def test_it_is_taken_up_by_who_left_it_as_long_as_the_draft_is_as_it_was() -> None:
    trails = Trails()
    hannah, nok = ("hannah", 1, "cart"), ("nok", 1, "cart")
    left = trails.take_up(hannah, flow(1), 1, now=0)
    left.follow(flow(2), 1, travelled=False)
    left.rev = 2
    assert trails.take_up(hannah, flow(2), 2, now=HOUR) is left
    assert trails.take_up(nok, flow(2), 2, now=HOUR) is not left
    assert trails.take_up(hannah, flow(2), 3, now=HOUR) is not left


def test_only_what_was_drawn_on_lately_is_kept(monkeypatch: Any) -> None:
    monkeypatch.setattr(room, "MOST", 2)
    trails = Trails()
    first, second = (trails.begin(slug, flow(1), 1, now=0) for slug in ("first", "second"))
    trails.touch("first", now=HOUR)
    trails.begin("third", flow(1), 1, now=HOUR)
    assert trails.take_up("first", flow(1), 1, now=HOUR) is first
    assert trails.take_up("second", flow(1), 1, now=HOUR) is not second
    assert trails.take_up("first", flow(1), 1, now=20 * HOUR) is not first


def test_a_draft_that_was_replaced_elsewhere_can_be_undone_by_who_opens_it_next() -> None:
    trails, key = Trails(), ("session", 1, "cart")
    trail = trails.begin(key, flow(1), 1, now=0)
    trail.follow(flow(2), 1, travelled=False)
    trail.rev = 2
    for _ in range(2):  # the page that has it open is told as well
        trails.replace(key, (flow(2), 2), (flow(24), 3), now=0)
    opened = trails.take_up(key, flow(24), 3, now=0)
    assert states(opened) == [flow(1), flow(2), flow(24)]
    assert opened.for_browser()["at"] == 2


def test_a_draft_that_was_replaced_can_be_undone_also_where_it_was_not_open_before() -> None:
    trails, key = Trails(), ("session", 1, "cart")
    trails.replace(key, (flow(2), 2), (flow(24), 3), now=0)
    assert states(trails.take_up(key, flow(24), 3, now=0)) == [flow(2), flow(24)]
