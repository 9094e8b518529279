"""Engagement: who opens the e-mails and follows their links, and whether that was a person.

The public routes hand what they see to a `Recorder`; the engine and the segments read the table `engagement` and the events
that happen to the contact.
"""

from runtime.engagement.machines import PERSON
from runtime.engagement.recording import CLICKED, OPENED, SOURCE

__all__ = ["CLICKED", "OPENED", "PERSON", "SOURCE"]
