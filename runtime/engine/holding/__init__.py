"""Whom a block holds, and until when: also if that changes meanwhile."""
