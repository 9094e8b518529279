"""The few words of ours that the recipient of an e-mail reads.

They follow the language of the e-mail, not of whoever composes it, so they are not in the catalogs of the screen. The
"placeholder" is what a new e-mail begins with; nobody is to get it.
"""

from collections.abc import Mapping

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "unsubscribe": "Unsubscribe",
        "total": "Total",
        "questions": "Questions?",
        "placeholder": "Write here what you want to say.",
    },
    "id": {
        "unsubscribe": "Berhenti berlangganan",
        "total": "Total",
        "questions": "Ada pertanyaan?",
        "placeholder": "Tulis di sini apa yang ingin Anda sampaikan.",
    },
    "th": {
        "unsubscribe": "ยกเลิกการรับข่าวสาร",
        "total": "รวมทั้งหมด",
        "questions": "มีคำถามไหม",
        "placeholder": "เขียนสิ่งที่คุณอยากบอกที่นี่",
    },
}


def words_in(language: str) -> Mapping[str, str]:
    """The words in `language` (a BCP 47 tag), else in English."""
    return _WORDS.get(language.lower(), _WORDS.get(language.split("-")[0].lower(), _WORDS["en"]))


def is_placeholder(text: str) -> bool:
    """Whether a text is still the one that a new e-mail begins with, in any language."""
    return any(text.strip() == words["placeholder"] for words in _WORDS.values())
