"""Whether a question in another language is answered as well as the same one in English, and by what.

The questions were written by the conventions of each language, not translated; each has an English counterpart, which
is asked beside it. An answer is right when it rests on an article that answers the question and somebody is told it in
their language, or when a price or a journey was worked out where such an article would answer. Whoever asks what nobody
knows is answered right when nothing is claimed, whoever needs a person when one takes over or is offered. ``sets/dev``
was looked at, and the choice of articles was fitted on it; ``sets/test`` was only measured.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from mhc_core.business.pricing import Business, load
from mhc_core.concierge.agents.reply import Reply
from mhc_core.concierge.models.live import Live
from mhc_core.errors import DataError
from mhc_core.knowledge import multilingual, translations
from mhc_core.knowledge.articles import parse
from mhc_core.knowledge.multilingual import ForeignSelector, Translated
from mhc_core.languages import ENGLISH, detection, known
from mhc_core.protocols import Embedder
from mhc_core.settings import Settings
from mhc_core.translation import figures
from mhc_jobs.bench.answers.questions import Desk
from mhc_jobs.bench.answers.sample import articles
from mhc_jobs.bench.answers.sample import live as english_live
from mhc_jobs.sample.files import knowledge_dir, translations_dir

SETS = Path(__file__).parent / "sets"
Half = Literal["dev", "test"]
Expected = Literal["answer", "person", "unknown"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A first message, its English counterpart, and the articles that answer it; ``person``: one may take over too."""

    text: str
    english: str
    expect: Expected
    articles: frozenset[str]
    person: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """What one question came to: right or not, the figures it changed, and its sentences in English."""

    right: bool
    answered: bool
    changed: int
    english_sentences: int


def measure(half: Half = "test", languages: Sequence[str] | None = None) -> dict[str, Any]:
    """By language: questions, shares right in it and in English beside it, changed figures and English sentences."""
    from mhc_core.providers.e5 import embedder as e5
    from mhc_core.providers.minilm import embedder as minilm
    from mhc_core.providers.minilm import paired
    from mhc_core.understanding import examples
    from mhc_core.understanding.model import UnderstandingModel

    settings = Settings()
    business = load(settings.business_file)
    reader = UnderstandingModel.train(examples.gold(), paired.load(1), settings.seed)
    live = english_live(business, minilm.load(1), reader)
    wanted = [language for language in known() if language != ENGLISH and languages in (None, (language,))]
    found: dict[str, Any] = {}
    for language in wanted:
        selector = foreign(language, e5.load())
        spoken = replace(live, foreign={language: selector})
        found[language] = _one(business, spoken, selector, language, read(language, half), settings.minimum_confidence)
    return {"half": half, "languages": found}


def foreign(language: str, embedder: Embedder) -> ForeignSelector:
    """What is learned of the sample's articles and their translations, without a database."""
    selector = multilingual.learn(articles(), shipped(language), embedder, language)
    assert selector is not None
    return selector


@cache
def shipped(language: str) -> Mapping[str, Translated]:
    """The translations that ship with the sample, by article id."""
    files = sorted((translations_dir() / language).glob("*.md"))
    read_ = [translations.parse(file.read_bytes()) for file in files]
    return {one.article_id: Translated(one.title, one.body, one.questions) for one in read_}


@cache
def priced() -> frozenset[str]:
    """The sample's articles about what a tool works out: prices and journeys."""
    found = [parse(file.read_bytes()) for file in sorted(knowledge_dir().glob("*.md"))]
    return frozenset(one.id for one in found if one.category in ("pricing", "travel"))


def read(language: str, half: Half) -> list[Asked]:
    """The questions of a half.

    Raises:
        DataError: a line lacks something.
    """
    path = SETS / half / f"answers.{language}.jsonl"
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        raw = json.loads(line)
        try:
            found.append(
                Asked(raw["text"], raw["english"], raw["expect"], frozenset(raw["articles"]), raw.get("person", False))
            )
        except KeyError as error:
            raise DataError(f"{path.name}: line {number} lacks {error}; add it") from None
    return found


def _one(
    business: Business, live: Live, selector: ForeignSelector, language: str, asked: Sequence[Asked], minimum: float
) -> dict[str, Any]:
    desk = Desk(business, live, minimum)
    own = [judge(one, desk.ask(one.text), language) for one in asked]
    english = [judge(one, desk.ask(one.english), ENGLISH) for one in asked]
    answerable = [at for at, one in enumerate(asked) if one.expect == "answer"]
    best = [selector.passages(asked[at].text, 1)[0].article_id in asked[at].articles for at in answerable]
    return {
        "questions": len(asked),
        "answerable": len(answerable),
        "right": _share([one.right for one in own]),
        "right_in_english": _share([one.right for one in english]),
        "answerable_right": _share([own[at].right for at in answerable]),
        "answerable_right_in_english": _share([english[at].right for at in answerable]),
        "article_first": _share(best),
        "wrong": sum(one.answered and not one.right for one in own),
        "changed_figures": sum(one.changed for one in own),
        "english_sentences": sum(one.english_sentences for one in own),
    }


def judge(asked: Asked, reply: Reply, language: str) -> Judged:
    """What an answer is worth to somebody who reads ``language`` alone."""
    offered = bool(reply.notes.get("offered_person"))
    withheld = bool(reply.notes.get("withheld"))
    answered = not withheld and reply.escalation is None
    reached = reply.escalation is not None or offered
    cited = {passage.article_id for passage in reply.citations}
    worked_out = reply.agent == "quote" and not withheld and bool(asked.articles & priced())
    lines = [line for line in reply.text.splitlines() if line.strip()]
    strange = 0 if language == ENGLISH else sum(detection.detect(line) == ENGLISH for line in lines)
    if asked.expect == "person":
        right = reached or bool(cited & asked.articles)
    elif asked.expect == "unknown":
        right = not answered
    else:
        right = (answered and bool(cited & asked.articles)) or worked_out or (asked.person and reached)
    return Judged(right and not strange, answered, _changed(reply, language), strange)


def _changed(reply: Reply, language: str) -> int:
    """Figures of an article's answer that none of the English articles it cites states; others work theirs out."""
    if language == ENGLISH or not reply.citations or reply.agent != "knowledge":
        return 0
    sources = {one.id: one for one in articles()}
    english = "\n".join(
        "\n".join([sources[one.article_id].title, *(body for _, body in sources[one.article_id].chunks)])
        for one in reply.citations
    )
    return sum(problem.endswith("is new") for problem in figures.changed(english, reply.text))


def _share(right: Sequence[bool]) -> float:
    return round(sum(right) / max(1, len(right)), 4)
