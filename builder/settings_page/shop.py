"""The shop itself: name, clocks, language, currency."""

from collections.abc import Callable
from typing import Any

from builder.access import Visitor, act
from builder.parts.controls import button
from builder.parts.fields import enter_presses, select_field, text_field, zone_choices
from builder.parts.tag import tag
from builder.settings_page.card import card, clear, complain, saved
from runtime.accounts import workspaces
from runtime.accounts.refused import Refused
from runtime.accounts.workspaces import Workspace
from runtime.words import Words
from runtime.words.names import currencies, languages


def draw(user: Visitor, w: Words, shop: Workspace, renamed: Callable[[str], Any]) -> None:
    """The card. `renamed` gets the name as it is kept."""
    with card("shop", w("Shop"), w("What your Flows and e-mails go by where nothing else is said.")):
        with tag("div", "se-two"):
            name = text_field(w("Name"), shop.name)
            help_text = w("For Contacts whose own time zone is not known")
            zone = select_field(w("Time zone"), zone_choices(shop.zone), shop.zone, help_text=help_text, search=True)
            tongues = {**languages(w.language)}
            tongues.setdefault(shop.language, shop.language)
            help_text = w("For Contacts whose own language is not known")
            language = select_field(w("Language"), tongues, shop.language, help_text=help_text, search=True)
            money = {**currencies(w.language)}
            money.setdefault(shop.currency, shop.currency)
            currency = select_field(w("Currency"), money, shop.currency, search=True)
        fields = {"name": name, "zone": zone, "language": language, "currency": currency}

        async def save() -> None:
            clear(fields)
            values = {key: str(field.value or "") for key, field in fields.items()}
            try:
                await act(user, workspaces.update, user.house, user.workspace, **values)
            except Refused as wrong:
                complain(wrong, fields, w)
            else:
                renamed(values["name"].strip())
                saved(w)

        with tag("div", "cw-row cw-mt4"):
            enter_presses(button(w("Save"), save), name)
