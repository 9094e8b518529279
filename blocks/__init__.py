"""The blocks a flow is made of: one file is one block, one folder is one family.

A new file in a family's folder is a new block; nothing else has to be told.
"""

from blocks.registry import KINDS, read_block

__all__ = ["KINDS", "read_block"]
