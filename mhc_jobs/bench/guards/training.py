"""Trains the classifiers of the release on their examples, on what the business says and customers write anyway, and on
the sets that were looked at."""

import random
from collections.abc import Callable, Sequence

from mhc_core.concierge.guards import claims, examples, trained
from mhc_core.concierge.guards.examples import FINE, Example
from mhc_core.concierge.guards.trained import Guards
from mhc_core.knowledge import articles
from mhc_core.language.answer_text import sentences, strip_markdown
from mhc_core.understanding import examples as understanding
from mhc_jobs.bench.answers import sets as answer_sets
from mhc_jobs.bench.guards import sets
from mhc_jobs.sample.files import knowledge_dir

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
EVERY = 3
"""One of so many labelled messages of understanding teaches what ordinary messages are."""


def train(report: Callable[[str], object], seed: int = 1) -> Guards:
    """The classifiers; ``report`` hears what takes time (about five minutes of one core)."""
    answers, messages = examples.read("answers"), examples.read("messages")
    digest = examples.digest([*answers, *messages])
    attacks = [Example(one.text, FINE if one.kind == FINE else "attack") for one in messages]
    attacks += _joined(attacks, seed) + [Example(message.text, FINE) for message in understanding.gold()[::EVERY]]
    attacks += [
        Example("\n".join(one.turns), "attack" if one.attack else FINE) for one in sets.inputs(sets.SETS / "dev")
    ]
    taught = {
        "answers": [*answers, *_joined(answers, seed), *_articles(), *_seen()], "messages": attacks, "sieve": attacks,
    }  # fmt: skip
    found = {}
    for name, texts in taught.items():
        report(f"training {name} on {len(texts):,} texts")
        found[name] = trained.train(name, texts)
    return Guards(found, digest)


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
    return [
        Example(sentence, FINE)
        for file in sorted(knowledge_dir().glob("*.md"))
        for sentence in sentences(strip_markdown(articles.parse(file.read_bytes()).body))
    ]
