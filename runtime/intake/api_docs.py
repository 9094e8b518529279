"""/api/docs for people who write programs, /api/openapi.json for the programs. Both from one description."""

from collections.abc import Iterator, Mapping
from functools import cache
from html import escape
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from runtime.house import House
from runtime.intake.html import STYLE, answer_page, page
from runtime.intake.http import answer_json
from runtime.intake.openapi import DESCRIPTION

_STYLE = (
    STYLE
    + """
main{display:block;place-items:normal;max-width:860px;margin:0 auto;padding:40px 20px 80px}
article{max-width:none;margin:0 0 16px}
h2{margin:0 0 8px;font-size:18px;color:var(--ink)}
h3{margin:20px 0 6px;font-size:14px;color:var(--ink)}
code,pre{font:13px/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:var(--ink)}
pre{margin:0;padding:14px 16px;background:var(--bg);border-radius:10px;overflow:auto}
table{width:100%;border-collapse:collapse;font-size:14px}
td{padding:8px 12px 8px 0;border-top:1px solid var(--line);vertical-align:top}
td:first-child{white-space:nowrap}
"""
)


class ApiDocs:
    """The addresses below /api/, except where events are taken."""

    def __init__(self, house: House) -> None:
        self._own_url = house.settings.own_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] in ("GET", "HEAD"):
            match scope["path"]:
                case "/api/openapi.json":
                    await answer_json(send, 200, DESCRIPTION)
                    return
                case "/api/docs":
                    await answer_page(send, 200, docs(self._own_url), _STYLE)
                    return
        await answer_json(send, 404, {"error": "There is nothing here. What there is stands at /api/docs."})


@cache
def docs(own_url: str) -> str:
    """The page; `own_url` is where this installation is reached."""
    info = DESCRIPTION["info"]
    parts = [f"<h1>{escape(info['title'])}</h1><p>{escape(info['description'])}</p>"]
    for path, methods in DESCRIPTION["paths"].items():
        for method, operation in methods.items():
            parts.append(_operation(own_url, path, method, operation))
    for name, schema in DESCRIPTION["components"]["schemas"].items():
        parts.append(f'<article id="{escape(name)}"><h2>{escape(name)}</h2>{_fields(schema)}</article>')
    parts.append('<p class="small"><a href="openapi.json">openapi.json</a></p>')
    return page("en", info["title"], "".join(parts), _STYLE)


def _operation(own_url: str, path: str, method: str, operation: Mapping[str, Any]) -> str:
    example = operation["requestBody"]["content"]["application/json"]["example"]
    body = orjson.dumps(example, option=orjson.OPT_INDENT_2).decode()
    lines = (
        f"curl {own_url}{path}",
        f"-H 'Authorization: Bearer {operation.get('x-key', 'cw_ing_…')}'",
        "-H 'Content-Type: application/json'",
        f"-d '{body}'",
    )
    command = " \\\n  ".join(lines)
    answers = "".join(
        f"<tr><td><code>{status}</code></td><td>{escape(answer['description'])}</td></tr>"
        for status, answer in operation["responses"].items()
    )
    return (
        f"<article><h2>{escape(operation['summary'])}</h2><p><code>{method.upper()} {escape(path)}</code></p>"
        f"<p>{escape(operation['description'])}</p><h3>Example</h3><pre>{escape(command)}</pre>"
        f"<h3>Answers</h3><table>{answers}</table></article>"
    )


def _fields(schema: Mapping[str, Any]) -> str:
    text = f"<p>{escape(schema['description'])}</p>" if "description" in schema else ""
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{escape(kind)}</td><td>{escape(said)}</td></tr>"
        for name, kind, said in _rows(schema, "", frozenset(schema.get("required", ())))
    )
    return f"{text}<table>{rows}</table>"


def _rows(schema: Mapping[str, Any], prefix: str, required: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    for name, field in schema.get("properties", {}).items():
        if "$ref" in field:
            kind = field["$ref"].rpartition("/")[2]
        else:
            kind = " or ".join(f"“{choice}”" for choice in field["enum"]) if "enum" in field else field["type"]
        said = field.get("description", "")
        yield prefix + name, kind + (", needed" if name in required else ""), said
        inner = field.get("items", field)
        if "properties" in inner:
            yield from _rows(inner, f"{prefix}{name}.", frozenset())
