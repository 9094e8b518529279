"""The list "Before it goes out", and the fields that are offered."""

from typing import Any

from blocks.contract import Known
from builder.studio.checks import check
from builder.studio.fields import choices, fields_of
from runtime.mail import MERGE_FIELDS, Brand, read_document
from runtime.mail.merge_fields import with_shop
from runtime.words import words
from tests.studio.conftest import CART, cart_reminder

BRAND = Brand(name="Doi Leaf", postal_address="1 Tea Road, Chiang Rai", website="https://doileaf.example")
W = words("en")


def lines(document: dict[str, Any], brand: Brand = BRAND, size: int = 12_000) -> dict[str, str]:
    """What the list says, and how."""
    checked = check(read_document(document), brand, MERGE_FIELDS, size)
    return {W.text(line.phrase): line.level for line in checked.lines}


def test_a_good_email_is_good_in_everything() -> None:
    checked = check(read_document(cart_reminder()), BRAND, MERGE_FIELDS, 12_000)
    assert checked.good == checked.asked == len(checked.lines)
    assert checked.level == "ok"
    assert "12 KB. Gmail shows all of it." in lines(cart_reminder())
    assert lines(cart_reminder())["The 2 links lead somewhere"] == "ok"


def test_a_problem_takes_the_place_of_what_would_be_fine() -> None:
    said = lines({"sections": [{"kind": "button", "id": "s1", "label": "Go", "link": "tea"}]})
    assert said["Write a subject"] == "bad"
    assert "It has a subject" not in said
    assert not any("lead" in text for text in said)
    checked = check(read_document({"sections": [{"kind": "heading", "id": "s1"}]}), BRAND, MERGE_FIELDS, 0)
    assert checked.level == "bad"
    assert checked.good < checked.asked


def test_a_link_that_is_empty_does_not_lead_somewhere() -> None:
    said = lines({"sections": [{"kind": "button", "id": "s1", "label": "Go", "link": ""}]})
    assert said["Button: Link is empty"] == "bad"
    assert not any("lead" in text for text in said)
    assert said["Every section is filled in"] == "ok"


def test_a_link_that_may_be_empty_leads_to_the_website_if_there_is_one() -> None:
    button = {"kind": "button", "id": "s1", "label": "To your cart", "link": "{{ cart.url }}"}
    doubt = "Button: its link may lead nowhere. Put your website into the brand kit, to which it leads then."
    assert lines({"sections": [button]}, Brand(name="Doi Leaf"))[doubt] == "warn"
    assert lines({"sections": [button]})["The link leads somewhere"] == "ok"


def test_the_count_above_is_that_of_the_lines_below() -> None:
    document = {"sections": [{"kind": "heading", "id": f"s{n}", "text": "{{ contact.first_name }}"} for n in (1, 2, 3)]}
    checked = check(read_document(document), BRAND, MERGE_FIELDS, 0)
    assert checked.asked == len(checked.lines)
    assert checked.good == sum(line.level == "ok" for line in checked.lines)


def test_a_shop_that_has_a_name_is_asked_for_no_other() -> None:
    named = {"subject": "News of {{ shop.name }}, {{ shop.phone }}"}
    assert "Your shop’s name may be empty: say what stands there then" not in lines(named)
    assert lines(named)["Your support phone may be empty: say what stands there then"] == "warn"
    assert lines(named, Brand())["Your shop’s name may be empty: say what stands there then"] == "warn"

    offered = {one["path"]: one for one in choices(with_shop(MERGE_FIELDS, Brand(name="Kopi Tua")), "en", W)}
    assert offered["shop.name"]["example"] == "Kopi Tua"
    assert not offered["shop.name"]["mayBeEmpty"]
    assert offered["shop.phone"]["example"] == ""


def test_no_problem_is_left_out_of_the_list() -> None:
    document = read_document(
        {
            "kind": "transactional",
            "sections": [
                {"kind": "heading", "id": "s1", "text": "{{ contact.nobody }} {{ broken"},
                {"kind": "image", "id": "s2", "src": "https://doileaf.example/a.png"},
                {"kind": "coupon", "id": "s3"},
            ],
        }
    )
    checked = check(document, Brand(ink="#eeeeee"), MERGE_FIELDS, 0)
    listed = [line.phrase for line in checked.lines if line.level != "ok"]
    assert sorted(map(str, listed)) == sorted(str(problem.phrase) for problem in checked.problems)


def test_fields_of_what_happened_are_offered_and_lists_are_not() -> None:
    known = Known(
        events={
            "Checkout started": frozenset({"total", "checkout_url", "items[].title", "customer.city", "odd name"}),
            "Newsletter joined": frozenset({"form"}),
        },
        contact_fields=frozenset({"favourite", "email", "tags[]", "zone"}),
    )
    paths = [field.path for field in fields_of(known, ("Checkout started",), CART)]
    assert {"event.total", "event.checkout_url", "event.customer.city", "contact.favourite"} <= set(paths)
    assert not any("[" in path or " " in path or path in ("event.form", "contact.zone") for path in paths)
    assert paths.count("contact.email") == 1
    # Where nothing sends the e-mail yet, everything that ever happened is offered.
    assert "event.form" in {field.path for field in fields_of(known, (), None)}


def test_fields_know_what_they_are() -> None:
    known = Known(events={"Checkout started": frozenset({"total", "checkout_url"})})
    found = {one["path"]: one for one in choices(fields_of(known, ("Checkout started",), CART), "th", W)}
    assert found["event.total"]["shape"] == "money"
    assert found["event.checkout_url"]["link"]
    assert found["contact.first_name"]["suggest"] == "คุณลูกค้า"
    groups = [one["group"] for one in choices(MERGE_FIELDS, "en", W)]
    assert groups == sorted(groups, key=["Contact", "Cart or order", "What happened", "Your shop", "Links"].index)
