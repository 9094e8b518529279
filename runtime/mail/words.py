"""The few words of ours that the recipient of an e-mail reads.

They follow the language of the e-mail, not of whoever composes it, so they are not in the catalogs of the screen.
"""

from collections.abc import Mapping

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "unsubscribe": "Unsubscribe",
        "total": "Total",
        "questions": "Questions?",
    },
    "id": {
        "unsubscribe": "Berhenti berlangganan",
        "total": "Total",
        "questions": "Ada pertanyaan?",
    },
    "th": {
        "unsubscribe": "ยกเลิกการรับข่าวสาร",
        "total": "รวมทั้งหมด",
        "questions": "มีคำถามไหม",
    },
}


def words_in(language: str) -> Mapping[str, str]:
    """The words in `language` (a BCP 47 tag), else in English."""
    return _WORDS.get(language.lower(), _WORDS.get(language.split("-")[0].lower(), _WORDS["en"]))
