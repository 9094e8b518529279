"""The shop's shelf: what is sold, at which price, how much of it there is, and how both went lately."""

from runtime.shop.shelf import MOST_PIECES, NoTitle, PartlyKept, Told, as_told, clear_up, count_at, remove, take_in

__all__ = ["MOST_PIECES", "NoTitle", "PartlyKept", "Told", "as_told", "clear_up", "count_at", "remove", "take_in"]
