"""How much shorter the prompt is than one with the whole conversation."""

from typing import Any

from mhc_core.business.pricing import Business
from mhc_core.knowledge.article_selector import ArticleSelector
from mhc_core.protocols import Embedder
from mhc_jobs.cli.bench_context import TODAY, measured, passages
from mhc_jobs.sample.long_talk import long_talks

MESSAGES, TALKS, SEED = 20, 60, 1


def measure(business: Business, article_selector: ArticleSelector, embedder: Embedder) -> dict[str, Any]:
    """The measure of ``mhc bench context`` after ``MESSAGES`` messages."""
    return measured(
        business, long_talks(SEED, TALKS, MESSAGES, TODAY, business), passages(article_selector, embedder), SEED
    )
