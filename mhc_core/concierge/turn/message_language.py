"""By which models a message is read: those of its own language, or of the conversation's where its words say too little."""

from mhc_core.language import tags
from mhc_core.languages import current
from mhc_core.understanding.multilingual import script


def read_in(message: str) -> str | None:
    """One of ``script.READ``, or ``None`` for what the model of understanding reads: English and all other languages.

    A message in English is read as such in any conversation; "ok", numbers and addresses as the conversation is held.
    """
    held = script.reading(current())
    proved = script.written_in(message)
    if proved is not None:  # Japanese may be written without kana
        return held if held == script.JAPANESE and proved == script.CHINESE else proved
    told = tags.language(message)
    return held if told is None else script.reading(told) if told in ("en", script.SPANISH) else held
