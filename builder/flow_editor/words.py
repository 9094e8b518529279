"""Texts of blocks in which fields may stand: the studio's text box, with the fields that a run of this flow has."""

from collections.abc import Mapping
from dataclasses import replace

from builder.forms.field import Draw, Field, Show
from builder.forms.widgets import WIDGETS
from builder.studio.fields import choices, field_words, fields_of
from builder.studio.words_box import Kind, WordsBox


def _words(field: Field, kind: Kind) -> Show:
    around, w = field.around, field.w
    known = replace(around.known(), kept=around.kept())
    fields = [one for one in fields_of(known, around.run_events(), None) if one.path != "unsubscribe_url"]
    box = WordsBox(
        str(field.value or ""),
        field.put,
        heading=field.title,
        kind=kind,
        fields=choices(fields, w.language, w),
        words=field_words(w),
    )
    field.entered_by(box)
    return lambda: box.show(str(field.value or ""))


def draw_line(field: Field) -> Show:
    """The widget "words": one line."""
    return _words(field, "text")


def draw_lines(field: Field) -> Show:
    """The widget "words_area": several lines."""
    return _words(field, "area")


BLOCK_WIDGETS: Mapping[str, Draw] = {**WIDGETS, "words": draw_line, "words_area": draw_lines}
