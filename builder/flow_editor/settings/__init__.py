"""The settings of the whole flow, one file a section."""

from builder.flow_editor.settings.settings import FlowSettings

__all__ = ["FlowSettings"]
