"""The sender: whom customers see as the writer."""

from pydantic import ValidationError

from builder.access import Visitor, act
from builder.parts.controls import button
from builder.parts.fields import Field, enter_presses, text_field
from builder.parts.tag import tag
from builder.settings_page.card import card, clear, complain, saved
from runtime.accounts import preferences
from runtime.accounts.preferences import Sender
from runtime.words import Words


def draw(user: Visitor, w: Words, kept: Sender) -> Field:
    """The card. Returns the field with the name, which is the shop's where nothing stands."""
    with card("sender", w("Sender"), w("The name and address your customers see.")):
        with tag("div", "se-two"):
            name = text_field(w("Name"), kept.name, placeholder=user.shop)
            address = text_field(w("E-mail address"), kept.address, kind="email", placeholder="hello@shop.example")
            help_text = w("Empty: to the address above")
            reply_to = text_field(w("Replies go to"), kept.reply_to, kind="email", help_text=help_text)
        fields = {"name": name, "address": address, "reply_to": reply_to}

        async def save() -> None:
            clear(fields)
            try:
                wanted = Sender(**{key: str(field.value or "") for key, field in fields.items()})
            except ValidationError as wrong:
                complain(wrong, fields, w)
                return
            await act(user, preferences.save_sender, user.house, user.workspace, wanted)
            saved(w)

        with tag("div", "cw-row cw-mt4"):
            enter_presses(button(w("Save"), save), *fields.values())
    return name
