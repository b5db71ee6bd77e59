"""The sample's articles as a knowledge version, without a database."""

from collections.abc import Sequence
from functools import cache

from mhc_core.business.pricing import Business
from mhc_core.concierge.models.live import Live
from mhc_core.db.queries.training import BASELINE_ID
from mhc_core.knowledge import article_selector, chunks
from mhc_core.knowledge import articles as files
from mhc_core.knowledge.article_selector import Article, ArticleSelector
from mhc_core.knowledge.articles import UNANSWERED
from mhc_core.prompts import registry
from mhc_core.protocols import Embedder
from mhc_core.providers.local.knowledge import KnowledgeOnlyModel
from mhc_core.understanding.reader import Reader
from mhc_jobs.bench.answers.questions import Desk
from mhc_jobs.sample.files import knowledge_dir


def live(business: Business, embedder: Embedder, reader: Reader) -> Live:
    """What answers before any model was trained: the articles, and what was learned of their questions."""
    return Live(
        models=(KnowledgeOnlyModel(BASELINE_ID, embedder),),
        knowledge_id="sample",
        embedder=embedder,
        article_selector=learned(embedder),
        reader=reader,
        prompts=registry.release_prompts(business),
    )


def learned(embedder: Embedder) -> ArticleSelector:
    """What the articles answer."""
    found = article_selector.learn(articles(), embedder)
    assert found is not None
    return found


def own_questions(desk: Desk, article_selector: ArticleSelector) -> dict[str, int]:
    """How many of the articles' own questions are answered by their article, and without a word of doubt."""
    asked = [
        (question, article.id)
        for article in article_selector.articles.values()
        if article.answers
        for question in article.questions
    ]
    right = 0
    for question, article_id in asked:
        reply = desk.ask(question)
        cited = [passage.article_id for passage in reply.citations]
        right += cited == [article_id] and not reply.notes.get("offered_person")
    return {"asked": len(asked), "right": right}


@cache
def articles() -> Sequence[Article]:
    """The sample's articles in English, with the questions that they answer."""
    found, number = [], 0
    for file in sorted(knowledge_dir().glob("*.md")):
        article = files.parse(file.read_bytes())
        cut = []
        for chunk in chunks.split(article.id, article.title, article.tags, article.body):
            number += 1
            cut.append((number, chunk.content))
        answers = article.category != UNANSWERED
        found.append(Article(article.id, article.title, tuple(cut), article.questions, answers))
    return found
