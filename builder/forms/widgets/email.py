"""The e-mail that a block sends: chosen from the desk, made anew, or opened."""

from builder.forms.around import EmailPicture
from builder.forms.box import Box, Option
from builder.forms.field import Field, Show
from builder.parts.controls import button
from builder.parts.tag import tag


def draw_email(field: Field) -> Show:
    """A thumbnail with "Edit", and below it the choice of another or a new one."""
    emails = field.around.emails
    tag("h4", "", field.title)
    card = tag("div", "cw-mail-choice")

    def options() -> list[Option]:
        known, chosen = field.around.known(), str(field.value or "")
        found = sorted(known.emails.items(), key=lambda one: one[1].casefold())
        if chosen in known.put_away:  # nobody can choose it any more, but it has a name
            found.append((chosen, known.email_name(chosen)))
        return [{"value": slug, "label": name, "icon": "mail"} for slug, name in found]

    def put(slug: str) -> None:
        field.put(slug)
        draw_card()

    def draw_card() -> None:
        card.clear()
        slug = str(field.value or "")
        picture = emails.picture(slug) if emails is not None and slug else None
        card.set_visibility(picture is not None)
        if picture is None or emails is None:
            return
        with card:
            with tag("a", "cw-mail-thumb", href=emails.edit_href(slug), tabindex="-1", aria_hidden="true"):
                thumbnail(picture)
            with tag("div", "cw-grow"):
                tag("div", "cw-strong", picture.name)
                tag("div", "cw-cap", picture.subject or field.w("No subject yet"))
                button(field.w("Edit e-mail"), small=True, symbol="edit", href=emails.edit_href(slug))

    draw_card()
    box = Box(
        str(field.value or ""),
        put,
        label=field.title,
        options=options(),
        placeholder=field.w("Choose an e-mail"),
    )
    field.entered_by(box)
    if emails is not None:
        with tag("div", "cw-row"):
            button(field.w("New e-mail"), lambda: emails.new(put), small=True, symbol="add")

    def show() -> None:
        box.offer(options())
        box.show(str(field.value or ""))
        draw_card()

    return show


def thumbnail(picture: EmailPicture) -> None:
    """Lines for what stands in it, like an e-mail seen from far away."""
    with tag("span", "thumb"), tag("span", "t"):
        tag("b", "cw-trunc", picture.subject or picture.name)
        for kind in picture.lines[:6]:
            match kind:
                case "button" | "coupon":
                    tag("em", style=f"background: {picture.colour}" if picture.colour else None)
                case "image" | "products":
                    tag("u")
                case "divider":
                    tag("s")
                case _:
                    tag("i")
                    tag("i", style="width: 72%")
