"""By which models a message is read: those of its own language, or of the conversation's where its words say too little."""

from mhc_core.languages import current, detection
from mhc_core.understanding.multilingual import script


def read_in(message: str) -> str | None:
    """One of ``script.READ``, or ``None`` for what the model of understanding reads: English and all other languages.

    A message in English is read as such in any conversation; "ok", numbers and addresses as the conversation is held.
    Chinese signs in a Japanese conversation are Japanese.
    """
    held = script.reading(current())
    told = detection.detect(message, current())
    if told is None:
        return held
    said = script.reading(told)
    return held if said == script.CHINESE and held == script.JAPANESE else said
