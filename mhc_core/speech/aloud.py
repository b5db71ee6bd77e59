"""What is written, as it is said on the telephone: short, numbers in words, no lists, no signs, no ids and no links.

What it says is not changed: figures, dates and names of dishes stay; only their form is one for ears.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time

from mhc_core.speech import number_names as names

LONGEST = 420
"""Characters that are said at once, some 25 seconds; the rest is left out with the offer to go on."""
LINK_SAID = "our web site"
MORE = "There is more to it; just ask."
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_LINK = re.compile(r"\[([^\]\n]+)\]\((?:https?://|/)[^)\s]*\)|(?:https?://|www\.)[^\s)>\]]*[^\s)>\].,;:!?]")
_ID = re.compile(r"\s*\(?\b(?=[A-Z0-9-]*\d)[A-Z]{1,5}-[A-Z0-9]{2,}(?:-[A-Z0-9]+)*\b\)?")
_UUID = re.compile(r"\s*\(?\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b\)?", re.IGNORECASE)
_MAIL = re.compile(r"\b([\w.+-]+)@([\w-]+(?:\.[\w-]+)+)\b")
_PHONE = re.compile(r"(?<![\w.])(?:\+?1[ .-]?)?\(?(\d{3})\)?[ .-](\d{3})[ .-](\d{4})(?!\d)")
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+", re.MULTILINE)
_MARKS = re.compile(r"[*_`#>|“”\"]+")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class Spoken:
    """Sentences in their order, and the links that were left out of them."""

    sentences: tuple[str, ...]
    links: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it."""
        return " ".join(self.sentences)


def aloud(text: str, longest: int = LONGEST, link: str = LINK_SAID) -> Spoken:
    """A written answer for ears, ``link`` in place of each address of the web.

    Of one that is too long the first sentences, and that there is more.
    """
    links = tuple(dict.fromkeys(_address(found) for found in _LINK.finditer(text)))
    plain = _LINK.sub(lambda found: found[1] or link, text)
    plain = _UUID.sub("", _ID.sub("", plain))
    plain = _MAIL.sub(_mail, plain)
    plain = _PHONE.sub(lambda found: ", ".join(map(names.digits, found.groups())), plain)
    plain = _EMOJI.sub("", _MARKS.sub("", _without_lists(plain)))
    for pattern, said in _FIGURES:
        plain = pattern.sub(said, plain)
    plain = re.sub(r"\s+([,.;:!?])", r"\1", " ".join(plain.split()))
    return Spoken(tuple(_short([part for part in _SENTENCE.split(plain) if re.search(r"\w", part)], longest)), links)


def _address(found: re.Match[str]) -> str:
    return found[0].rpartition("(")[2].rstrip(")") if found[1] else found[0]


def _short(sentences: list[str], longest: int) -> list[str]:
    """The first sentences that are not too long together; a question at the end is kept, since it is to be answered."""
    kept: list[str] = []
    size = 0
    for place, sentence in enumerate(sentences):
        size += len(sentence) + 1
        if size > longest and kept:
            last = sentences[-1]
            return [*kept, last] if last.endswith("?") and place < len(sentences) else [*kept, MORE]
        kept.append(sentence)
    return kept


def _without_lists(text: str) -> str:
    """Lists and lines as sentences: what a line ends with, or a comma between the items of a list."""
    said: list[str] = []
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for place, line in enumerate(lines):
        bullet = _BULLET.match(line)
        words = _BULLET.sub("", line)
        following = place + 1 < len(lines) and bool(_BULLET.match(lines[place + 1]))
        if not words.endswith((".", "!", "?", ":", ",", ";")):
            words += "," if bullet and following else "."
        said.append(words)
    return " ".join(said)


def _mail(found: re.Match[str]) -> str:
    return f"{_spelt(found[1])} at {_spelt(found[2])}"


def _spelt(text: str) -> str:
    return " ".join({".": "dot", "-": "dash", "_": "underscore", "+": "plus"}.get(part, part)
                    for part in re.findall(r"[.\-_+]|[A-Za-z0-9]+", text))  # fmt: skip


def _time(found: re.Match[str]) -> str:
    hour, minute = int(found[1]), int(found[2] or 0)
    half = (found[3] or "").lower().replace(".", "")
    if hour > 23 or minute > 59 or (half and not 1 <= hour <= 12):
        return found[0]
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return names.clock(time(hour, minute))


def _date(found: re.Match[str]) -> str:
    year = f", {names.year(int(found[3]))}" if found[3] else ""
    return f"{found[1]} {names.ordinal(int(found[2]))}{year}"


def _range(unit: Callable[[str], str]) -> Callable[[re.Match[str]], str]:
    return lambda found: f"{unit(found[1])} to {unit(found[2])}"


_N = r"(\d[\d,]*(?:\.\d+)?)"
_FIGURES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"(?<=\d)\s*[×x]\s*(?=\$?\d)"), lambda _: " times "),
    (re.compile(r"(?<=\d)\+(?=\W|$)"), lambda _: " or more"),
    (re.compile(rf"\b({_MONTHS}) (\d{{1,2}})(?:st|nd|rd|th)?(?:,? (20\d\d))?\b(?!:)"), _date),
    (re.compile(r"\b(\d{1,2}):(\d{2})(?:\s*([ap]m\b|[ap]\.m\.))?", re.IGNORECASE), _time),
    (re.compile(r"\b(\d{1,2})()\s*([ap]m\b|[ap]\.m\.)", re.IGNORECASE), _time),
    (re.compile(r"\$\s?(\d[\d,]*\d|\d) ?[-–] ?\$?\s?(\d[\d,]*\d|\d)"), _range(names.dollars)),
    (re.compile(r"\$\s?(\d[\d,]*(?:\.\d{1,2})?)(?!\d)"), lambda found: names.dollars(found[1].rstrip(","))
     + ("," if found[1].endswith(",") else "")),
    (re.compile(rf"{_N} ?[-–] ?{_N} ?%"), lambda f: f"{names.decimal(f[1])} to {names.decimal(f[2])} percent"),
    (re.compile(rf"{_N} ?%"), lambda found: f"{names.decimal(found[1])} percent"),
    (re.compile(r"\b(zip(?: code)?(?: is)?:? )(\d{5})\b", re.IGNORECASE), lambda f: f[1] + names.digits(f[2])),
    (re.compile(r"\b([A-Z]{2},? )(\d{5})\b"), lambda found: found[1] + names.digits(found[2])),
    (re.compile(r"\b(\d{1,3})(?:st|nd|rd|th)\b"), lambda found: names.ordinal(int(found[1]))),
    (re.compile(r"(?<![\w.])(\d{1,4}) ?[-–] ?(\d{1,4})(?![\w-])"), _range(names.decimal)),
    (re.compile(r"(?<![\w.])(\d[\d,]*\d|\d)(\.\d+)?(?!\w)"), lambda f: names.decimal(f[1] + (f[2] or ""))),
    (re.compile(r"(\w)\s*\+\s*(?=\w)"), lambda found: f"{found[1]} plus "),
    (re.compile(r"\s=\s"), lambda _: " makes "),
    (re.compile(r"\s&\s"), lambda _: " and "),
    (re.compile(r"\s*[–—]\s*"), lambda _: ", "),
    (re.compile(r"\s*/\s*"), lambda _: " or "),
)  # fmt: skip
"""Exact formats of figures and signs, in the order in which they are looked for."""
