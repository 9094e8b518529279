"""What brings people into flows: events as they come in, dates and silence, schedules, changes of products, and who matched
when a flow began."""
