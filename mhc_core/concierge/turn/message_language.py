"""By which models a message is read: those of its language, or of the conversation's where it says too little."""

from mhc_core.languages import ENGLISH, detection
from mhc_core.understanding.multilingual import script


def read_in(message: str, conversation: str | None = None) -> str | None:
    """One of ``script.READ``, or ``None`` for what the model of understanding reads: English and all other languages.

    A message in English is read as such in any conversation; "ok", numbers, addresses, and what is taken for a language
    that nobody reads here, as the conversation is held. Chinese signs in a Japanese conversation are Japanese.
    """
    held = script.reading(conversation or ENGLISH)
    told = detection.detect(message, conversation)
    said = script.reading(told or "")
    if told == ENGLISH:  # "地址是 420 Oak Street" is mostly English, but for the signs
        return held if held is not None and script.written_in(message) is not None else None
    if said is None:
        return held if held in (script.CHINESE, script.JAPANESE) else script.written_in(message) or held
    return held if said == script.CHINESE and held == script.JAPANESE else said
