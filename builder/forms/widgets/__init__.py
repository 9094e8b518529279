"""The widgets by name, as `json_schema_extra={"widget": …}` of a setting names them.

A widget is a function that draws into the open slot and returns what shows the setting anew. Other rooms may add theirs.
"""

from builder.forms.field import Draw
from builder.forms.widgets.choices import draw_select, draw_send_block, draw_switch, draw_weekdays
from builder.forms.widgets.email import draw_email
from builder.forms.widgets.flow import draw_flow
from builder.forms.widgets.hours import draw_hours
from builder.forms.widgets.names import draw_event, draw_exit, draw_property, draw_tag_or_field
from builder.forms.widgets.recurrence import draw_recurrence
from builder.forms.widgets.segment import draw_segment
from builder.forms.widgets.text import draw_area, draw_number, draw_text
from builder.forms.widgets.times import draw_date, draw_duration, draw_time
from builder.forms.widgets.users import draw_users

WIDGETS: dict[str, Draw] = {
    "text": draw_text,
    "url": draw_text,
    "textarea": draw_area,
    "number": draw_number,
    "select": draw_select,
    "switch": draw_switch,
    "weekdays": draw_weekdays,
    "duration": draw_duration,
    "time": draw_time,
    "date": draw_date,
    "hours": draw_hours,
    "recurrence": draw_recurrence,
    "event": draw_event,
    "exit": draw_exit,
    "tag_or_field": draw_tag_or_field,
    "property": draw_property,
    "send_block": draw_send_block,
    "email": draw_email,
    "flow": draw_flow,
    "segment": draw_segment,
    "users": draw_users,
}
OWN_SECTION: set[str] = {"rule", "email"}
"""Widgets that are large enough for a section of their own, with the title as its heading."""
