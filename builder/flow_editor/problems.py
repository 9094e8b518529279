"""The list of what is wrong; each line leads to its block or example."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from blocks.contract import Problem
from blocks.flow import Flow
from builder.drafting.faces import Face
from builder.parts.menu import Menu
from builder.parts.tag import Tag, icon, tag
from runtime.words import Words


class ProblemList:
    """Opens below the chip in the bar."""

    def __init__(self, chip: Tag, on_choose: Callable[[str], Any], on_examples: Callable[[], Any], w: Words) -> None:
        self.w = w
        self._on_choose, self._on_examples = on_choose, on_examples
        with chip, Menu().props("anchor='bottom middle' self='top middle' :offset=\"[0, 8]\"") as self._menu:
            self._list = tag("div", "fe-list", role="list")

    def show(self, problems: Sequence[Problem], flow: Flow, faces: dict[str, Face]) -> None:
        """List them: what stops publishing first, else in the flow's order."""
        w = self.w
        order = {doc.id: place for place, doc in enumerate(flow.blocks)}
        sorted_ = sorted(problems, key=lambda one: (one.level != "bad", order.get(one.block, -1)))
        self._list.clear()
        with self._list:
            for problem in sorted_:
                with tag("div", role="listitem"):
                    item = tag("button", "fe-item", type="button", data_block=problem.block or None)
                item.on_click(partial(self._choose, problem))
                with item:
                    bad = problem.level == "bad"
                    icon("error" if bad else "warning").classes("is-bad" if bad else "is-warn")
                    with tag("span"):
                        tag("span", "", w.text(problem.phrase))
                        face = faces.get(problem.block)
                        about = w("The whole Flow") if face is None else f"{face['kind']}: {face['say']}"
                        tag("span", "cw-cap", about)

    def open(self) -> None:
        """Open the list."""
        self._menu.open()

    def _choose(self, problem: Problem) -> Any:
        self._menu.close()
        return self._on_examples() if problem.field == "examples" else self._on_choose(problem.block)
