"""Where the files that ship with Cartwheel are, and which Cartwheel it is: the only place that knows."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
SAMPLES = ROOT / "sample_flows"

VERSION = "0.1.0"
"""The same as in pyproject.toml, held to it by a test."""
