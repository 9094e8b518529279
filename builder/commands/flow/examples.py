"""flow test: the examples of flows, run on the command line."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from builder.commands.common import AsJson, Mistake, opened, print_json, read_flow, read_json
from builder.commands.flow.folder import read_folder

if TYPE_CHECKING:
    from runtime.house import House
    from runtime.rehearsal import Tried


def run_them(
    what: Annotated[
        str,
        typer.Argument(
            metavar="SLUG|FILE|PATH", help="A draft, a flow as JSON, or a folder with flow.json and emails/."
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Run the examples of a flow, of all flows without one named; exit code 1 if one does not hold."""
    from runtime.rehearsal import run_examples

    found: dict[str, list[Tried]] = {}
    with opened() as (house, workspace):
        for place, slug, document in _flows(house, workspace, what):
            flow = read_flow(document, what or f"The draft {slug}")
            found[slug] = run_examples(place, workspace, slug, flow)
            if not as_json:
                _print(slug, found[slug], only=bool(what))
    failing = sum(not one.holds for tried in found.values() for one in tried)
    if as_json:
        print_json({"holds": not failing, "flows": {slug: _as_json(tried) for slug, tried in found.items()}})
    elif not what:
        every = sum(map(len, found.values()))
        print(f"{every - failing} of {every} examples hold." if every else "No flow has examples yet.")
    if failing:
        raise typer.Exit(1)


def as_lines(tried: "Tried") -> list[str]:
    """An example with whether it holds, and what differs below it."""
    return [f"{'pass' if tried.holds else 'FAIL'}  {tried.name}", *(f"      {said}" for said in _said(tried))]


def _print(slug: str, tried: list["Tried"], *, only: bool) -> None:
    if not tried and not only:
        return
    print(slug)
    for one in tried:
        print("\n".join(f"  {line}" for line in as_lines(one)))
    if only:
        holding = sum(one.holds for one in tried)
        print(f"{holding} of {len(tried)} examples hold." if tried else "It has no examples. See docs/examples.md.")


def _as_json(tried: list["Tried"]) -> list[dict[str, Any]]:
    return [{"name": one.name, "holds": one.holds, "differs": _said(one)} for one in tried]


def _said(tried: "Tried") -> list[str]:
    from runtime.words import words

    w = words("en")
    return [f"{text}." if (text := w.text(one)) and text[-1] not in ".!?" else text for one in tried.differs]


def _flows(house: "House", workspace: int, what: str) -> Iterator[tuple["House", str, Any]]:
    """Each flow that is meant, and the house with its e-mails."""
    drafts = house.desk.drafts(workspace)
    path = Path(what)
    draft = drafts.get("flow", what) if what else None
    if not what:
        for draft in sorted(drafts.list("flow"), key=lambda draft: draft.slug):
            yield house, draft.slug, draft.document
    elif draft is not None:
        yield house, what, draft.document
    elif path.is_dir():
        with _beside(house, workspace, path) as (beside, slug):
            found = beside.desk.drafts(workspace).get("flow", slug)
            yield beside, path.resolve().name, found.document if found is not None else {}
    elif path.is_file():
        yield house, path.stem, read_json(path)
    else:
        raise Mistake(f"There is no flow {what}, and no such file. All there are: flow list")


@contextmanager
def _beside(house: "House", workspace: int, folder: Path) -> Iterator[tuple["House", str]]:
    """The house with a desk of its own, on which lie the brand and the flow and e-mails of a folder."""
    from runtime.desk import Desk
    from runtime.samples import take

    sample = read_folder(folder)
    with TemporaryDirectory(prefix="cartwheel-test-") as place:
        beside = replace(house, desk=Desk(Path(place)))
        brand = house.desk.drafts(workspace).get("brand", "brand")
        if brand is not None:
            now = house.clock.now()
            beside.desk.drafts(workspace).put("brand", "brand", brand.name, dict(brand.document), "command line", now)
        yield beside, take(beside, workspace, sample, "command line")
