"""Pairs of questions, generated: the same question in other words, and questions that only look the same.

The bases are the sample's own questions. A paraphrase changes politeness, contractions, spelling, synonyms or the form
of the sentence; a near-miss changes one thing that changes the answer: a number, a day, a place, polarity, an opposite,
who acts, the kind of question, the thing asked about, or an added condition.
"""

import re
from collections.abc import Callable
from importlib.resources import files
from random import Random
from typing import Any, NamedTuple

import frontmatter

from mhc_jobs.sample.topic_files import topics


class QuestionPair(NamedTuple):
    """Two questions, whether one answer serves both, and how the second came from the first."""

    a: str
    b: str
    same: bool
    how: str


_SYNONYMS = (
    ("how much is", "what does {rest} cost"),
    ("price", "cost"), ("cost", "price"), ("kids", "children"), ("children", "kids"), ("guests", "people"),
    ("people", "guests"), ("book", "reserve"), ("reservation", "booking"), ("tip", "gratuity"), ("party", "event"),
    ("cancel", "call off"), ("bring", "provide"), ("photos", "pictures"), ("get", "receive"), ("big", "large"),
    ("do you have", "do you offer"), ("do you offer", "do you have"), ("do we need to", "do we have to"),
    ("what happens if", "what do you do if"), ("can you", "are you able to"), ("is it possible to", "can i"),
    ("allowed", "permitted"), ("what is", "what's"), ("what's", "what is"), ("how long does", "how much time does"),
    ("need", "require"), ("meal", "food"), ("house", "home"), ("yard", "garden"), ("pay", "settle"),
)  # fmt: skip
_OPENERS = ("Hi, ", "hey! ", "Quick question: ", "Hello, ", "Just wondering, ", "Hi there, ", "please tell me, ")
_CLOSERS = (" Thanks!", " thank you", " please", " pls")
_CHAT = (("you", "u"), ("your", "ur"), ("are", "r"), ("please", "pls"), ("people", "ppl"))
_PLACES = ("Fresno", "Oakland", "San Jose", "Sacramento", "Napa", "Stockton", "Modesto", "Reno", "Monterey", "Davis")
_DAYS = ("Monday", "Tuesday", "Friday", "Saturday", "Sunday", "Christmas", "Thanksgiving", "New Year's Eve")
_MONTHS = ("January", "March", "June", "August", "October", "December")
_SWAPS = (
    ("before", "after"), ("with", "without"), ("include", "exclude"), ("included", "not included"),
    ("indoors", "outdoors"), ("inside", "outside"), ("cancel", "book"), ("cancel", "reschedule"),
    ("minimum", "maximum"), ("more", "less"), ("adults", "kids"), ("kids", "adults"), ("chicken", "shrimp"),
    ("steak", "salmon"), ("deposit", "gratuity"), ("deposit", "balance"), ("tip", "deposit"), ("rain", "wind"),
    ("tables", "chairs"), ("plates", "grill"), ("vegan", "halal"), ("gluten", "nuts"), ("cash", "card"),
    ("refund", "invoice"), ("earliest", "latest"), ("chef", "server"), ("sauce", "salad"), ("rice", "noodles"),
    ("travel fee", "service fee"), ("lunch", "dinner"), ("weekend", "weekday"), ("lobster", "scallops"),
    ("leftovers", "drinks"), ("appetizers", "desserts"), ("allergy", "preference"), ("grill", "tent"),
)  # fmt: skip
_CONDITIONS = (
    " for kids", " on a weekday", " if it rains", " for vegans", " on Christmas", " for a corporate event",
    " without a deposit", " in Reno", " after midnight", " for 30 guests", " in an apartment", " at the last minute",
    " by card", " with my own grill", " for toddlers", " twice", " outdoors", " the day before",
)  # fmt: skip
_CHILDREN = re.compile(r"child|kid", re.IGNORECASE)
_FRAMES = (
    "Do you come to {place}?", "How much is travel to {place}?", "Is {day} more expensive?", "Can you cook on {day}?",
    "How much is it for {n} people?", "Can I cancel {n} days before?", "Is {month} a busy month?",
    "What does a party of {n} cost on {day}?", "Do {n} kids eat free?", "Is there parking in {place}?",
    "How much is it for {n} adults and {m} kids?", "How far is {place} from {place2}?",
    "Can we swap {food} for {food2}?", "Does {food} cost more than {food2}?", "Is {food} served before {food2}?",
)  # fmt: skip
_FOODS = ("chicken", "steak", "shrimp", "salmon", "tofu", "lobster", "scallops")


def question_pairs(seed: int, at_least: int = 1000) -> list[QuestionPair]:
    """At least this many near-misses and as many paraphrases; the same seed gives the same pairs."""
    rng = Random(seed)
    bases = _bases()
    same: dict[tuple[str, str], QuestionPair] = {}
    other: dict[tuple[str, str], QuestionPair] = {}
    while len(same) < at_least or len(other) < at_least:
        base, variant = _filled(rng) if rng.random() < 0.35 else (rng.choice(bases), None)
        pair = _paraphrase(rng, base)
        if pair is not None:
            same.setdefault((pair.a, pair.b), pair)
        for pair in (_near_miss(rng, base), variant):
            if pair is not None:
                again = _paraphrase(rng, pair.b) if rng.random() < 0.4 else None
                pair = pair._replace(b=again.b) if again else pair
                other.setdefault((pair.a, pair.b), pair)
    return [*same.values(), *other.values()]


def _bases() -> list[str]:
    asked = [ask.render(Random(0), {}) for topic in topics() for ask in topic.asks if not ask.fields]
    return [*asked, *(question for questions in _article_questions() for question in questions)]


def _article_questions() -> list[list[str]]:
    folder = files("mhc_jobs.sample") / "knowledge"
    found = [
        frontmatter.loads(file.read_text(encoding="utf-8"))
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
    ]
    listed: list[Any] = [article.get("questions") for article in found]
    return [[str(question) for question in questions] for questions in listed if questions]


def _filled(rng: Random) -> tuple[str, QuestionPair]:
    """A question from a frame, and the same frame with one value changed or two exchanged."""
    frame = rng.choice(_FRAMES)
    n, m = rng.sample(range(2, 40), 2)
    places, foods = rng.sample(_PLACES, 2), rng.sample(_FOODS, 2)
    values = {
        "n": n, "m": m, "place": places[0], "place2": places[1], "food": foods[0], "food2": foods[1],
        "day": rng.choice(_DAYS), "month": rng.choice(_MONTHS),
    }  # fmt: skip
    others = dict(values)
    slots = re.findall(r"\{(\w+)\}", frame)
    twins = next(
        ((one, two) for one, two in (("n", "m"), ("place", "place2"), ("food", "food2")) if two in slots), None
    )
    if twins and rng.random() < 0.5:
        others[twins[0]], others[twins[1]] = values[twins[1]], values[twins[0]]
        how = "exchanged"
    else:
        slot = rng.choice(slots)
        pools = {"n": range(2, 40), "m": range(2, 40), "day": _DAYS, "month": _MONTHS, "place": _PLACES}
        pool = [value for value in pools.get(slot.rstrip("2"), _FOODS) if value not in values.values()]
        others[slot] = rng.choice(pool)
        how = "another value"
    base = frame.format(**values)
    return base, QuestionPair(base, frame.format(**others), False, how)


def _paraphrase(rng: Random, text: str) -> QuestionPair | None:
    changed = text
    for change in rng.sample(_PARAPHRASES, rng.choice((1, 1, 2, 3))):
        changed = change(rng, changed)
    return QuestionPair(text, changed, True, "paraphrase") if changed != text else None


def _synonym(rng: Random, text: str) -> str:
    for word, other in rng.sample(_SYNONYMS, len(_SYNONYMS)):
        if word == "how much is" and (match := re.fullmatch(r"(?i)how much is (the [\w ]+?)\?*", text)):
            return f"What does {match[1]} cost?"
        if "{" not in other and re.search(rf"(?i)\b{word}\b", text):
            return re.sub(rf"(?i)\b{word}\b", other, text, count=1)
    return text


def _slip(rng: Random, text: str) -> str:
    """One letter of a long word exchanged with the next."""
    long = list(re.finditer(r"[a-z]{6,}", text))
    if not long:
        return text
    match = rng.choice(long)
    at = rng.randrange(match.start() + 1, match.end() - 2)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


_PARAPHRASES: tuple[Callable[[Random, str], str], ...] = (
    _synonym,
    _synonym,
    lambda rng, text: rng.choice(_OPENERS) + text[:1].lower() + text[1:],
    lambda rng, text: text + rng.choice(_CLOSERS),
    lambda rng, text: text.lower().rstrip("?.! "),
    lambda rng, text: re.sub(r"\b(you|your|are|people)\b", lambda found: dict(_CHAT)[found[1]], text),
    _slip,
    lambda rng, text: re.sub(r"\b(what|that|it|there) is\b", r"\1's", text, flags=re.IGNORECASE),
    lambda rng, text: re.sub(r"(?i)^(do|can|is|are|will) ", lambda found: f"So {found[1].lower()} ", text),
)


def _near_miss(rng: Random, text: str) -> QuestionPair | None:
    for how, change in rng.sample(_NEAR_MISSES, len(_NEAR_MISSES)):
        changed = change(rng, text)
        if changed is not None and changed.lower() != text.lower():
            return QuestionPair(text, changed, False, how)
    return None


def _swap(rng: Random, text: str) -> str | None:
    both = [*_SWAPS, *((two, one) for one, two in _SWAPS)]
    fits = [(one, two) for one, two in both if re.search(rf"(?i)\b{one}\b", text)]
    if not fits:
        return None
    one, two = rng.choice(fits)
    return re.sub(rf"(?i)\b{one}\b", two, text, count=1)


def _number(rng: Random, text: str) -> str | None:
    found = list(re.finditer(r"\d+", text))
    if not found:
        return None
    match = rng.choice(found)
    return f"{text[: match.start()]}{int(match[0]) + rng.choice((1, 2, 5, 10))}{text[match.end() :]}"


def _negated(rng: Random, text: str) -> str | None:
    opening = re.match(r"(?i)(do|can|is|are|does|will) ", text)
    if opening is None:
        return None
    negated = {"can": "Can't", "will": "Won't"}.get(opening[1].lower(), f"{opening[1]}n't")
    return f"{negated} {text[opening.end() :]}"


def _acting(rng: Random, text: str) -> str | None:
    for one, two in (("do you", "do I"), ("can I", "can you"), ("can you", "can I"), ("do we", "do you")):
        if re.search(rf"(?i)\b{one}\b", text):
            return re.sub(rf"(?i)\b{one}\b", two, text, count=1)
    return None


def _kind(rng: Random, text: str) -> str | None:
    for one, two in (("how much", "how many"), ("when", "where"), ("what time", "what day"), ("how long", "how often")):
        if re.search(rf"(?i)\b{one}\b", text):
            return re.sub(rf"(?i)\b{one}\b", two, text, count=1)
    return None


def _condition(rng: Random, text: str) -> str | None:
    condition = rng.choice(_CONDITIONS)
    said = condition.split()[-1].lower() in text.lower() or ("kids" in condition and _CHILDREN.search(text))
    return None if said else text.rstrip("?!. ") + condition + "?"


_NEAR_MISSES: tuple[tuple[str, Callable[[Random, str], str | None]], ...] = (
    ("opposite", _swap),
    ("opposite", _swap),
    ("number", _number),
    ("negation", _negated),
    ("who acts", _acting),
    ("kind", _kind),
    ("condition", _condition),
)
