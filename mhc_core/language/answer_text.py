"""Text rules for questions and answers: what is compared, what may be shown, what belongs to one case only."""

import re
from collections.abc import Sequence

from mhc_core.language import intents
from mhc_core.protocols import Turn
from mhc_core.vocabulary import Intent

PLACEHOLDER = re.compile(r"\[[A-Z][A-Z_]*_\d+\]")
SHORT_QUESTION_WORDS = 8
CONTEXT_CHARS = 300

_NAME = r"\[PERSON_\d+\]"
_GREETED = re.compile(rf"\b(hi|hello|hey|dear|thanks|thank you|good (?:morning|afternoon|evening)),?\s+{_NAME}", re.I)
_ADDRESSED = re.compile(rf",\s*{_NAME}(?=\s*[,.!?;:)]|\s*$)|(?:^|(?<=[.!?]\s)){_NAME},\s*")
_FOLLOW_UP = re.compile(
    r"^\W*(?:and|or|so|then|(?:what|how) about|also for|for)\b|\b(?:there|it|that|those|extra)\W*$", re.I
)
_SENTENCE = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[A-Z0-9\"'(\[$¿¡])|(?<=[。！？])(?=[^」』）\n])|\n+")
_MARKUP = re.compile(
    r"^\s{0,3}(?:#{1,6}\s+.*|[-*_]{3,}\s*)$|^[^\S\n]*(?:[-*+]|\d+[.)])\s+|[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}", re.M
)
_LINK = re.compile(r"\[([^\[\]]+)\]\([^()\s]+\)")
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_DATE_WORD = re.compile(
    r"\b(?:jan(?:uary)?|feb(?:ruary)?|march|april|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|"
    r"dec(?:ember)?|mon(?:day)?|tues?(?:day)?|wed(?:nesday)?|thur?s?(?:day)?|fri(?:day)?|satur?(?:day)?|sun(?:day)?)\b",
    re.I,
)
_WORD = re.compile(r"[a-z]{3,}|\d+")
_NAMED = re.compile(r"(?<=[a-z0-9,] )[A-Z][a-z]{2,}")
_COMMON_WORDS = """
    the and for are you your our with that this will can have has was were not but from they them their what when how
    would could should about there here just like any all out get let one per its been also than then too very please
    thanks thank hello sure happy yes
"""
_COMMON = frozenset(_COMMON_WORDS.split())


def query_text(question: str, history: Sequence[Turn] = ()) -> str:
    """What stands for a question when it is compared: one that leans on the turn before it carries that turn.

    "And for 20?" means nothing alone; "thanks!" and "can we pay cash" do. Placeholders are left out: a customer's live
    question has none.
    """
    text = question
    if _leans_on_context(question):
        before = next((turn.content for turn in reversed(history) if turn.role == "user"), "")
        text = f"{before[-CONTEXT_CHARS:]} {question}" if before else question
    return without_placeholders(text)


def _leans_on_context(question: str) -> bool:
    if len(question.split()) >= SHORT_QUESTION_WORDS:
        return False
    return bool(_FOLLOW_UP.search(question)) or intents.tag(question) is Intent.OTHER


def without_placeholders(text: str) -> str:
    """The text with scrubbing's placeholders cut out and blanks closed up."""
    return re.sub(r"\s+", " ", PLACEHOLDER.sub(" ", text)).strip()


def presentable(answer: str) -> str | None:
    """An approved answer as another customer may read it, or None when too little of it is left.

    Names after a greeting or in address are cut; a sentence that still needs a placeholder was about one customer and
    is dropped. At least half of the words must survive.
    """
    if not PLACEHOLDER.search(answer):
        return answer.strip() or None
    text = _ADDRESSED.sub("", _GREETED.sub(r"\1", answer))
    paragraphs = [
        " ".join(sentence for sentence in sentences(line) if not PLACEHOLDER.search(sentence))
        for line in text.splitlines()
    ]
    kept = "\n".join(part for part in paragraphs if part).strip()
    if not kept or len(kept.split()) * 2 < len(without_placeholders(answer).split()):
        return None
    return kept[0].upper() + kept[1:]


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text, in order, without empty ones."""
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()]


def strip_markdown(markdown: str) -> str:
    """Markdown as a chat shows it: no headings, bullets, emphasis or link targets."""
    return re.sub(r"\n{2,}", "\n", _MARKUP.sub("", _LINK.sub(r"\1", markdown))).strip()


def numbers(text: str) -> frozenset[str]:
    """The numbers of a text in one spelling: ``$1,100.00`` is ``1100``. Placeholders hold none."""
    found = (match.replace(",", "") for match in _NUMBER.findall(PLACEHOLDER.sub(" ", text)))
    return frozenset((item.rstrip("0").rstrip(".") if "." in item else item) for item in found)


def specifics(text: str) -> frozenset[str]:
    """What ties a text to one case: its numbers, months and weekdays."""
    return numbers(text) | {word.lower()[:3] for word in _DATE_WORD.findall(text)}


def bound(question: str, answer: str) -> frozenset[str]:
    """What an answer repeats of its own question and another question may not share: numbers, dates, named places."""
    named = {name.lower() for name in _NAMED.findall(answer)}
    about = specifics(question)
    return (about & specifics(answer)) | (named & mentioned(question, about))


def mentioned(question: str, about: frozenset[str]) -> frozenset[str]:
    """Everything a question mentions that could bind an answer to it: its words and ``about``, its specifics."""
    return about | frozenset(re.findall(r"[a-z]{3,}", question.lower()))


def content_words(text: str) -> frozenset[str]:
    """Words that carry meaning, cut to six letters so that inflections meet; numbers as they are."""
    return frozenset(word[:6] for word in _WORD.findall(text.lower()) if word not in _COMMON)
