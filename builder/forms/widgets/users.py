"""Some of those who may sign in."""

from builder.forms.field import Field, Show
from builder.parts.controls import avatar
from builder.parts.tag import Tag, icon, tag


def draw_users(field: Field) -> Show:
    """A line for each, to be chosen or not. Who was chosen and is no user any more can only be taken out."""
    tag("span", "cw-label", field.title, id=f"{field.id}-title")
    lines: dict[str, Tag] = {}
    box = tag("div", "cw-users", role="group", aria_labelledby=f"{field.id}-title")

    def chosen() -> list[str]:
        return [str(address) for address in field.value or ()]

    def flip(address: str) -> None:
        here = chosen()
        field.put([one for one in here if one != address] if address in here else [*here, address])
        show()

    def draw(address: str, name: str, *, gone: bool) -> None:
        lines[address] = tag("button", "cw-user", type="button", role="checkbox")
        with lines[address]:
            avatar(name or address)
            with tag("span", "cw-grow"):
                tag("span", "cw-13 cw-trunc cw-block-el", name or address)
                under = field.w("May not sign in any more") if gone else address if name else ""
                if under:
                    tag("span", "cw-cap cw-trunc cw-block-el", under)
            icon("check", "s")
        lines[address].on_click(lambda: flip(address))

    def show() -> None:
        known = field.around.known().users or {}
        wanted = {**known, **{address: "" for address in chosen() if address not in known}}
        if wanted.keys() != lines.keys():
            box.clear()
            lines.clear()
            with box:
                for address, name in wanted.items():
                    draw(address, name, gone=address not in known)
                if not wanted:
                    tag("span", "cw-help", field.w("Nobody has given an e-mail address yet."))
        here = chosen()
        for address, line in lines.items():
            line.set(aria_checked="true" if address in here else "false")

    show()
    return show
