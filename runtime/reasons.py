"""Why something happened or did not, in a sentence a marketer can read.

Steps, runs and messages carry a code with its data; the sentence is made from it when somebody looks. A block's own codes
are in its `reasons`; all others are here. A code is never renamed: old steps carry it.
"""

from collections.abc import Mapping
from typing import Any

from blocks import KINDS
from blocks.clocks import where
from blocks.phrase import Phrase, Quoted, load_arg

REASONS: Mapping[str, str] = {
    # Entering and leaving a flow
    "entered": "Entered the Flow",
    "exit_event": "Because {event} happened",
    "exit_rule": "Because this became true: {rule}",
    "replaced_by_newer": "Because a newer Run took its place",
    "restarted": "Started over, because it happened again before the first Message",
    "refreshed": "Goes on with the newer data of the same event",
    "held_out": "Held out: gets nothing from this Flow and is only counted, to compare",
    "date_gone": "Because the date for which they had entered was changed or taken away",
    "date_follows": "Because the date was moved: they enter for the new one on {until}",
    "date_followed": "The date was moved: everything counts from {until} now",
    "date_awaited": "The date was moved: the Flow lets nobody enter for the new one, so they wait for it here",
    "date_refused": "Because the date was moved, and the Flow lets nobody enter for the new one",
    "time_passed": "Not sent, because its time had passed by then: {then}",
    "moved_over": "Went over to the new version of the Flow",
    "moved_in_time": "Went over to the new version of the Flow, to go on at the same time as before",
    "moved_out": "Because its Block is not in the new version of the Flow, and you let them leave",
    "retried": "Tried again by {who}",
    "wait_skipped": "{who} let them wait no longer",
    "moved_by": "{who} moved them to another Block",
    "put_back": "{who} took that back",
    "taken_out": "Taken out by {who}",
    "not_added": "Taken out again by {who}, as if never added",
    "not_again": (
        "Because they may come back only after {days} day | Because they may come back only after {days} days"
    ),
    "never_again": "Because they have been in this Flow before, and everyone gets it only once",
    "too_old_event": (
        "Because it had happened more than {hours} hour before we heard of it"
        " | Because it had happened more than {hours} hours before we heard of it"
    ),
    "filtered_out": "Because the trigger’s filter does not match",
    "flow_paused": "Because the Flow is paused",
    "flow_archived": "Because the Flow is archived",
    "flow_finishing": "The Flow was finishing and took nobody in",
    "schedule_late": "Because the worker was off when its time came, and saw it over 24 hours late",
    "block_failed": "Because this Block failed: {error}",
    "block_gone": "Because the Block it stood at is not there any more",
    "spins": "Because it went round in a circle without waiting",
    "ended": "Reached the end of the Flow",
    "ended_because": "{reason}",
    "erased": "Because the Contact was erased",
    # May we send this?
    "no_consent": "Because they have not agreed to marketing e-mails",
    "said_no": "Because they said no to marketing e-mails on {when}",
    "unsubscribed": "Because they unsubscribed on {when}",
    "resubscribed": "Agreed to marketing e-mails again",
    "suppressed_hard_bounce": "Because an earlier e-mail came back: the address does not exist",
    "suppressed_complaint": "Because they reported an earlier e-mail as spam",
    "suppressed_manual": "Because this address was blocked in your shop",
    "suppressed_erased": "Because whoever had this address was erased",
    "no_address": "Because the Contact has no e-mail address",
    "bad_address": "Because the e-mail address is not valid",
    "too_late": "Because it was to be sent before {before}",
    "too_late_then": "Because your limits let it go out on {until} only, and it was to be sent before {before}",
    "flow_pauses": "Because the Flow pauses from {first} to {last}",
    "pause_waits": "The Flow pauses from {first} to {last}. Goes out on {until}",
    "outside_hours": "Because its Block sends only {hours} {where}",
    "hours_wait": "Its Block sends only {hours} {where}. Goes out on {until}",
    "never_open": "Because its Block sends only {hours}, and all of that is in quiet hours",
    "quiet_hours": "Because it came due in the shop’s quiet hours: it was {there} where they live",
    "quiet_waits": "The shop’s quiet hours: it is {there} where they live. Goes out on {until}",
    "flow_quiet_hours": "Because it came due in the Flow’s quiet hours: it was {there} {where}",
    "flow_quiet_waits": "The Flow’s quiet hours: it is {there} {where}. Goes out on {until}",
    "cap_reached": "Because the shop’s cap of {cap} was reached",
    "cap_waits": "Reached the shop’s cap of {cap}; will try again on {until}",
    "flow_cap_reached": "Because the Flow’s own cap of {cap} was reached",
    "flow_cap_waits": "Reached the Flow’s own cap of {cap}; will try again on {until}",
    "priority_first": "Because {flow} has the higher priority and took the place under the shop’s cap of {cap}",
    "priority_waits": (
        "Lets {flow} go first, whose priority is higher, to keep the shop’s cap of {cap}; will try again on {until}"
    ),
    "place_waits": (
        "{flow} has the higher priority and may take the place under the shop’s cap of {cap} within the hour;"
        " will try again on {until}"
    ),
    "spread_out": "Came due while the Flow was paused, and you spread what was due. Goes out on {until}",
    "skipped_on_resume": ("Because it came due while the Flow was paused, and you chose not to send it any more"),
    "spoken_for": "Because {flow} has the higher priority and wrote about the same",
    "alone_waits": (
        "{flow} has the higher priority and may write about the same within the hour; will try again on {until}"
    ),
    "run_ended": "Because the Contact left the Flow before it was sent",
    "no_public_address": (
        "Customers cannot open this installation’s public address ({address}), so its links to unsubscribe would lead "
        "nowhere. Set one that they can open: Settings, Public address"
    ),
    "no_sender": "No sender’s address is set, and mail servers take nothing from nobody. Type yours: Settings, Sender",
    # Making and sending it
    "sent": "The mail server took it",
    "kept_here": "It lies in the local outbox and went to nobody, because no mail server is set up",
    "test": "Sent as a test",
    "no_server": "Because no mail server is set up",
    "render_failed": "Because the e-mail could not be made for this Contact: {error}",
    "header_refused": "Because {field} has a line break, which an e-mail must not have there",
    "smtp_refused": "Because the mail server refused it: {answer}",
    "smtp_retry": "The mail server could not take it yet: {answer}. Next try: {until}",
    "gave_up": "Because the mail server did not take it in several tries: {answer}",
    "uncertain": "The connection broke before the mail server answered. It may have arrived, so it is not sent again by itself",
    "came_back": "Because it came back later: {answer}",
    "came_back_for_now": "Because it came back later, for a reason that may pass: {answer}",
    # How a machine was told from a person
    "machine_on_the_way": "Before the mail server had answered, so by whatever stands on the way to the mailbox",
    "machine_only_looked": "It only asked what is there, without wanting it",
    "machine_a_program": "By what it says of itself it is a program",
    "machine_apple_privacy": "Apple’s mail privacy fetches every picture, whether somebody reads the e-mail or not",
    "machine_fetched_ahead": "The mail provider fetched it ahead, before anybody looked",
    "machine_too_quick": "So soon after it arrived that nobody can have read it",
    "machine_every_link": "All links were followed at once, as scanners do",
    # Calling another app
    "app_took_it": "The other app took it",
    "app_refused": "Because {answer}",
    "app_retry": "Not told yet: {answer}. Next try: {until}",
    "app_gave_up": "Because several tries failed, the last one like this: {answer}",
    "app_busy": "{host} is still busy with earlier calls; will try again on {until}",
    "app_unmade": "Because the call could not be made ready: {error}",
    "outside_no_url": "its address is no web address",
    "outside_unknown": "{host} cannot be found",
    "outside_unreachable": "{host} cannot be reached",
    "outside_tls": "no safe connection to {host} can be made",
    "outside_silent": "{host} did not answer in time",
    "outside_broken": "the connection to {host} broke before it answered",
    "outside_forbidden": "{host} lies inside your own network, which is not called. Whoever runs Cartwheel can allow it",
    # Telling the team
    "notice_waits": "The team has been told {most} times in this hour. Is summed up with what else happens, on {until}",
    "notice_summed": "Is summed up in one e-mail with others, because the team had been told {most} times in that hour",
    "notice_to_nobody": "Because nobody who is to be told may sign in and has an e-mail address",
    "notice_unmade": "Because the e-mail could not be made: {error}",
    # Why the whole mail server cannot be used
    "server_unknown": "The mail server {host} cannot be found. Check its name in the settings",
    "server_unreachable": "The mail server {host} cannot be reached: {detail}",
    "server_silent": "The mail server {host} does not answer",
    "server_refuses": "The mail server {host} takes nothing at present: {answer}",
    "server_takes_none": "The mail server {host} refuses one e-mail after the other: {answer}",
    "server_hangs_up": "The mail server {host} hangs up in the middle of every e-mail",
    "tls_failed": "No safe connection to the mail server {host} can be made: {detail}",
    "tls_missing": "The mail server {host} offers no encryption, but the settings ask for it",
    "login_refused": "The mail server {host} refuses the user name or the password: {answer}",
    "login_missing": "The mail server {host} knows no way to log in, but the settings hold a password",
    "login_unsafe": "The mail server {host} offers no encryption, so the password was not sent to it",
    "address_wrong": "The address of the mail server cannot be read: {detail}",
}
BY_EXIT = ("exit_event", "exit_rule")
"""Those of the steps, and of the runs, of whoever left by an exit."""
_TYPED_BY_PEOPLE = frozenset({"event", "field"})
"""Arguments that are names; shown in quotation marks even where the code kept them as plain text."""


def reason_phrase(code: str, args: Mapping[str, Any] | None = None, block_kind: str | None = None) -> Phrase:
    """The sentence for a reason as it is kept: `args` as `dump_arg` made them, `block_kind` where a block gave it.

    A code that nobody knows any more is shown as it is. Where none was kept, hours are those where the contact lives.
    """
    own = KINDS[block_kind].reasons if block_kind is not None and block_kind in KINDS else {}
    loaded = {"where": where(""), **{name: load_arg(value) for name, value in (args or {}).items()}}
    for name in _TYPED_BY_PEOPLE & loaded.keys():
        if isinstance(loaded[name], str):
            loaded[name] = Quoted(loaded[name])
    return Phrase(own.get(code) or REASONS.get(code) or code, loaded)
