"""How a sentence sits in a message: greeting and introduction before it, a signature after it, a name now and then."""

import re
from collections.abc import Mapping

from mhc_core.vocabulary import Channel, Intent
from mhc_jobs.sample.small_words import small_talk
from mhc_jobs.sample.talk import Talk
from mhc_jobs.sample.topic_files import Topic

_GREETINGS = ("hi", "hey", "hello", "good ", "yo", "salam", "hola")
_SENTENCE_START = re.compile(r"(?:^|(?<=[.!?] ))[a-z]")
# First words that lose their capital behind "Also," or a name; everything else may be a name itself.
_LOWERED = frozenset((
    "the", "it", "it's", "its", "is", "yes", "no", "not", "we", "you", "your", "you'd", "you're", "for",
    "that", "that's", "this", "what", "what's", "whats", "when", "where", "which", "how", "who", "do", "does",
    "did", "can", "could", "would", "will", "are", "any", "at", "by", "with", "without", "from", "if", "in",
    "on", "to", "each", "every", "everyone", "after", "there", "there's", "they", "sure", "small", "only",
    "free", "kids", "children", "guests", "parties", "changes", "done", "moving", "right", "here", "under",
    "between", "less", "earlier", "sorry", "unfortunately", "plan", "expect", "food", "into", "tell", "need",
    "want", "looking", "my", "our", "an", "a", "please",
))  # fmt: skip


def opening(talk: Talk, slots: Mapping[str, str], text: str, topic: Topic, *, returning: bool) -> str:
    """A customer's first message: with or without a greeting and a name; e-mails look like e-mails."""
    rng = talk.rng
    introduces = any(slots[key] in text for key in ("first", "name"))
    lead = ""
    if topic.intent is not Intent.SMALLTALK or topic.key == "how_it_works":
        greets = text.casefold().startswith(_GREETINGS)
        if not greets and rng.random() < (0.8 if talk.channel is Channel.EMAIL else 0.35):
            lead = small_talk(rng, "greeting", slots)
        if not introduces and rng.random() < (0.5 if returning else 0.28) + 0.2 * topic.identity:
            lead = f"{lead + ', ' if lead else ''}{small_talk(rng, 'introduction', slots)}"
            introduces = True
    talk.knows_name = introduces or talk.channel is Channel.EMAIL
    if talk.channel is Channel.EMAIL:
        sign = "\n\n" + small_talk(rng, "signature", slots) if rng.random() < 0.85 else ""
        return f"{lead + ',' if lead else 'Hello,'}\n\n{capital(text)}{sign}"
    if not lead:
        return text
    return f"{capital(lead)}{rng.choice(('. ', ', ', '! '))}{text}"


def joined(talk: Talk, slots: Mapping[str, str], text: str) -> str:
    """A further question, sometimes marked as one."""
    return f"{small_talk(talk.rng, 'more', slots)} {_lower(text)}" if talk.rng.random() < 0.45 else text


def personal(talk: Talk, slots: Mapping[str, str], text: str, *, serious: bool) -> str:
    """An answer in whole sentences, now and then with the customer's name before it."""
    rng = talk.rng
    if talk.knows_name and slots["first"] not in text and rng.random() < 0.4:
        name = small_talk(rng, "opening_serious" if serious else "opening", slots)
        text = f"{name} {_lower(text) if name.endswith(',') else text}"
    return sentences(text)


def sentences(text: str) -> str:
    """Every sentence with a capital, also where a slot such as "salmon" begins it."""
    return _SENTENCE_START.sub(lambda match: match.group().upper(), text)


def capital(text: str) -> str:
    """The first letter in upper case, the rest as it is."""
    return text[0].upper() + text[1:]


def _lower(text: str) -> str:
    return text[0].lower() + text[1:] if text.split(maxsplit=1)[0].lower().strip(",.!?:") in _LOWERED else text
