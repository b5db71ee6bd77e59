"""Spelling as people type on a phone, speech as a transcript writes it down, and the emoji of social channels."""

import re
from random import Random

from mhc_core.vocabulary import Channel

_SHORT = {
    "you": "u", "are": "r", "your": "ur", "please": "pls", "people": "ppl", "about": "abt", "because": "cuz",
    "tomorrow": "tmrw", "thanks": "thx", "with": "w", "tonight": "2nite", "for": "4", "to": "2", "though": "tho",
    "really": "rly", "okay": "ok", "birthday": "bday", "saturday": "sat", "sunday": "sun", "want to": "wanna",
    "going to": "gonna", "kind of": "kinda", "minutes": "min", "appointment": "appt", "message": "msg", "and": "n",
    "before": "b4", "what": "wut", "know": "kno", "probably": "prob", "confirmation": "confo",
}  # fmt: skip
_RARELY = {"for", "to", "and", "what", "know", "with", "confirmation"}
_WORD = re.compile(r"[a-z']+")
_TYPO_WORD = re.compile(r"\b[a-z]{5,}\b")
_FILLERS = ("um, ", "uh, ", "so, ", "yeah so ", "okay, ", "well, ")
_EMOJI = ("🔥", "🙏", "😊", "🎉", "🍤", "😍", "🙌", "❤️", "👍", "🥳")
_SLOPPY = {Channel.SMS: 0.75, Channel.INSTAGRAM: 0.7, Channel.FACEBOOK: 0.55, Channel.WEB: 0.45, Channel.EMAIL: 0.12}


def type_message(rng: Random, text: str, channel: Channel, sloppiness: float, *, cheerful: bool = True) -> str:
    """``text`` as this customer would enter it; ``sloppiness`` 0..1 belongs to the person, emoji to the cheerful.

    Names, numbers and addresses keep their letters (case may go), so that what identifies a person stays findable.
    """
    if channel is Channel.PHONE:
        return _speak(rng, text)
    mess = _SLOPPY[channel] * (0.35 + 0.9 * sloppiness)
    if rng.random() < mess:
        text = _shorten(rng, text, 0.35 * mess)
    if rng.random() < 0.6 * mess:
        text = text.replace("'", "").replace("’", "")
    if rng.random() < mess:
        text = _mistype(rng, text, 0.07 * mess)
    if rng.random() < mess:
        text = text.lower()
    elif rng.random() < 0.02 * (1 + sloppiness):
        text = text.upper() if "@" not in text else text
    if rng.random() < mess:
        text = text.rstrip(".!")
        if rng.random() < 0.5:
            text = text.rstrip("?")
    elif text.endswith("?") and rng.random() < 0.12:
        text += "?"
    if cheerful and channel in (Channel.INSTAGRAM, Channel.FACEBOOK, Channel.SMS) and rng.random() < 0.16:
        text += " " + rng.choice(_EMOJI) * rng.choice((1, 1, 1, 2))
    return text


def _shorten(rng: Random, text: str, share: float) -> str:
    def replace(match: re.Match[str]) -> str:
        word = match.group()
        short = _SHORT.get(word)
        if short is None or rng.random() > (share * 0.4 if word in _RARELY else share * 2):
            return word
        return short

    return _WORD.sub(replace, text)


def _mistype(rng: Random, text: str, share: float) -> str:
    if "@" in text:
        return text

    def replace(match: re.Match[str]) -> str:
        word = match.group()
        if rng.random() > share:
            return word
        at = rng.randrange(1, len(word) - 2)
        kind = rng.random()
        if kind < 0.45:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        if kind < 0.75:
            return word[:at] + word[at + 1 :]
        return word[:at] + word[at] + word[at:]

    return _TYPO_WORD.sub(replace, text)


def _speak(rng: Random, text: str) -> str:
    if rng.random() < 0.3 and len(text) > 1:
        text = rng.choice(_FILLERS) + (text if text[0] == "I" else text[0].lower() + text[1:])
        text = text[0].upper() + text[1:]
    if rng.random() < 0.12 and ", " in text:
        text = text.replace(", ", ", uh, ", 1)
    return text
