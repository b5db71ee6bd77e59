"""Whether two examples say the same, once their questions are known to be near."""

import hashlib
import re
from collections import Counter


def same_meaning(question: str, answer: str, other_question: str, other_answer: str) -> bool:
    """Whether two examples whose questions are already near in meaning may be merged.

    No cosine threshold tells "10 people" from "20 people", so the numbers of questions and answers must agree, and at
    least half of the answers' words must be the same.
    """
    if _numbers(question) != _numbers(other_question) or _numbers(answer) != _numbers(other_answer):
        return False
    mine, theirs = set(words(answer)), set(words(other_answer))
    return len(mine & theirs) >= 0.5 * len(mine | theirs)


def numbers_sha256(question: str, answer: str) -> str:
    """A key that two examples share when :func:`same_meaning` finds their numbers equal."""
    stated = "\x1e".join("\x1f".join(sorted(_numbers(text).elements())) for text in (question, answer))
    return hashlib.sha256(stated.encode()).hexdigest()[:32]


def words(text: str) -> list[str]:
    """The words of a text in small letters."""
    return re.findall(r"\w+", text.lower())


def _numbers(text: str) -> Counter[str]:
    return Counter(re.findall(r"\d+(?:[.,]\d+)*", re.sub(r"\[[A-Z_]+_\d+\]", "", text)))
