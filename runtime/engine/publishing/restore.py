"""An old version of a flow becomes its draft again. Nothing that is live changes by it.

The drawing comes back as it was. An e-mail that was changed since, or is gone, can come back too: as a draft of its own
beside the one that is there, which other flows may use.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from runtime.desk import ChangedElsewhere, Draft, Drafts
from runtime.house import House
from runtime.insight.versions import Version, one_version

Emails = Literal["as_they_were", "as_they_are"]


class NoSuchVersion(LookupError):
    """The flow has no version of this number."""


class NotOnTheDesk(LookupError):
    """The flow's draft is archived, in the bin, or gone."""


@dataclass(frozen=True, slots=True)
class OldEmail:
    """An e-mail of an old version that is not the same on the desk now."""

    blocks: tuple[str, ...]
    slug: str
    name: str
    gone: bool
    """Whether it is not there any more, rather than changed."""
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Restored:
    """What restoring did, for taking it back: the draft that was there, the one that is there now, the e-mails made."""

    before: Draft
    draft: Draft
    emails: tuple[str, ...] = ()


def other_emails(drafts: Drafts, old: Version) -> list[OldEmail]:
    """The e-mails that are not on the desk as the version has them."""
    found: dict[tuple[str, bytes], OldEmail] = {}
    for block, slug in old.slugs.items():
        document = dict(old.state.emails[block])
        now = drafts.get("email", slug)
        gone = now is None or now.state != "active"
        wording = _wording(document)
        if not gone and now is not None and _wording(now.document) == wording:
            continue  # also where it is only called differently: nobody who gets it would notice
        key = (slug, wording)
        blocks = (*found[key].blocks, block) if key in found else (block,)
        name = str(document.get("name", "") or (now.name if now is not None else slug))
        found[key] = OldEmail(blocks, slug, name, gone, document)
    return list(found.values())


def restore(
    house: House, workspace: int, slug: str, number: int, by: str, *, emails: Emails = "as_they_were", copied: str
) -> Restored:
    """Make the version the flow's draft. E-mails that are gone come back in any case, those that were changed only
    `as_they_were`; `copied` names such a draft, as "{name} (version 3)".

    Raises NoSuchVersion and NotOnTheDesk.
    """
    old = one_version(house, workspace, slug, number)
    if old is None:
        raise NoSuchVersion(slug)
    now = house.clock.now()
    with house.desk.edit(workspace) as drafts:
        before = drafts.get("flow", slug)
        if before is None or before.state != "active":
            raise NotOnTheDesk(slug)
        wanted = [one for one in other_emails(drafts, old) if one.gone or emails == "as_they_were"]
        there = {_wording(draft.document): draft.slug for draft in drafts.list("email")}
        sent: dict[str, str] = {}
        made: list[str] = []
        for one in wanted:
            # Restored once more, or kept under another name: one such draft is enough.
            if (same := there.get(_wording(one.document))) is None:
                name = copied.replace("{name}", one.name)[:200]
                same = drafts.create("email", name, {**one.document, "name": name}, by, now).slug
                made.append(same)
            sent |= dict.fromkeys(one.blocks, same)
        document = _sending(old.state.flow.to_json(), sent)
        draft = drafts.save("flow", slug, document, before.rev, by, now)
        if old.latest and not other_emails(drafts, old):
            # It is what is live, so there is nothing to publish.
            draft = drafts.mark_published("flow", slug, draft.rev)
    return Restored(before, draft, tuple(made))


def take_back(house: House, workspace: int, done: Restored, by: str) -> Draft:
    """The draft that was there before comes back. Raises ChangedElsewhere if somebody changed it since."""
    now = house.clock.now()
    with house.desk.edit(workspace) as drafts:
        there = drafts.get("flow", done.draft.slug)
        if there is None or there.rev != done.draft.rev:
            raise ChangedElsewhere(there or done.draft)
        for slug in done.emails:
            drafts.bin("email", slug, by, now)
        before = done.before
        draft = drafts.save("flow", before.slug, before.document, there.rev, by, now, name=before.name)
        if before.published_rev == before.rev:
            draft = drafts.mark_published("flow", before.slug, draft.rev)
    return draft


def _wording(document: Mapping[str, Any]) -> bytes:
    """All of an e-mail but its name, for comparing."""
    return orjson.dumps({**document, "name": ""}, option=orjson.OPT_SORT_KEYS)


def _sending(document: dict[str, Any], emails: dict[str, str]) -> dict[str, Any]:
    """The document with other e-mails in these blocks."""
    blocks: Sequence[dict[str, Any]] = document["blocks"]
    return {
        **document,
        "blocks": [
            {**one, "settings": {**one["settings"], "email": emails[one["id"]]}} if one["id"] in emails else one
            for one in blocks
        ],
    }
