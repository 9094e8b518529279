"""How messages go out and what is written down about it: leases, lanes, waves, answers and attempts."""
