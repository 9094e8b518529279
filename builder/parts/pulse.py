"""The corner that says how sending goes, and the banner over every page when it does not."""

from nicegui import ui

from builder.access import Visitor, fetch
from builder.parts.tag import Tag, icon, tag
from runtime.clock import DAY
from runtime.house import House
from runtime.insight.standing import Standing, standing
from runtime.reasons import reason_phrase
from runtime.words import Words, words

EVERY_SECONDS = 10


def watch_pulse(house: House, user: Visitor, corner: Tag | None, banner: Tag) -> None:
    """Keep `corner` (None: there is none) and `banner` up to date as long as the page is open."""
    w = words(user.language)
    shown: list[tuple[object, ...]] = []

    async def look() -> None:
        now = await fetch(standing, house, user.workspace)
        if banner.is_deleted:
            return
        if corner is not None:
            _draw_corner(corner, now, house.clock.now(), w)
        key = (now.working, now.held_since, now.held_code, now.waiting)
        if shown != [key]:
            shown[:] = [key]
            _draw_banner(banner, now, user, house.clock.now(), w)

    ui.timer(EVERY_SECONDS, look)


def _draw_corner(corner: Tag, now: Standing, clock: int, w: Words) -> None:
    corner.clear()
    with corner:
        if now.held_since is not None:
            tag("span", "cw-state is-bad", w("E-mails on hold"))
        elif not now.working:
            tag("span", "cw-state is-bad", w("Not working"))
        elif not now.leaves:
            tag("span", "cw-state is-live", w("E-mails stay here"))
            tag("span", "cw-cap", w("Local outbox"))
        else:
            tag("span", "cw-state is-live", w("Sending normally"))
        if now.waiting:
            tag("span", "cw-cap", w("{n} Message is safe | {n} Messages are safe", n=now.waiting))
        elif now.last_run_at is None:
            tag("span", "cw-cap", w("No Run yet"))
        else:
            tag("span", "cw-cap", w("Last Run {ago}", ago=w.ago(now.last_run_at, clock)))


def _draw_banner(banner: Tag, now: Standing, user: Visitor, clock: int, w: Words) -> None:
    banner.clear()
    if now.working and now.held_since is None:
        return
    with banner, tag("div", "cw-banner is-bad", role="alert"):
        icon("error")
        with tag("div", "cw-grow"):
            if now.held_since is not None:
                today = clock - now.held_since < DAY
                since = w.date(now.held_since, user.zone, "time" if today else "moment", clock)
                tag("b", "", _title(now.held_code, since, w) + " ")
                tag("span", "", w.text(reason_phrase(now.held_code, now.held_args)) + ". ")
            else:
                tag("b", "", w("The worker does not run, so nothing moves and nothing is sent.") + " ")
            if now.waiting:
                safe = w(
                    "{n} Message is safe and will go out once it works."
                    " | {n} Messages are safe and will go out once it works.",
                    n=now.waiting,
                )
            else:
                safe = w("Nothing is lost: what comes in is kept.")
            tag("span", "", safe)
            if now.held_since is None:
                tag("span", "", " " + w("Start it with “cartwheel run”."))
        if now.held_since is not None:
            _where_to_mend_it(now.held_code, w)


def _title(code: str, since: str, w: Words) -> str:
    match code:
        case "no_public_address":
            return w("Marketing e-mails have been on hold since {time}.", time=since)
        case "server_takes_none":
            return w("No e-mail has been taken since {time}.", time=since)
        case _:
            return w("E-mails have been on hold since {time}.", time=since)


def _where_to_mend_it(code: str, w: Words) -> None:
    match code:
        case "no_public_address":
            tag("a", "cw-btn cw-btn-s", w("Public address"), href="/settings#address")
        case "no_sender":
            tag("a", "cw-btn cw-btn-s", w("Sender"), href="/settings#sender")
        case _:
            tag("a", "cw-btn cw-btn-s", w("Mail server"), href="/settings#delivery")
