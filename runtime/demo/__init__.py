"""The demo: a tea-and-coffee shop whose last 60 days the real engine has lived through."""

from runtime.demo.fill import fill

__all__ = ["fill"]
