"""What is wrong with a flow: each problem once, pointing at its block, in words that name what to do."""

from time import perf_counter
from typing import Any

import pytest

from blocks.checks import check
from blocks.contract import Known, Problem, PutAway
from blocks.flow import Flow
from blocks.phrase import say
from runtime.words import words

KNOWN = Known(
    emails={"hello": "Hello", "broken": "Broken", "doubtful": "Doubtful"},
    email_problems={"broken": say("Type a subject")},
    email_warnings={"doubtful": say("Its link may lead nowhere")},
    put_away={"letter": PutAway("A letter to Dewi", in_bin=True), "spring": PutAway("Spring", in_bin=False)},
    events={"Checkout started": frozenset({"total", "items[].sku"}), "Order placed": frozenset({"total"})},
    contact_fields=frozenset({"email", "city"}),
)
START = {"id": "start", "kind": "event_trigger", "settings": {"event": "Checkout started"}}
WAIT = {"id": "wait", "kind": "wait", "settings": {"amount": 1, "unit": "hours"}}
MAIL = {"id": "mail", "kind": "send_email", "settings": {"email": "hello"}}
SPLIT = {
    "id": "split",
    "kind": "branch",
    "settings": {"rule": {"kind": "all", "rules": [{"kind": "did", "event": "Order placed"}]}},
}
TAG = {"id": "tag", "kind": "update_contact", "settings": {"name": "VIP"}}


def flow(*blocks: dict[str, Any], links: str = "", **more: Any) -> Flow:
    """A flow; links are written "start>wait split.yes>mail"."""
    made = []
    for link in links.split():
        source, _, target = link.partition(">")
        block, _, outlet = source.partition(".")
        made.append({"from": block, "outlet": outlet or "next", "to": target})
    return Flow.model_validate({"name": "Cart", "blocks": blocks, "links": made, **more})


def found(flow: Flow, known: Known = KNOWN) -> list[tuple[str, str, str]]:
    """(code, level, block) of every problem."""
    return [(problem.code, problem.level, problem.block) for problem in check(flow, known)]


def only(flow: Flow, known: Known = KNOWN) -> Problem:
    """The one problem there is."""
    problems = check(flow, known)
    assert len(problems) == 1, [problem.code for problem in problems]
    return problems[0]


def said(problem: Problem) -> str:
    """Its sentence in English."""
    return words("en").text(problem.phrase)


def test_a_good_flow_has_no_problem() -> None:
    good = flow(START, WAIT, SPLIT, MAIL, links="start>wait wait>split split.no>mail")
    assert check(good, KNOWN) == []


def test_an_empty_flow_asks_for_a_trigger() -> None:
    assert found(flow()) == [("no_trigger", "bad", "")]


def test_a_kind_that_is_no_longer_there() -> None:
    gone = {"id": "old", "kind": "fax", "settings": {}}
    problem = only(flow(START, gone, links="start>old"))
    assert (problem.code, problem.block) == ("unknown_kind", "old")
    assert said(problem) == "There is no Block of the kind “fax”. Remove it."


@pytest.mark.parametrize(
    ("kind", "settings", "field", "sentence"),
    [
        ("event_trigger", {"event": ""}, "event", "When this happens: fill this in"),
        ("event_trigger", {}, "event", "When this happens: fill this in"),
        ("wait", {"amount": 0}, "amount", "Wait for: must be 1 or more"),
        ("wait", {"amount": 1_000_000}, "amount", "Wait for: must be 100,000 or less"),
        ("wait", {"amount": "soon"}, "amount", "Wait for: “soon” does not fit here"),
        ("wait", {"unit": "moons"}, "unit", "Unit: “moons” does not fit here"),
        ("wait_until", {"time": "25:00"}, "time", "Time of day: “25:00” does not fit here"),
        ("wait_until", {"weekdays": [8]}, "weekdays", "On these days: must be 7 or less"),
        ("wait_until", {"weekdays": {"a": 1}}, "weekdays", "On these days: this does not fit here"),
        ("wait", {"colour": "red"}, "colour", "colour: this Block has no such setting"),
        ("branch", {"rule": {"kind": "did", "event": ""}}, "rule", "Who goes to “Yes”: fill this in"),
        (
            "branch",
            {"rule": {"kind": "all", "rules": [{"kind": "field", "field": "total", "op": "over", "value": "a lot"}]}},
            "rule",
            "Who goes to “Yes”: Type a number, like 100 or 19.90.",
        ),
        ("price_drop", {"drop": 0}, "drop", "At least: must be more than 0"),
        ("experiment", {"arms": [{"id": f"a{n}"} for n in range(11)]}, "arms", "Variants: 10 at most"),
        ("experiment", {"arms": [{"id": "a"}]}, "arms", "Variants: 2 at least"),
        ("branch", {"rule": {"kind": "magic"}}, "rule", "Who goes to “Yes”: this does not fit here"),
    ],
)
def test_a_setting_that_cannot_be(kind: str, settings: dict[str, Any], field: str, sentence: str) -> None:
    wrong = {"id": "here", "kind": kind, "settings": settings}
    starts = kind in ("event_trigger", "price_drop")
    blocks = (wrong, MAIL) if starts else (START, wrong)
    problem = only(flow(*blocks, links="here>mail" if starts else "start>here"))
    assert (problem.code, problem.block, problem.field) == ("bad_setting", "here", field)
    assert said(problem) == sentence


def test_two_blocks_with_one_id() -> None:
    assert ("same_id", "bad", "wait") in found(flow(START, WAIT, WAIT, links="start>wait"))


def test_a_link_to_nowhere() -> None:
    assert found(flow(START, WAIT, links="start>wait wait>gone")) == [("loose_link", "bad", "wait")]
    assert found(flow(START, WAIT, links="start>wait gone>wait")) == [("loose_link", "bad", "wait")]
    assert found(flow(START, WAIT, links="start>wait gone>lost")) == [("loose_link", "bad", "")]


def test_a_way_out_that_is_not_there() -> None:
    problem = only(flow(START, WAIT, MAIL, links="start>wait wait.later>mail"))
    assert (problem.code, problem.block, said(problem).split(".")[0]) == (
        "no_outlet",
        "wait",
        "A link begins at a way out that is no longer there",
    )


def test_nothing_leads_into_a_trigger() -> None:
    assert found(flow(START, WAIT, links="start>wait wait>start")) == [("into_trigger", "bad", "start")]


def test_one_way_out_leads_to_one_block() -> None:
    assert found(flow(START, WAIT, MAIL, links="start>wait start>mail")) == [("two_links", "bad", "start")]


def test_a_split_whose_ways_all_end() -> None:
    assert found(flow(START, SPLIT, links="start>split")) == [("loose_outlets", "warn", "split")]
    assert found(flow(START, SPLIT, MAIL, links="start>split split.yes>mail")) == []


def test_a_block_that_nothing_leads_to() -> None:
    assert found(flow(START, WAIT, MAIL, links="start>wait")) == [("unreachable", "bad", "mail")]
    behind = found(flow(START, WAIT, MAIL, TAG, links="start>wait mail>tag"))
    assert behind == [("unreachable", "bad", "mail"), ("unreachable", "bad", "tag")]


def test_a_trigger_with_nothing_behind_it() -> None:
    assert found(flow(START)) == [("goes_nowhere", "bad", "start")]


def test_a_circle_without_a_wait_would_spin() -> None:
    spinning = flow(START, TAG, SPLIT, links="start>tag tag>split split.no>tag")
    assert found(spinning) == [("spins", "bad", "tag"), ("spins", "bad", "split")]
    itself = flow(START, TAG, links="start>tag tag>tag")
    assert found(itself) == [("spins", "bad", "tag")]


def test_a_circle_with_a_wait_may_go_round() -> None:
    assert found(flow(START, TAG, WAIT, links="start>tag tag>wait wait>tag")) == []


def test_only_blocks_of_the_circle_are_named() -> None:
    tail = {"id": "tail", "kind": "stop", "settings": {}}
    spinning = flow(START, TAG, SPLIT, tail, links="start>tag tag>split split.no>tag split.yes>tail")
    assert [block for code, _, block in found(spinning) if code == "spins"] == ["tag", "split"]


def test_a_long_flow_is_checked_while_somebody_draws() -> None:
    blocks = [START, *({"id": f"b{n}", "kind": "update_contact", "settings": {"name": "VIP"}} for n in range(999))]
    links = "start>b0 " + " ".join(f"b{n}>b{n + 1}" for n in range(998))
    long = flow(*blocks, links=links)
    began = perf_counter()
    assert check(long, KNOWN) == []
    assert perf_counter() - began < 1.0


@pytest.mark.parametrize(
    ("block", "code", "level", "field"),
    [
        ({"kind": "send_email", "settings": {"email": ""}}, "email_missing", "bad", "email"),
        ({"kind": "send_email", "settings": {"email": "gone"}}, "email_gone", "bad", "email"),
        ({"kind": "send_email", "settings": {"email": "broken"}}, "email_unready", "bad", "email"),
        ({"kind": "send_email", "settings": {"email": "doubtful"}}, "email_doubtful", "warn", "email"),
        ({"kind": "update_contact", "settings": {"name": " "}}, "tag_missing", "bad", "name"),
        ({"kind": "update_contact", "settings": {"change": "clear_field"}}, "field_missing", "bad", "name"),
        ({"kind": "wait", "settings": {"amount": 3, "unit": "months"}}, "", "", ""),
        ({"kind": "wait", "settings": {"amount": 200, "unit": "weeks"}}, "wait_too_long", "bad", "amount"),
        ({"kind": "branch", "settings": {"rule": {"kind": "all"}}}, "rule_empty", "bad", "rule"),
        (
            {"kind": "branch", "settings": {"rule": {"kind": "did", "event": "Ordre placed"}}},
            "unknown_event",
            "warn",
            "rule",
        ),
        (
            {
                "kind": "branch",
                "settings": {"rule": {"kind": "field", "of": "contact", "field": "town", "op": "is_set"}},
            },
            "unknown_contact_field",
            "warn",
            "rule",
        ),
        (
            {
                "kind": "branch",
                "settings": {
                    "rule": {
                        "kind": "did",
                        "event": "Order placed",
                        "where": {"kind": "field", "field": "totl", "op": "is_set"},
                    }
                },
            },
            "unknown_event_field",
            "warn",
            "rule",
        ),
    ],
)
def test_what_a_block_itself_finds(block: dict[str, Any], code: str, level: str, field: str) -> None:
    problems = check(flow(START, {"id": "here", **block}, links="start>here"), KNOWN)
    here = [(p.code, p.level, p.block, p.field) for p in problems if p.code != "loose_outlets"]
    assert here == ([(code, level, "here", field)] if code else [])


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("letter", "The e-mail “A letter to Dewi” is in the bin. Restore it there, or choose another."),
        ("spring", "The e-mail “Spring” is archived. Restore it there, or choose another."),
        ("lost", "The e-mail “lost” is not there any more. Choose another."),
    ],
)
def test_an_email_that_was_put_away_keeps_its_name(email: str, sentence: str) -> None:
    problem = only(flow(START, {**MAIL, "settings": {"email": email}}, links="start>mail"))

    assert (problem.code, said(problem)) == ("email_gone", sentence)


def test_a_filter_on_a_field_the_event_never_had() -> None:
    start = {
        **START,
        "settings": {"event": "Checkout started", "where": {"kind": "field", "field": "totl", "op": "is_set"}},
    }
    problem = only(flow(start, WAIT, links="start>wait"))
    assert (problem.code, problem.level, problem.block, problem.field) == (
        "unknown_event_field",
        "warn",
        "start",
        "where",
    )
    assert said(problem) == "“Checkout started” has never come with the field “totl”. Check how it is spelled."


def test_a_field_of_an_exit_rule() -> None:
    exits = [{"event": "Order placed", "where": {"kind": "field", "field": "totl", "op": "is_set"}}]
    problem = only(flow(START, WAIT, links="start>wait", exits=exits))
    assert (problem.code, problem.block, problem.field) == ("unknown_event_field", "", "exits")


def test_a_key_that_the_event_never_had_is_hinted_at_where_runs_start() -> None:
    problem = only(flow(START, WAIT, links="start>wait", entry={"key": "checkout_tokn"}))
    assert (problem.code, problem.level, problem.block, problem.field) == ("unknown_key", "warn", "start", "event")
    assert said(problem) == (
        "“Checkout started” has never come with the field “checkout_tokn”, which is to tell Runs apart. "
        "Check it in the settings of the Flow."
    )
    assert found(flow(START, WAIT, links="start>wait", entry={"key": "total"})) == []
    unseen = {**START, "settings": {"event": "Quiz finished"}}
    assert found(flow(unseen, WAIT, links="start>wait", entry={"key": "checkout_tokn"})) == []


def test_a_key_of_an_exit_rule_or_of_a_condition() -> None:
    exits = [{"event": "Order placed", "key": "ordr"}]
    assert found(flow(START, WAIT, links="start>wait", exits=exits)) == [("unknown_event_field", "warn", "")]
    did = {"kind": "did", "event": "Order placed", "key": "ordr"}
    split = {"id": "split", "kind": "branch", "settings": {"rule": did}}
    same = flow(START, split, MAIL, links="start>split split.yes>mail", entry={"key": "total"})
    assert found(same) == [("unknown_event_field", "warn", "split")]


def test_the_same_order_is_asked_for_where_runs_belong_to_no_order() -> None:
    review = {"event": "Order placed", "key": "total"}
    wait = {"id": "wait", "kind": "wait_for_event", "settings": review}
    waits = (START, wait, MAIL)
    problem = only(flow(*waits, links="start>wait wait.happened>mail"))
    assert (problem.code, problem.level, problem.block, problem.field) == ("no_run_key", "bad", "wait", "key")
    assert said(problem) == (
        "Runs of this Flow belong to no “total” of their own, so any would do. "
        "Choose “One Run for each” in the Flow’s settings, or leave this out."
    )
    assert found(flow(*waits, links="start>wait wait.happened>mail", entry={"key": "total"})) == []
    split = {"id": "split", "kind": "branch", "settings": {"rule": {"kind": "did", **review}}}
    assert found(flow(START, split, MAIL, links="start>split split.yes>mail")) == [("no_run_key", "bad", "split")]


def test_a_split_on_a_field_that_no_event_at_the_start_ever_had() -> None:
    def split(field: str) -> Flow:
        rule = {"kind": "field", "of": "event", "field": field, "op": "is_set"}
        block = {"id": "split", "kind": "branch", "settings": {"rule": rule}}
        return flow(START, block, MAIL, links="start>split split.yes>mail")

    assert said(only(split("totl"))).startswith("No event that starts this Flow has come with the field “totl” yet.")
    assert found(split("total")) == []


def test_a_shop_without_history_is_not_told_that_everything_is_unknown() -> None:
    strange = {**SPLIT, "settings": {"rule": {"kind": "did", "event": "Anything"}}}
    start = {**START, "settings": {"event": "New", "where": {"kind": "field", "field": "any", "op": "is_set"}}}
    assert found(flow(start, strange, MAIL, links="start>split split.yes>mail"), Known(emails={"hello": "Hello"})) == []


def test_problems_come_in_every_language() -> None:
    thing = {"id": "x", "kind": "fax", "settings": {}}
    for problem in check(flow(thing, WAIT, {**WAIT, "id": "w2", "settings": {"amount": 0}}), KNOWN):
        texts = {words(language).text(problem.phrase) for language in ("en", "id", "th")}
        assert len(texts) == 3, "translated"


def test_a_farewell_that_nobody_reaches_and_two_for_the_same() -> None:
    bye = {"id": "bye", "kind": "on_leaving", "settings": {"event": "Order placed"}}
    again = {**bye, "id": "again"}
    exits = [{"event": "Order placed"}]
    assert found(flow(START, WAIT, bye, links="start>wait bye>wait", exits=exits)) == []
    assert found(flow(START, WAIT, bye, links="start>wait bye>wait")) == [("nobody_leaves", "warn", "bye")]
    twice = flow(START, WAIT, bye, again, links="start>wait bye>wait again>wait", exits=exits)
    assert found(twice) == [("two_farewells", "bad", "again")]
    assert ("no_trigger", "bad", "") in found(flow(WAIT, bye, links="bye>wait", exits=exits))


def coupon(id_: str, prefix: str) -> dict[str, Any]:
    return {"id": id_, "kind": "issue_coupon", "settings": {"prefix": prefix, "name": "coupon"}}


def test_two_blocks_on_one_way_that_keep_under_one_name_are_both_named() -> None:
    small, large = coupon("small", "TEA-"), coupon("large", "MORE-")
    problem = only(flow(START, small, MAIL, large, links="start>small small>mail mail>large"))
    assert (problem.code, problem.level, problem.block, problem.field) == ("kept_twice", "warn", "large", "name")
    assert said(problem) == (
        "Two Blocks on one way keep something under the name “coupon”: Issue a code “TEA-…”, good for 7 days, and Issue a "
        "code “MORE-…”, good for 7 days. What the later one keeps takes the place of the other. Give one of them another name."
    )
    # Whichever was drawn first.
    assert only(flow(START, large, MAIL, small, links="start>small small>mail mail>large")).block == "large"


def test_on_ways_that_exclude_each_other_one_name_is_meant() -> None:
    small, large = coupon("small", "TEA-"), coupon("large", "MORE-")
    both = "start>split split.yes>small split.no>large small>mail large>mail"
    assert found(flow(START, SPLIT, small, large, MAIL, links=both)) == []
    apart = {**large, "settings": {"prefix": "MORE-", "name": "second_coupon"}}
    assert found(flow(START, small, apart, links="start>small small>large")) == []
