"""The cards of the settings page, one file each. Every card has `draw(user, w)` and saves what it shows by itself."""
