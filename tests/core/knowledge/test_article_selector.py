"""Articles chosen by their questions, and quoted."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from mhc_core.knowledge import article_selector, articles, index
from mhc_core.knowledge.article_selector import ArticleSelector
from mhc_core.providers.minilm import embedder as minilm

NOW = datetime(2026, 11, 1, tzinfo=UTC)
FILES = {
    "KB-1": ("Cancelling", "policy", ["what if I cancel", "do I get my deposit back", "refund rules"],
             "What comes back depends on the day.\n\n- 14 days before: all less 10 %.\n- 7 to 13 days: 50 %."),
    "KB-2": ("Kosher", "food", ["is it kosher", "can we keep kosher"], "We are kosher-friendly, not certified."),
    "KB-3": ("Open", "unanswered", ["are you insured", "is the chef left-handed"], "Nobody approved an answer."),
}  # fmt: skip


@pytest.fixture
def version(connection: sa.Connection, tmp_path: Path) -> str:
    for key, (title, category, questions, body) in FILES.items():
        asked = "".join(f"  - {question}\n" for question in questions)
        head = f"id: {key}\ntitle: {title}\ncategory: {category}\nquestions:\n{asked}"
        (tmp_path / f"{key}.md").write_text(f"---\n{head}---\n\n{body}\n", "utf-8")
    articles.import_articles(connection, [tmp_path], NOW)
    return index.build(connection, minilm.load(), NOW).id


@pytest.fixture
def learned(connection: sa.Connection, version: str) -> ArticleSelector:
    found = article_selector.load(connection, version, minilm.load())
    assert found is not None
    return found


def test_a_question_of_an_article_is_answered_by_it_for_certain(learned: ArticleSelector) -> None:
    best = learned.passages("Do I get my deposit back?", minilm.load().embed(["Do I get my deposit back?"])[0], 3)[0]
    assert (best.article_id, best.probability) == ("KB-1", 1.0)
    assert "depends on the day" in best.content
    assert "7 to 13 days: 50 %" in best.content


def test_what_nobody_approved_an_answer_to_is_never_quoted(learned: ArticleSelector) -> None:
    found = learned.passages("are you insured", minilm.load().embed(["are you insured"])[0], 3)
    assert "KB-3" not in {passage.article_id for passage in found}
    assert max(passage.probability or 0.0 for passage in found) < 0.25


def test_other_questions_make_another_version(connection: sa.Connection, version: str, tmp_path: Path) -> None:
    file = tmp_path / "KB-2.md"
    file.write_text(file.read_text("utf-8").replace("is it kosher", "do rabbis eat here"), "utf-8")
    articles.import_articles(connection, [tmp_path], NOW)
    assert index.build(connection, minilm.load(), NOW).id != version
