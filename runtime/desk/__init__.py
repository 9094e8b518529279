"""Drafts of flows, e-mails and the brand: small documents edited by people, one readable JSON file a workspace.

What is published or grows with traffic is in the ledger. This is the only place that imports TinyDB.
"""

from runtime.desk.desk import Desk
from runtime.desk.draft import ChangedElsewhere, Draft, Kind, NoSuchDraft, SlugTaken, State
from runtime.desk.drafts import KEPT_IN_BIN, Drafts
from runtime.desk.file import DeskDamaged, Generation

__all__ = [
    "KEPT_IN_BIN",
    "ChangedElsewhere",
    "Desk",
    "DeskDamaged",
    "Draft",
    "Drafts",
    "Generation",
    "Kind",
    "NoSuchDraft",
    "SlugTaken",
    "State",
]
