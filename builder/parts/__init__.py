"""Small pieces of screen that several pages share. The look is in `static/looks`; pages do not invent a second way."""

from builder.parts.tag import Tag, icon, tag

__all__ = ["Tag", "icon", "tag"]
