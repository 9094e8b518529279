"""Text with marks: an editor can send any HTML, what is kept is a small safe subset that it can show again."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.mail import rich

ALLOWED = re.compile(r"</?(?:p|b|i|u|s|ul|ol|li)>|<br />|<a href=\"[^\"<>]*\">|</a>")


@pytest.mark.parametrize(
    ("given_html", "kept"),
    [
        ("Hello", "<p>Hello</p>"),
        ("<div>One</div><div>Two</div>", "<p>One</p><p>Two</p>"),
        ("<p><strong>Bold</strong> <em>it</em> <strike>gone</strike></p>", "<p><b>Bold</b> <i>it</i> <s>gone</s></p>"),
        ("<p>One<br>Two</p>", "<p>One<br />Two</p>"),
        ("<p><br></p><p>After a blank line</p>", "<p>After a blank line</p>"),
        ("<ul><li>Tea<li>Coffee</ul>", "<ul><li>Tea</li><li>Coffee</li></ul>"),
        ("<ol><li><p>First</p></li></ol>", "<ol><li>First</li></ol>"),
        ("5 < 6 & 7 > 2", "<p>5 &lt; 6 &amp; 7 &gt; 2</p>"),
        ('<a href="https://x.example/?a=1&amp;b=2">x</a>', '<p><a href="https://x.example/?a=1&amp;b=2">x</a></p>'),
        ('<a href="mailto:hello@doileaf.example">write</a>', '<p><a href="mailto:hello@doileaf.example">write</a></p>'),
        ('<a href="{{ cart.url }}">basket</a>', '<p><a href="{{ cart.url }}">basket</a></p>'),
        ('<a href="javascript:alert(1)">x</a>', "<p>x</p>"),
        ('<a href="java\tscript:alert(1)">x</a>', "<p>x</p>"),
        ('<a href=" JAVASCRIPT&#58;alert(1)">x</a>', "<p>x</p>"),
        ('<a href="data:text/html,x">x</a>', "<p>x</p>"),
        ('<img src=x onerror="alert(1)">text', "<p>text</p>"),
        ("<style>p{}</style><script>1</script>text", "<p>text</p>"),
        ("<h1>Title</h1>text", "<p>Title</p><p>text</p>"),
        ("<!-- secret -->shown", "<p>shown</p>"),
    ],
)
def test_what_is_kept(given_html: str, kept: str) -> None:
    assert rich.clean(given_html) == kept
    assert rich.clean(kept) == kept


def test_merge_tags_survive_with_their_quotes() -> None:
    typed = '<p>Hello <b>{{ contact.first_name | default: "there" }}</b></p>'
    assert rich.clean(typed) == typed
    assert rich.clean(typed.replace('"', "&quot;")) == typed


@given(st.text(alphabet=st.sampled_from("<>/=\"'&;{}% \n\tabpiusoljrchef:") | st.characters(), max_size=200))
def test_nothing_but_the_subset_comes_out_and_it_stays_as_it_is(anything: str) -> None:
    once = rich.clean(anything)
    assert "<" not in ALLOWED.sub("", once)
    assert rich.clean(once) == once


PIECES = [
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<ul>",
    "<li>",
    "</ul>",
    "<ol>",
    "</ol>",
    "<br>",
    "<a href='https://a.example'>",
]
PIECES += [
    "</a>",
    "<i>",
    "</i>",
    "<div>",
    "</div>",
    "<script>",
    "</script>",
    "tea ",
    " & ",
    "\n",
    "{{ cart.url }}",
    "{",
]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_badly_nested_html_comes_out_well_nested(soup: str) -> None:
    once = rich.clean(soup)
    assert rich.clean(once) == once
    open_tags: list[str] = []
    for end, tag in re.findall(r"<(/?)(p|b|i|u|s|ul|ol|li|a)\b", once):
        if end:
            assert open_tags.pop() == tag
        else:
            open_tags.append(tag)
    assert open_tags == []
