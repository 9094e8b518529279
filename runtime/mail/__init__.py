"""The mail room: from an e-mail as a marketer composed it to the bytes of one message.

`read_document` and `check_email` while it is composed, `compile_email` once per published version, `Renderer` and
`Skeleton` for every message. Pure: no database, no network, no clock.
"""

from runtime.mail.brand import FONTS, Brand
from runtime.mail.checks import check_email, tags_in, tags_of
from runtime.mail.compile import CompiledEmail, CompiledLink, compile_email
from runtime.mail.data import mail_data
from runtime.mail.document import DocumentRefused, EmailDocument, new_section, read_document
from runtime.mail.errors import CompileFailed, HeaderRefused, MailError, RenderFailed, TagBroken
from runtime.mail.merge_fields import MERGE_FIELDS, MergeField, merge_fields, sample_data
from runtime.mail.mime import Skeleton, build_message
from runtime.mail.problems import Problem
from runtime.mail.render import Follow, Rendered, Renderer
from runtime.mail.section import Card, Section
from runtime.mail.sections import KINDS
from runtime.mail.words import words_in

__all__ = [
    "FONTS",
    "KINDS",
    "MERGE_FIELDS",
    "Brand",
    "Card",
    "CompileFailed",
    "CompiledEmail",
    "CompiledLink",
    "DocumentRefused",
    "EmailDocument",
    "Follow",
    "HeaderRefused",
    "MailError",
    "MergeField",
    "Problem",
    "RenderFailed",
    "Rendered",
    "Renderer",
    "Section",
    "Skeleton",
    "TagBroken",
    "build_message",
    "check_email",
    "compile_email",
    "mail_data",
    "merge_fields",
    "new_section",
    "read_document",
    "sample_data",
    "tags_in",
    "tags_of",
    "words_in",
]
