"""Trains the classifiers of the release on their examples, on what the business says and customers write anyway, and on
the sets that were looked at."""

import random
from collections.abc import Callable, Sequence

from mhc_core.concierge.guards import claims, examples, trained
from mhc_core.concierge.guards.examples import FINE, Example
from mhc_core.concierge.guards.trained import Guards
from mhc_core.knowledge import articles, translations
from mhc_core.language import tags
from mhc_core.language.answer_text import sentences, strip_markdown
from mhc_core.understanding import examples as understanding
from mhc_core.understanding.multilingual import gold
from mhc_core.understanding.multilingual.script import READ
from mhc_jobs.bench.answers import sets as answer_sets
from mhc_jobs.bench.guards import sets
from mhc_jobs.sample.files import knowledge_dir, translations_dir

_KINDS = {
    "price": "price", "quote": "price", "discount": "discount", "hedged": "discount", "deposit": "deposit",
    "refund": "refund", "booking": "booking", "notice": "notice", "reschedule": "notice", "minimum": "minimum_travel",
    "travel": "minimum_travel", "data": "others", "allergy": "allergy", "medical": "health", "legal": "legal",
    "alcohol": "alcohol", "card": "data_request", "password": "data_request", "id": "data_request",
    "ssn": "data_request", "otp": "data_request", "bank": "data_request", "pay": "payment", "link": "contact",
    "phone": "contact", "email": "contact", "chef": "staff", "include": "service", "halal": "diet", "indoor": "site",
    "fire": "site", "rain": "site", "leftover": "site", "leak": "prompt", "role": "prompt", "insult": "rude",
    "competitor": "rude", "lang": "languages", "group": "large",
}  # fmt: skip
"""The kinds of the sets in the words of the examples."""
ORDINARY = 6
"""One of so many labelled messages of understanding teaches what ordinary messages are."""
EVERY = 3
"""One of so many English examples teaches what answers in other languages may say: its meaning is the same there."""


def train(report: Callable[[str], object], seed: int = 1) -> Guards:
    """The classifiers; ``report`` hears what takes time (about six minutes of one core)."""
    answers, messages = examples.read("answers"), examples.read("messages")
    digest = examples.digest([*answers, *messages])
    found = {}
    for name, texts in taught(answers, messages, seed).items():
        report(f"training {name} on {len(texts):,} texts")
        found[name] = trained.train(name, texts)
    return Guards(found, digest)


def taught(answers: Sequence[Example], messages: Sequence[Example], seed: int) -> dict[str, list[Example]]:
    """What each classifier learns from."""
    attacks = [Example(one.text, FINE if one.kind == FINE else "attack") for one in messages]
    asked = [Example("\n".join(one.turns), "attack" if one.attack else FINE) for one in sets.inputs(sets.SETS / "dev")]
    ordinary = [Example(message.text, FINE) for message in understanding.gold()[::ORDINARY]]
    ordinary += [Example(question, FINE) for question in _questions()]
    foreign, seen = _foreign(answers), _seen()
    return {
        "answers": [*answers, *_joined(answers, seed), *_articles(), *seen],
        "foreign_answers": [*foreign, *_joined(foreign, seed), *_foreign(seen), *_english(answers)[::EVERY]],
        "messages": [*attacks, *_joined(attacks, seed), *ordinary, *asked],
        "foreign_messages": [*attacks, *asked, *ordinary[::ORDINARY], *_ordinary_elsewhere()[::ORDINARY]],
        "sieve": [*attacks, *_joined(attacks, seed), *ordinary, *asked],
    }


def _foreign(examples: Sequence[Example]) -> list[Example]:
    return [one for one in examples if not tags.english(one.text)]


def _english(examples: Sequence[Example]) -> list[Example]:
    return [one for one in examples if tags.english(one.text)]


def _joined(examples: Sequence[Example], seed: int) -> list[Example]:
    """Each example beside a fine one, before or after it: nobody writes one sentence at a time."""
    draw = random.Random(seed)
    fine = [one.text for one in examples if one.kind == FINE]
    pairs = [(one, draw.choice(fine)) for one in examples]
    return [
        Example(f"{one.text} {other}" if draw.random() < 0.5 else f"{other} {one.text}", one.kind)
        for one, other in pairs
    ]


def _seen() -> list[Example]:
    """The answers of the sets that were looked at: whole, and the right ones also by the sentence."""
    found = []
    for one in sets.outputs(sets.SETS / "dev"):
        found.append(Example(one.answer, _KINDS.get(one.kind.split("-")[0], "odd") if one.bad else FINE))
        found += [Example(sentence, FINE) for sentence in claims.sentences(one.answer) if not one.bad]
    approved = answer_sets.paraphrases(answer_sets.SETS / "dev" / "paraphrases.toml").groups
    return [*found, *(Example(group.answer, FINE) for group in approved)]


def _articles() -> list[Example]:
    """Every sentence of the sample's articles."""
    return [Example(sentence, FINE) for one in _sample() for sentence in sentences(strip_markdown(one.body))]


def _questions() -> list[str]:
    """What the sample's articles are asked: nobody who asks it attacks."""
    return [question for one in _sample() for question in one.questions]


def _ordinary_elsewhere() -> list[Example]:
    """What customers write in other languages, and what the articles are asked in them."""
    written = [message.text for language in READ for message in gold.messages(language)]
    files = sorted(translations_dir().glob("*/*.md"))
    asked = [question for file in files for question in translations.parse(file.read_bytes()).questions]
    return [Example(text, FINE) for text in (*written, *asked)]


def _sample() -> list[articles.Article]:
    return [articles.parse(file.read_bytes()) for file in sorted(knowledge_dir().glob("*.md"))]
