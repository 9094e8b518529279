"""What a card says below its sentence: numbers and words as long as there is room, then numbers and icons."""

from builder.flow_editor.numbers import Count, card_counts
from runtime.insight.numbers import BlockNumbers
from runtime.words import words


def said(found: BlockNumbers, language: str = "en") -> list[str]:
    """What stands on the card of an e-mail; an icon where the word is only to be heard."""
    return [_one(count) for count in card_counts("send_email", found, words(language))]


def _one(count: Count) -> str:
    return f"{count['value']} {count['icon'] if count.get('brief') else count['label']}"


def test_a_send_says_how_many_are_still_to_go_out() -> None:
    """Those who wait for the morning, or for the mail server."""
    assert said(BlockNumbers()) == ["0 sent"]
    assert said(BlockNumbers(sent=53, queued=412, skipped=6)) == ["53 sent", "412 waiting", "6 not sent"]


def test_what_has_no_room_in_words_is_said_by_icons() -> None:
    busy = BlockNumbers(sent=12_414, failed=12, queued=37, skipped=1_315)
    assert said(busy) == ["12,414 sent", "12 error", "37 hourglass_empty", "1,315 block"]
    assert all(count["label"] for count in card_counts("send_email", busy, words("en"))), "to be heard or pointed at"
    longer = said(BlockNumbers(sent=53, queued=412, skipped=6), "id")
    assert longer == ["53 terkirim", "412 hourglass_empty", "6 block"]
