"""Why a message stands as it does, for those who look."""

from sqlalchemy import and_, case

from runtime.ledger.tables import flow, message

WHY = case(
    (and_(message.c.state == "queued", flow.c.state == "paused", message.c.test.is_(False)), "flow_paused"),
    else_=message.c.code,
).label("code")
"""The code of the reason. While a flow is paused its messages are left as they are, with what kept them back before, so this
is known by the flow alone; the query joins it."""
