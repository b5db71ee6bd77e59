# ruff: noqa: E501 - patterns read better in one line
"""How a customer sounds: emotion, urgency and abuse, from words, punctuation and what was said before."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mhc_core.db.queries.serving import StoredTurn
from mhc_core.language import tags

READ_CHARS = 4_000
"""Characters of a message that are read."""
_EARLIER = 3
"""Customer's messages before this one that are looked at for something that is not getting better."""


class Emotion(StrEnum):
    """What speaks from a message, from pleased to furious; ``calm`` when nothing does."""

    CALM = "calm"
    HAPPY = "happy"
    WORRIED = "worried"
    FRUSTRATED = "frustrated"
    ANGRY = "angry"


class Urgency(StrEnum):
    """``now``: it is happening; ``soon``: today or tomorrow, or the customer presses; else ``none``."""

    NONE = "none"
    SOON = "soon"
    NOW = "now"


@dataclass(frozen=True, slots=True)
class Tone:
    """What a message sounds like. ``abusive`` is an insult or a threat, not just a strong word."""

    emotion: Emotion = Emotion.CALM
    urgency: Urgency = Urgency.NONE
    abusive: bool = False

    @property
    def upset(self) -> bool:
        """Whether one more failed answer would be one too many."""
        return self.abusive or self.emotion in (Emotion.FRUSTRATED, Emotion.ANGRY)


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b")


_ANGRY = _words(
    r"angry|furious|livid|outraged|infuriat\w+|ridiculous|unacceptable|disgrac\w+|disgust\w+|worst|scam\w*|rip[- ]?offs?"
    r"|ripped (?:me |us )?off|fed up|sick of|sick and tired|had enough|never again|waste of (?:my |our )?(?:time|money)"
    r"|how dare|outrageous|appalling|shame on you|incompetent|useless|pathetic|wtf|bull ?shit|pissed|terrible (?:service|job)"
    r"|horrible (?:service|experience)|awful (?:service|experience)|garbage|a joke|liars?|lied to"
)
_FRUSTRATED = _words(
    r"frustrat\w+|annoy\w+|disappoint\w+|still (?:no|waiting|not|have ?n't|have not|nothing)|already (?:told|said|asked"
    r"|explained|sent|gave)|(?:asked|told you|said|sent)[a-z ,]{0,20} (?:twice|again|already|three times|times)"
    r"|again and again|not what i asked|you'?re not (?:listening|reading)|(?:do|did) ?n't (?:answer|read|listen)"
    r"|not help(?:ful|ing)|makes? no sense|going in circles|how many times|keeps? (?:asking|saying|telling|sending)"
    r"|nobody (?:answers|replies|called|responds|calls)|no one (?:answers|replies|called|responds|calls|got back)"
    r"|(?:hours|days) (?:ago|late)|unhappy|let ?down|not happy|this is hard|confusing|come on|seriously|ugh+|argh+|smh|unprofessional|rude"
)
_WORRIED = _words(
    r"worr\w+|concern\w*|nervous|anxious|afraid|scared|stress\w*|panick?\w*|freaking out|not sure (?:if|whether|it)"
    r"|hope (?:it|this|that|nothing|we|you)[a-z ]{0,20}(?:does ?n't|wo ?n't|not|ok|okay|works?)|what if|is it safe|unsafe|dangerous"
    r"|(?:have|has) ?n't heard|not heard|did (?:you|it) (?:get|go through)|am i too late|too late|forgot\w*|help me|please help"
    r"|preocupad\w+|no idea what to do"
)
_HAPPY = _words(
    r"thank(?:s| you)?(?: so much| a lot| a million)|thx|awesome|amazing|perfect|great|wonderful|fantastic|excellent|excited|love(?:d|ly)?"
    r"|the best|(?:looks|sounds|tastes|was|so) good|best (?:chef|party|night|dinner|service|ever)|so good|delicious|yay+|can'?t wait|brilliant|super|happy|glad|gracias|incredible|appreciate\w*"
)
_NOT = re.compile(
    r"\b(?:not|n't|no|never|without|isn't|wasn't|nothing|hardly|less)(?: \w+){0,2} $|\b(?:if|in case|would|don't want to be|sorry) (?:\w+ ){0,2}$"
)
_NOW = _words(
    r"right now|immediately|emergency|(?:chef|he|she|they|nobody|no one)(?: is| has|'s)?(?: still)? (?:not|n't|hasn't|has not|is not|isn't|never)"
    r"[a-z ]{0,12} (?:here|arrived|come|came|show\w*|there)|(?:is|hasn't|has not) (?:late|arrived|shown up|here yet)|where is (?:the|our|my) chef"
    r"|no (?:chef|one|show)[a-z ]{0,12}(?:here|yet|showed up|came)|(?:guests|everyone|people) (?:are|is) (?:here|waiting)|starts? in (?:\d+|a few|an?|half an) (?:min\w*|hour)"
    r"|running late|gas (?:leak|smell)|on fire|bleeding|can'?t breathe|911|minutes? late|hour late"
)
_SOON = _words(
    r"asap|a\.s\.a\.p|urgent\w*|hurry|as soon as possible|quick(?:ly)? (?:answer|reply|response)|today|tonight|tomorrow|this (?:morning|afternoon|evening)"
    r"|last[- ]minute|time[- ]sensitive|in (?:an|one|two|2|3|a few) hours?|within the hour|need (?:an answer|to know|it) (?:now|fast|quick\w*|today)|running out of time|deadline"
)
_PASSED = re.compile(
    r"\b(?:not|isn't|no) (?:urgent|hurry|rush|an emergency)\b|\bno (?:need to )?hurry\b|\bin case of (?:an )?emergency\b|\bwhen(?:ever)? you (?:can|have time)\b"
)
_HAPPY_SIGNS = re.compile(r"[😀😁😃😄😊😍🥰🤩🎉🥳👍❤🙏😋💕🙌]|(?<!\w)(?::-?\)|:d|<3)")
_ANGRY_SIGNS = re.compile(r"[😡🤬😠👿🖕]")
_SAD_SIGNS = re.compile(r"[😞😟😢😭😩😫🙄😤😒😕☹]|(?<!\w):-?\(")


def read(message: str, turns: Sequence[StoredTurn] = ()) -> Tone:
    """What a message sounds like after the turns before it, oldest first. Linear in the message's length."""
    original = message[:READ_CHARS]
    text = original.lower().replace("’", "'")
    found = tags.tone(original)
    abusive = "abuse" in found and bool(_AT_US.search(text))
    earlier = [turn.content[:READ_CHARS].lower() for turn in turns if turn.role == "user"][-_EARLIER:]
    emotion = _emotion(original, text, "profanity" in found, abusive, earlier)
    return Tone(emotion, _urgency(text), abusive)


_AT_US = re.compile(
    r"\b(?:you\w*|u|ur|your|bot|this|moron|idiots?|kys|shut up|screw|fuck|go to hell|drop dead|pathetic|scumbag|losers?|pendej\w+|idiota|callate|cállate|vete)\b|\bte \w"
)


def without_profanity(answer: str) -> str:
    """An answer with words of the profanity lists as dots: the concierge stays polite whatever it was told."""
    if not tags.tone(answer):
        return answer
    return re.sub(r"[^\W\d_]{3,}", lambda word: "…" if tags.tone(word[0]) else word[0], answer)


def _emotion(original: str, text: str, swears: bool, abusive: bool, earlier: Sequence[str]) -> Emotion:
    happy = _says(_HAPPY, text) or bool(_HAPPY_SIGNS.search(text))
    if abusive or _says(_ANGRY, text) or _ANGRY_SIGNS.search(text):
        return Emotion.ANGRY
    if swears and not happy:
        return Emotion.ANGRY
    repeated = any(_alike(text, before) for before in earlier)
    if _says(_FRUSTRATED, text) or _SAD_SIGNS.search(text) or repeated:
        return Emotion.ANGRY if _shouts(original) or re.search(r"!{3,}", text) else Emotion.FRUSTRATED
    if not happy and re.search(r"[!?]{2,}", text) and _shouts(original):
        return Emotion.FRUSTRATED
    if _says(_WORRIED, text):
        return Emotion.WORRIED
    return Emotion.HAPPY if happy else Emotion.CALM


def _urgency(text: str) -> Urgency:
    text = _PASSED.sub(" ", text)
    if _NOW.search(text):
        return Urgency.NOW
    return Urgency.SOON if _SOON.search(text) else Urgency.NONE


def _says(pattern: re.Pattern[str], text: str) -> bool:
    return any(not _NOT.search(text[max(0, found.start() - 30) : found.start()]) for found in pattern.finditer(text))


def _shouts(text: str) -> bool:
    letters = list(filter(str.isalpha, text))
    return len(letters) >= 15 and sum(map(str.isupper, letters)) > 0.7 * len(letters)


def _alike(one: str, other: str) -> bool:
    """Whether a question of some length was asked before in nearly the same words."""
    first, second = set(re.findall(r"\w+", one)), set(re.findall(r"\w+", other))
    return min(len(first), len(second)) >= 5 and len(first & second) >= 0.8 * len(first | second)
