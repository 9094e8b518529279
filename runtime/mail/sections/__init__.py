"""The kinds of section an e-mail is made of: one file each, found by listing this folder."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from typing import cast

from runtime.mail.section import Section


def _found() -> Iterator[type[Section]]:
    for entry in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{entry.name}")
        for thing in vars(module).values():
            if isinstance(thing, type) and issubclass(thing, Section) and thing.__module__ == module.__name__:
                yield thing


KINDS: Mapping[str, type[Section]] = {
    cast(str, section.model_fields["kind"].default): section
    for section in sorted(_found(), key=lambda each: (each.card.place, each.__name__))
}
"""Every kind of section by the word that stands in documents, in the order in which the editor offers them."""
