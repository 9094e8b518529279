"""E-mails in the archive and in the bin, for what still asks for them."""

from dataclasses import replace

from blocks.contract import Known, PutAway
from runtime.house import House


def with_put_away(house: House, workspace: int, known: Known) -> Known:
    """What is known, and the e-mails that nobody can choose any more."""
    drafts = house.desk.drafts(workspace)
    archived = {draft.slug: PutAway(draft.name, in_bin=False) for draft in drafts.list("email", "archived")}
    binned = {draft.slug: PutAway(draft.name, in_bin=True) for draft in drafts.list("email", "bin")}
    return replace(known, put_away=archived | binned)
