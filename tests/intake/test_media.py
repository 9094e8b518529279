"""Pictures for e-mails."""

import pytest
from starlette.testclient import TestClient

from runtime.accounts.refused import Refused
from runtime.house import House
from runtime.intake import media

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 20
GIF = b"GIF89a" + b"\0" * 20
WEBP = b"RIFF\x10\0\0\0WEBPVP8 " + b"\0" * 20
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("data", "ending", "kind"),
    [(PNG, "png", "image/png"), (JPEG, "jpg", "image/jpeg"), (GIF, "gif", "image/gif"), (WEBP, "webp", "image/webp")],
)
def test_a_picture_is_kept_under_a_name_of_ours_and_shown_for_ever(
    client: TestClient, house: House, shop: int, data: bytes, ending: str, kind: str
) -> None:
    kept = media.keep(house, shop, data, "../../etc/tea\r\n.html")

    assert (kept.name, kept.type, kept.size) == ("tea.html", kind, len(data))
    assert kept.file.endswith("." + ending)
    assert "tea" not in kept.file
    answer = client.get(kept.path)
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, data, kind)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in answer.headers["cache-control"]
    assert client.head(kept.path).status_code == 200
    assert media.everything(house, shop) == [kept]
    assert media.everything(house, shop + 1) == []


@pytest.mark.parametrize("data", [SVG, b"", b"<html>", b"GIF", b"%PDF-1.7", PNG[1:], b"RIFF\x10\0\0\0WAVEfmt "])
def test_what_is_no_picture_is_refused_whatever_it_is_called(house: House, shop: int, data: bytes) -> None:
    with pytest.raises(Refused):
        media.keep(house, shop, data, "tea.png")
    assert media.everything(house, shop) == []
    assert not media.folder(house).exists()


def test_a_picture_over_five_megabytes_is_refused(house: House, shop: int) -> None:
    media.keep(house, shop, PNG + b"\0" * (5_000_000 - len(PNG)), "just.png")
    with pytest.raises(Refused, match="larger"):
        media.keep(house, shop, PNG + b"\0" * (5_000_001 - len(PNG)), "over.png")


@pytest.mark.parametrize(
    "path",
    ["/media/", "/media/x.png", "/media/..%2fsecret.key", "/media/../secret.key", "/media/%2e%2e/secret.key"],
)
def test_nothing_else_can_be_read(client: TestClient, house: House, path: str) -> None:
    (house.settings.data / "secret.key").write_text("the key")
    answer = client.get(path)
    assert answer.status_code == 404
    assert "the key" not in answer.text


def test_a_picture_that_is_gone_from_the_disk_is_not_found(client: TestClient, house: House, shop: int) -> None:
    kept = media.keep(house, shop, PNG, "tea.png")
    (media.folder(house) / kept.file).unlink()
    assert client.get(kept.path).status_code == 404
    assert client.post(kept.path).status_code == 404
