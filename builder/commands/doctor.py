"""doctor: what this installation lacks, and what to do about it."""

import dataclasses

import typer

from builder.commands.common import AsJson, Mistake, print_json


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor(as_json: AsJson = False) -> None:
    """Look whether everything is there and works; exit code 1 if something is not."""
    from runtime.checkup import examine
    from runtime.settings import BadSetting, load_settings

    try:
        settings = load_settings()
    except BadSetting as wrong:
        raise Mistake(str(wrong)) from None
    findings = []
    for finding in examine(settings):
        findings.append(finding)
        if not as_json:
            mark = {"good": "ok  ", "note": "note", "bad": "BAD "}[finding.state]
            print(f"{mark}  {finding.what:15} {finding.said}")
            if finding.cure:
                print(f"      {'':15} {finding.cure}")
    if as_json:
        print_json([dataclasses.asdict(finding) for finding in findings])
    if any(finding.state == "bad" for finding in findings):
        raise typer.Exit(1)
