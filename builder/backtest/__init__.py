"""A backtest on screen and on the command line."""
