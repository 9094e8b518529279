"""The user who is there from the first start, so that somebody can be let in before anybody was added."""

from runtime.accounts import users
from runtime.accounts.users import User
from runtime.house import House

ADDRESS = "owner@cartwheel.example"
"""Stands in until the owner adds a user of their own; no mail is ever sent to it."""


def owner(house: House) -> User:
    """The user who came first; made, without a password, where there is none yet."""
    everybody = users.everybody(house)
    return everybody[0] if everybody else users.create(house, ADDRESS, "Owner")
