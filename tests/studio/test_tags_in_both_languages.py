"""Merge tags are read by the editor in the browser and by the mail room: both must see the same."""

import json
from typing import Any

import pytest

from runtime.mail.tags import Tag, pieces
from tests.pages.conftest import Look

pytestmark = pytest.mark.browser

TEXTS = (
    "no field at all",
    "Hello {{ contact.first_name }}!",
    'Hello {{contact.first_name|default:"there"}}, {{ cart.total | money }} today',
    "{{ contact.first_name | default: 'a \"tea\" friend' }}",
    '{{ contact.first_name | upcase | default: "it is | not a filter" }}',
    "{{ event.customer.city | default: 'x' | truncate: 20 }}{{ shop.name }}",
    "สวัสดี {{ contact.first_name | default: 'คุณลูกค้า' }}",
    '{{ contact.first_name | default: "" }}',
)
READ = """
async (texts) => {
  const { pieces } = await import("cartwheel-studio/merge_tags.js");
  return texts.map((text) => pieces(text).map((one) =>
    typeof one === "string" ? one : [one.source, one.path, one.filters.map((each) => each.split(":")[0].trim()), one.fallback]));
}
"""
WRITE = """
async ([path, fallback]) => {
  const { readTag, writeTag } = await import("cartwheel-studio/merge_tags.js");
  const source = writeTag(path, ["upcase"], fallback);
  return [source, readTag(source).fallback];
}
"""


def ours(text: str) -> list[Any]:
    """What the mail room sees."""
    return [
        [one.source, one.name, [name for name in one.filters if name != "default"], one.fallback]
        if isinstance(one, Tag)
        else one
        for one in pieces(text)
    ]


def test_the_browser_reads_fields_as_the_mail_room_does(look: Look) -> None:
    page = look("/emails/tea")
    seen = page.evaluate(READ, list(TEXTS))
    for text, found in zip(TEXTS, seen, strict=True):
        assert json.loads(json.dumps(ours(text))) == found, text


@pytest.mark.parametrize(
    "fallback", ["there", 'my "friend"', "it's you", "both ' and \"", "brace }} {{ brace", "a | b", "two\nlines", "ไทย"]
)
def test_whatever_is_typed_as_a_fallback_makes_a_field_that_can_be_read(look: Look, fallback: str) -> None:
    page = look("/emails/tea")
    source, back = page.evaluate(WRITE, ["contact.first_name", fallback])
    (tag,) = pieces(source)
    assert isinstance(tag, Tag)
    assert tag.fallback == back.strip("'\"")
    assert not set(tag.fallback or "") & set("{}\n")
