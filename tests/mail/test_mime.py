"""The prepared skeleton is held to what the standard library's parser reads back."""

import re
from base64 import b64decode
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.mail import HeaderRefused, Rendered, Skeleton, build_message

NOW = datetime(2026, 11, 24, 14, 10, 5, tzinfo=UTC)
MAIL = Rendered("Your tea", "Kept aside", "<p>Tea</p>", "Tea\n")


def built(rendered: Rendered = MAIL, **changes: Any) -> bytes:
    given_values: dict[str, Any] = {
        "from_name": "Doi Leaf",
        "from_address": "hello@doileaf.example",
        "to_address": "hannah@example.com",
        "message_id": "<17.x8Yz@doileaf.example>",
        "date": NOW,
        "marketing": True,
        "unsubscribe_url": "https://mail.doileaf.example/u/abc",
    }
    return build_message(rendered, **{**given_values, **changes})


def read(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    for value in message.values():
        assert not getattr(value, "defects", ()), value
    return message


def parts(message: EmailMessage) -> tuple[str, str]:
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    return str(plain.get_content()), str(html.get_content())


def test_every_header_is_read_back() -> None:
    message = read(built(to_name="Hannah Whitfield", reply_to="care@doileaf.example", extra={"X-Flow": "cart 3"}))
    assert dict(message.items()) == {
        "From": "Doi Leaf <hello@doileaf.example>",
        "Reply-To": "care@doileaf.example",
        "To": "Hannah Whitfield <hannah@example.com>",
        "Subject": "Your tea",
        "Message-ID": "<17.x8Yz@doileaf.example>",
        "Date": "Tue, 24 Nov 2026 14:10:05 +0000",
        "List-Unsubscribe": "<https://mail.doileaf.example/u/abc>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "X-Flow": "cart 3",
        "MIME-Version": "1.0",
        "Content-Type": 'multipart/alternative; boundary="=_cartwheel_alternative_="',
    }
    assert message["Date"].datetime == NOW
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert parts(message) == ("Tea\r\n", "<p>Tea</p>")


def wire_is_clean(raw: bytes) -> None:
    assert raw.isascii()
    assert b"\x00" not in raw
    lines = raw.split(b"\r\n")
    assert all(b"\r" not in line and b"\n" not in line for line in lines)
    assert max(map(len, lines)) <= 998
    body = raw.partition(b"\r\n\r\n")[2]
    assert not any(line.startswith(b".") for line in body.split(b"\r\n"))


SUBJECTS = [
    "Your tea is still in the basket",
    "ชาของคุณยังอยู่ในตะกร้า รีบกลับมาก่อนหมดวันอาทิตย์นี้นะคะ ส่งฟรีเมื่อซื้อครบ 900 บาท",
    "🍵" * 60,
    "Ein sehr langer Betreff, der sich über mehr als eine Zeile zieht, weil Größe eben doch zählt",
    "A plain subject that is much longer than one line may be, so that it has to be folded somewhere in the middle of it",
    "x" * 240,
    "two  spaces   and more, in a subject that is long enough to be folded at one of its single spaces, or not at all",
    "=?utf-8?B?SGFja2Vk?= is shown as it is",
    'Quotes "and" (brackets) <and> \\ backslashes; commas, colons: all of them',
    "é",
    "Zero\u200dwidth joiners 👩‍👩‍👧‍👧 stay together",
    "Re",
]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_subjects_come_back_as_they_were(subject: str) -> None:
    raw = built(Rendered(subject, "", "<p>", "x"))
    wire_is_clean(raw)
    assert read(raw)["Subject"] == subject
    head = raw.partition(b"\r\n\r\n")[0]
    if " " in subject or not subject.isascii():
        assert all(len(line) <= 78 for line in head.split(b"\r\n"))


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp", "Zs")), min_size=20))
def test_no_character_is_cut_between_two_encoded_words(subject: str) -> None:
    head = built(Rendered(f"é{subject}", "", "<p>", "x")).decode("ascii").partition("\r\nMessage-ID")[0]
    words = re.findall(r"=\?utf-8\?B\?([^?]*)\?=", head)
    assert "".join(b64decode(word).decode("utf-8") for word in words) == f"é{subject}"


@settings(max_examples=200, deadline=None)
@given(
    st.text(
        alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp", "Zs")) | st.just(" "), max_size=120
    )
)
def test_any_subject_comes_back(subject: str) -> None:
    subject = " ".join(subject.split())
    raw = built(Rendered(subject, "", "<p>", "x"))
    wire_is_clean(raw)
    assert read(raw)["Subject"] == subject


NAMES = [
    "Hannah Whitfield",
    "สมชาย ใจดี",
    'Dewi "Ayu" Lestari',
    "O'Neill, Pat (the elder)",
    "Müller & Söhne GmbH",
    "a@b.example",
    "back\\slash",
    "=?utf-8?q?evil?=",
    "Very Long Name " * 6,
    "ชื่อยาวมาก" * 9,
    "🍵 Doi Leaf",
    "...",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_come_back_as_they_were(name: str) -> None:
    raw = built(from_name=name, to_name=name)
    wire_is_clean(raw)
    message, compat = read(raw), message_from_bytes(raw)
    for field, address in (("From", "hello@doileaf.example"), ("To", "hannah@example.com")):
        shown = name.strip()[:100].strip()
        (mailbox,) = message[field].addresses
        assert mailbox.addr_spec == address
        if shown.isascii() or len(shown.encode()) <= 39:
            assert mailbox.display_name == shown
        else:
            # Between two encoded words of a name this parser leaves the blank that RFC 2047 takes away.
            assert mailbox.display_name.replace(" ", "") == shown.replace(" ", "")
            phrase = parseaddr(compat[field])[0]
            assert str(make_header(decode_header(phrase))) == shown


@pytest.mark.parametrize("bad", ["\r\nBcc: x@y.example", "a\nb", "a\rb", "a\x00b", "\x1b[31m", "a\x7f"])
@pytest.mark.parametrize(
    ("argument", "field"),
    [
        ("from_name", "From"),
        ("from_address", "From"),
        ("to_address", "To"),
        ("reply_to", "Reply-To"),
        ("message_id", "Message-ID"),
        ("unsubscribe_url", "List-Unsubscribe"),
    ],
)
def test_line_breaks_are_refused_in_every_field(bad: str, argument: str, field: str) -> None:
    good = {"reply_to": "care@doileaf.example", "message_id": "<1.a@doileaf.example>", "to_name": "Hannah"}
    with pytest.raises(HeaderRefused) as caught:
        built(MAIL, **{argument: f"{good.get(argument, 'x')}{bad}"})
    assert caught.value.field == field


@pytest.mark.parametrize("bad", ["\r\nBcc: x@y.example", "a\nb", "a\rb", "a\x00b", "\x1b[31m", "a\x7f"])
def test_dewi_gets_her_mail_without_a_name_that_cannot_be_written(bad: str) -> None:
    raw = built(to_name=f"Dewi{bad}", to_address="dewi@example.com")
    assert b"\r\nTo: dewi@example.com\r\n" in raw
    assert b"Bcc" not in raw


def test_line_breaks_are_refused_in_a_subject_and_in_further_fields() -> None:
    with pytest.raises(HeaderRefused, match="Subject"):
        built(Rendered("Tea\r\nBcc: x@y.example", "", "", ""))
    with pytest.raises(HeaderRefused, match="X-Flow"):
        built(extra={"X-Flow": "a\r\nBcc: x@y.example"})


@pytest.mark.parametrize("name", ["Subject", "bcc", "From ", "X-Flow:", "X-\r\nBcc", "", "X-ไทย", "Content-Type"])
def test_further_fields_cannot_be_ours_or_malformed(name: str) -> None:
    with pytest.raises(HeaderRefused):
        built(extra={name: "x"})


@pytest.mark.parametrize(
    "address",
    ["", "hannah", "hannah@", "@example.com", "a b@example.com", "a@b@c.example", "<a@b.example>", "a,b@c.example",
     "a@-b.example", "a..b@c.example", ".a@c.example", "a@b..c", "a@b.example,c@d.example", "x" * 65 + "@b.example",
     "ฮันนา@example.com", "a@" + "b" * 250 + ".example"],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(HeaderRefused, match="To") as caught:
        built(to_address=address)
    assert caught.value.field == "To"


def test_a_domain_beyond_ascii_is_sent_in_ascii() -> None:
    assert read(built(to_address="hannah@bücher.example"))["To"].addresses[0].domain == "xn--bcher-kva.example"
    assert read(built(to_address="o'neill+tea@sub.example.co.th"))["To"] == "o'neill+tea@sub.example.co.th"


def test_marketing_has_one_click_and_transactional_has_none() -> None:
    message = read(built())
    assert message.get_all("List-Unsubscribe") == ["<https://mail.doileaf.example/u/abc>"]
    assert message.get_all("List-Unsubscribe-Post") == ["List-Unsubscribe=One-Click"]
    transactional = read(built(marketing=False))
    assert "List-Unsubscribe" not in transactional
    assert "List-Unsubscribe-Post" not in transactional


@pytest.mark.parametrize(
    "url", ["", "mailto:leave@doileaf.example", "javascript:x", "https://a.example/<b>", "https://a.example/ b",
            "https://a.example/1>, <https://b.example", "https://a.example/" + "x" * 1000],
)  # fmt: skip
def test_marketing_without_a_proper_unsubscribe_address_is_refused(url: str) -> None:
    with pytest.raises(HeaderRefused) as caught:
        built(unsubscribe_url=url)
    assert caught.value.field == "List-Unsubscribe"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(HeaderRefused, match="time zone"):
        built(date=datetime(2026, 11, 24, 14, 10))


@pytest.mark.parametrize("message_id", ["1@x.example", "<1>", "<a b@x.example>", "<a@b@c>", "<a@x.example>\n", ""])
def test_what_is_no_message_id_is_refused(message_id: str) -> None:
    with pytest.raises(HeaderRefused) as caught:
        built(message_id=message_id)
    assert caught.value.field == "Message-ID"


def test_bodies_come_back_with_dots_long_lines_and_thai() -> None:
    html = "<p>" + "ชา" * 3000 + "</p>\n.\n..dots\nFrom here\n" + "x" * 5000
    text = ".\r\n.hidden\rlone\nFrom me\n--=_cartwheel_alternative_=\n" + "ชา " * 900 + "\n"
    raw = built(Rendered("s", "", html, text))
    wire_is_clean(raw)
    plain, page = parts(read(raw))
    assert page == html.replace("\n", "\r\n")
    assert plain == text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r"), max_size=400))
def test_any_body_comes_back(body: str) -> None:
    raw = built(Rendered("s", "", body, body))
    wire_is_clean(raw)
    assert parts(read(raw)) == (body.replace("\n", "\r\n"), body.replace("\n", "\r\n"))


def test_one_skeleton_serves_many() -> None:
    skeleton = Skeleton(from_name="Doi Leaf", from_address="hello@doileaf.example", marketing=True)
    for number, name in enumerate(["Dewi", "สมชาย", "Hannah"]):
        raw = skeleton.fill(
            Rendered(f"For {name}", "", f"<p>{name}</p>", name),
            to_address=f"{number}@example.com",
            to_name=name,
            message_id=f"<{number}.r@doileaf.example>",
            date=NOW,
            unsubscribe_url=f"https://mail.doileaf.example/u/{number}",
        )
        message = read(raw)
        assert message["Subject"] == f"For {name}"
        assert message["To"].addresses[0].display_name == name
        assert message["List-Unsubscribe"] == f"<https://mail.doileaf.example/u/{number}>"
        assert parts(message) == (name, f"<p>{name}</p>")
