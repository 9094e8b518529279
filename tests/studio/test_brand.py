"""The brand kit: typed at the left, seen at the right, stored at once."""

import struct
import zlib
from pathlib import Path

import pytest

from runtime.accounts import workspaces
from tests.browser import until
from tests.pages.conftest import Look, Web
from tests.studio.conftest import OpenStudio

pytestmark = pytest.mark.browser


def picture() -> bytes:
    """A small green PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    pixels = b"".join(b"\0" + b"\x2f\x6b\x56" * 8 for _ in range(8))
    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")


def brand(web: Web) -> dict[str, object]:
    """The brand kit as it is on the desk."""
    draft = web.house.desk.drafts(web.workspace).get("brand", "brand")
    assert draft is not None
    return draft.document


def test_a_colour_is_seen_at_once_and_stored(look: Look, web: Web) -> None:
    page = look("/brand")
    mail = page.frame_locator("iframe.is-shown")
    mail.get_by_role("link", name="To the shop").wait_for()

    page.get_by_role("textbox", name="Main colour").fill("#aa2244")

    link = mail.get_by_role("link", name="And this is a link.")
    until(lambda: link.evaluate("one => getComputedStyle(one).color") == "rgb(170, 34, 68)")
    until(lambda: brand(web)["primary"] == "#aa2244")
    page.get_by_text("Saved").wait_for()


def test_what_is_no_colour_is_said_and_not_kept(look: Look, web: Web) -> None:
    page = look("/brand")

    page.get_by_role("textbox", name="Second colour").fill("greenish")

    page.get_by_text("Not all of it is saved: a setting is wrong").wait_for()
    assert str(brand(web)["accent"]).startswith("#")


def test_a_support_address_that_is_none_is_said_and_not_kept(look: Look, web: Web) -> None:
    page = look("/brand")

    page.get_by_role("textbox", name="Support e-mail").fill("x y")

    page.get_by_text("Type an e-mail address, like hello@example.com.").wait_for()
    page.get_by_text("Not all of it is saved: a setting is wrong").wait_for()
    assert brand(web)["support_email"] == ""


def test_a_logo_is_uploaded(look: Look, web: Web, tmp_path: Path) -> None:
    file = tmp_path / "doi leaf.png"
    file.write_bytes(picture())
    page = look("/brand")

    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Upload a picture").click()
    chooser.value.set_files(file)

    page.locator(".st-image-seen img").wait_for()
    until(lambda: str(brand(web)["logo_url"]).startswith(f"{web.url}/media/"))
    logo = page.frame_locator("iframe.is-shown").get_by_role("img", name="Doi Leaf")
    until(lambda: logo.evaluate("one => one.naturalWidth") == 8)


def test_what_is_no_picture_is_refused(look: Look, web: Web, tmp_path: Path) -> None:
    before = brand(web)["logo_url"]
    file = tmp_path / "evil.svg"
    file.write_text("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    page = look("/brand")
    # A browser asks for the kinds that are taken; whoever goes round that is told by the server.
    page.evaluate("document.querySelector('.q-uploader')?.removeAttribute('accept')")

    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Upload a picture").click()
    chooser.value.set_files(file)

    page.locator(".cw-toast").wait_for()
    assert brand(web)["logo_url"] == before


def test_the_shop_has_one_name_and_its_e_mails_show_it(studio: OpenStudio, look: Look, web: Web) -> None:
    shop = workspaces.get(web.house, web.workspace)
    assert shop is not None
    page = look("/brand")
    page.get_by_role("link", name="Its name, language and currency are in the settings").click()
    page.wait_for_url("**/settings#shop")
    workspaces.update(web.house, web.workspace, name="Doi Leaf & Sons")
    try:
        studio().mail.get_by_text("Doi Leaf & Sons, 1 Tea Road").wait_for()
    finally:
        workspaces.update(web.house, web.workspace, name=shop.name)
