"""Rehearsal on the screen and on the command line; what happens in it is `runtime/rehearsal`."""
