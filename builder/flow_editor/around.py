"""What the forms of a flow's blocks ask about the flow that they are in."""

from typing import TYPE_CHECKING

from blocks import KINDS
from blocks.flow import Flow
from blocks.keeping import kept_in
from builder.access import act
from builder.flow_editor.emails import DeskEmails
from builder.forms import Around
from runtime.accounts import app_secrets

if TYPE_CHECKING:
    from builder.flow_editor.editor import FlowEditor


def around(editor: "FlowEditor") -> Around:
    """The answers, as the flow of this editor is drawn when they are asked for."""
    user = editor.user

    async def keep_secret(host: str, value: str) -> str:
        return await act(user, app_secrets.keep, user.house, user.workspace, host, value)

    def sends() -> list[tuple[str, str]]:
        """The blocks that send, as their cards say it."""
        ids = [doc.id for doc in editor.flow.blocks if doc.kind in KINDS and KINDS[doc.kind].card.family == "send"]
        return [(id_, str(editor.cards.faces[id_]["say"])) for id_ in ids if id_ in editor.cards.faces]

    return Around(
        editor.w,
        known=lambda: editor.look.known,
        run_events=lambda: _run_events(editor.flow),
        kept=lambda: kept_in(editor.flow.to_json()),
        tags=lambda: _tags(editor.flow),
        exits=lambda: [leave.called for leave in editor.flow.exits if leave.called],
        sends=sends,
        keep_secret=keep_secret,
        emails=DeskEmails(user, editor.w, f"/flows/{editor.slug}", editor.settle),
    )


def _run_events(flow: Flow) -> list[str]:
    """The events that a run of this flow may stand on."""
    events = [doc.settings.get("event") for doc in flow.blocks]
    events += [getattr(KINDS.get(doc.kind), "happening", None) for doc in flow.blocks]
    return [event for event in events if isinstance(event, str) and event]


def _tags(flow: Flow) -> list[str]:
    """The tags that this flow names."""
    named = {doc.settings.get("name") for doc in flow.blocks if "tag" in str(doc.settings.get("change", ""))}
    return sorted(name for name in named if isinstance(name, str) and name)
