"""Who is inside a flow: the list, one run, what can be done with them, and why somebody is not there."""
