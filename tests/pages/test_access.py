"""Who gets in, who does not, and what ends with a session."""

import http.client
from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Error

from runtime.accounts import links, sessions, users
from runtime.desk import Draft
from tests.browser import Windows, choose, ready, until
from tests.pages.conftest import Look, Web, sign_in
from tests.pages.doi_leaf import NOK, PASSWORD

pytestmark = pytest.mark.browser


def ask(web: Web, method: str, path: str, form: dict[str, str] | None = None, **headers: str) -> Any:
    """What a program that follows no redirects is answered."""
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=10)
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
    connection.request(method, path, urlencode(form) if form is not None else None, {**kind, **headers})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def test_a_stranger_is_led_to_signing_in_and_on_from_there(look: Look, web: Web) -> None:
    page = look("/contacts?find=dewi", token="")

    assert page.url == f"{web.url}/sign-in?next=/contacts%3Ffind%3Ddewi"
    page.get_by_label("E-mail address").fill(NOK)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/contacts?find=dewi")


def test_a_wrong_password_is_told_in_one_sentence(look: Look) -> None:
    page = look("/sign-in", token="")

    page.get_by_label("E-mail address").fill("somchai@doileaf.example")
    page.get_by_label("Password").fill("something else")
    page.get_by_role("button", name="Sign in").click()

    assert page.get_by_role("alert").inner_text().endswith("That e-mail address and password do not belong together.")


def test_a_link_signs_in_once(look: Look, web: Web) -> None:
    nok = users.by_email(web.house, NOK)
    assert nok is not None
    token = links.make(web.house, nok.id)

    page = look(f"/sign-in/{token}", token="")
    page.wait_for_url("**/flows")
    again = look(f"/sign-in/{token}", token="")
    again.get_by_role("alert").wait_for()
    assert "was used already" in again.get_by_role("alert").inner_text()


def test_looking_at_a_link_does_not_use_it_up(web: Web) -> None:
    nok = users.by_email(web.house, NOK)
    assert nok is not None
    token = links.make(web.house, nok.id)

    assert ask(web, "GET", f"/sign-in/{token}").status == 200
    assert links.use(web.house, token) is not None


@pytest.mark.parametrize("wish", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example", "x:y"])
def test_after_signing_in_nobody_is_led_to_another_site(web: Web, wish: str) -> None:
    answer = ask(web, "POST", "/sign-in", {"email": NOK, "password": PASSWORD, "next": wish})

    assert (answer.status, answer.headers["Location"]) == (303, "/")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


def test_what_another_site_asks_for_is_refused(web: Web) -> None:
    form = {"email": NOK, "password": PASSWORD}

    assert ask(web, "POST", "/sign-in", form, Origin="https://elsewhere.example").status == 403
    assert ask(web, "POST", "/sign-out", {}, **{"Sec-Fetch-Site": "cross-site"}).status == 403
    assert ask(web, "POST", "/sign-in", form, Origin=web.url).status == 303


def test_strangers_may_change_nothing_and_read_nothing(web: Web) -> None:
    assert ask(web, "POST", "/sign-out", {}).status == 401
    for path in ("/flows", "/messages/5001/mail", "/messages/5001/source.eml", "/emails/tea/small", "/nowhere"):
        answer = ask(web, "GET", path)
        assert (answer.status, answer.headers["Location"]) == (303, f"/sign-in?next={quote(path)}")


@pytest.mark.parametrize(
    "path",
    ["/flows/%00", "/flows/car%00t/runs", "/segments/%00", "/messages?find=%00", "/contacts/%00", "/contacts/somebody",
     "/messages/99999999999999999999", "/flows/cart/runs/99999999999999999999"],
)  # fmt: skip
def test_an_address_that_nothing_can_have_leads_to_the_usual_page(web: Web, windows: Windows, path: str) -> None:
    """PostgreSQL takes no such letter, and no database such a number."""
    window = windows(web.url, sign_in(web))
    answer = window.request.get(web.url + path, headers={"Accept": "text/html"})
    assert answer.status == 404
    assert "There is no such page." in answer.text()


def test_every_page_comes_with_its_headers_and_files_are_kept_for_a_year(web: Web, look: Look) -> None:
    page = ask(web, "GET", "/flows", None, Cookie=f"cartwheel_session={sign_in(web)}")

    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Cache-Control"] == "no-store"
    sheet = look("/flows").locator("link[href$='cartwheel.css']").get_attribute("href")
    kept = ask(web, "GET", sheet)
    assert kept.headers["Content-Type"].startswith("text/css")
    assert "max-age=31536000" in kept.headers["Cache-Control"]
    assert ask(web, "GET", "/cw/canvas/package.json").status == 404


def test_signing_out_takes_the_other_open_pages_along(look: Look, web: Web) -> None:
    token = sign_in(web)
    first, second = look("/flows", token=token), look("/contacts", token=token)

    first.get_by_role("button", name="Your account").first.click()
    first.get_by_role("button", name="Sign out").click()

    first.wait_for_url("**/sign-in")
    second.wait_for_url("**/sign-in?next=/contacts")


def test_a_page_whose_session_has_ended_changes_nothing_more(look: Look, web: Web) -> None:
    token = sign_in(web)
    page = look("/flows", token=token)
    found = sessions.find(web.house, token)
    assert found is not None
    sessions.end(web.house, found.digest)

    with suppress(Error):  # the page may have been led away by then
        choose(page.locator(".fl-row", has_text="Welcome").locator(".more"), "Duplicate")

    page.wait_for_url("**/sign-in?next=/flows")
    assert [draft.name for draft in flows(web)].count("Welcome, new reader, copy") == 0


def test_who_is_signed_out_elsewhere_sees_nothing_more_a_moment_later(look: Look, web: Web) -> None:
    """As by `cartwheel user remove`: another process, which tells this one nothing."""
    token = sign_in(web)
    page, other = look("/contacts", token=token), look("/contacts")
    found = sessions.find(web.house, token)
    assert found is not None
    sessions.end(web.house, found.digest)

    page.wait_for_url("**/sign-in?**")
    assert other.url.endswith("/contacts")


def test_a_new_password_ends_every_other_session(look: Look, web: Web) -> None:
    here, there = look("/settings"), look("/messages")

    here.get_by_label("Current password").fill("a guess or two")
    here.get_by_label("New password").fill("a longer password")
    here.get_by_label("The same again").fill("a longer password")
    here.get_by_role("button", name="Change the password").click()
    here.get_by_text("That is not your password.").wait_for()
    here.get_by_label("Current password").fill(PASSWORD)
    here.get_by_role("button", name="Change the password").click()

    there.wait_for_url("**/sign-in?next=/messages")
    here.wait_for_url("**/settings?changed=password")
    ready(here)
    here.get_by_text("The password is changed.").wait_for()
    assert ask(web, "POST", "/sign-in", {"email": NOK, "password": PASSWORD}).headers["Location"] != "/"
    nok = users.by_email(web.house, NOK)
    assert nok is not None
    users.set_password(web.house, nok.id, PASSWORD)


def test_light_and_dark_are_remembered(look: Look, web: Web) -> None:
    page = look("/flows")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"

    page.get_by_role("button", name="Switch between light and dark").click()
    page.wait_for_function("document.body.classList.contains('body--dark')")

    nok = users.by_email(web.house, NOK)
    assert nok is not None
    until(lambda: users.theme(web.house, nok.id) == "dark")
    page.reload()
    ready(page)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    users.set_theme(web.house, nok.id, "auto")


def test_the_language_of_the_screens_is_chosen_in_the_menu(look: Look, web: Web) -> None:
    page = look("/flows")

    choose(page.get_by_role("button", name="Your account").first, "Bahasa Indonesia", "menuitemradio")

    page.wait_for_function("document.documentElement.lang === 'id'")
    page.get_by_role("link", name="Kontak").first.wait_for()
    nok = users.by_email(web.house, NOK)
    assert nok is not None
    users.set_language(web.house, nok.id, "en")


def flows(web: Web) -> list[Draft]:
    return web.house.desk.drafts(web.workspace).list("flow")
