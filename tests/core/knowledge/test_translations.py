"""Translations of articles: versions of their own, current only while their article says the same."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from mhc_core.db.queries import knowledge as queries
from mhc_core.db.tables import knowledge_articles, knowledge_translations, retrieval_questions
from mhc_core.knowledge import machine, translations
from mhc_core.knowledge.articles import Article, store
from mhc_core.knowledge.translations import import_translations, source_hash
from mhc_core.translation import figures
from mhc_jobs.sample.files import knowledge_dir, translations_dir

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
ARTICLE = Article("KB-1", "The deposit", "pricing", (), "The deposit is $100.", None, ("how much up front",))
SPANISH = """---
id: KB-1
language: es
title: El depósito
reviewed: yes
questions:
  - cuánto es el anticipo
---
El depósito es de $100.
"""


@pytest.fixture
def stocked(connection: sa.Connection) -> sa.Connection:
    for table in (knowledge_translations, retrieval_questions, knowledge_articles):
        connection.execute(sa.delete(table))
    store(connection, [ARTICLE], NOW)
    return connection


def _bring(connection: sa.Connection, folder: Path, text: str, now: datetime = NOW) -> translations.TranslationReport:
    path = folder / "one.md"
    path.write_text(text, "utf-8")
    return import_translations(connection, [path], "Ana", now)


def _state(connection: sa.Connection, language: str = "es") -> str:
    return next(one.state for one in translations.standing(connection, "KB-1") if one.language == language)


def test_a_translation_is_current_until_its_article_says_something_else(stocked: sa.Connection, tmp_path: Path) -> None:
    assert _state(stocked) == "missing"
    assert _bring(stocked, tmp_path, SPANISH).added == 1
    assert _state(stocked) == "current"
    known = translations.current(stocked)["KB-1", "es"]
    assert (known.title, known.body, known.reviewed) == ("El depósito", "El depósito es de $100.", True)
    changed = Article("KB-1", "The deposit", "pricing", (), "The deposit is $120.", None, ())
    store(stocked, [changed], LATER)
    assert _state(stocked) == "stale"
    assert translations.current(stocked) == {}
    store(stocked, [ARTICLE], LATER)  # what it said before is told again
    assert _state(stocked) == "current"


def test_questions_and_tags_of_an_article_make_nothing_stale(stocked: sa.Connection, tmp_path: Path) -> None:
    _bring(stocked, tmp_path, SPANISH)
    more = Article("KB-1", "The deposit", "other", ("money",), "The deposit is $100.", NOW, ("what do I pay first",))
    store(stocked, [more], LATER)
    assert _state(stocked) == "current"


def test_nothing_is_overwritten_and_the_newest_is_told(stocked: sa.Connection, tmp_path: Path) -> None:
    _bring(stocked, tmp_path, SPANISH)
    better = SPANISH.replace("El depósito es de", "El anticipo es de")
    assert _bring(stocked, tmp_path, better, LATER).added == 1
    assert stocked.scalar(sa.select(sa.func.count()).select_from(knowledge_translations)) == 2
    assert translations.current(stocked)["KB-1", "es"].body == "El anticipo es de $100."
    assert _bring(stocked, tmp_path, better, LATER).unchanged == 1


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("de $100", "de $150", "figures differ"),
        ("de $100", "", "figures differ"),
        ("language: es", "language: fr", "not one of"),
        ("id: KB-1", "id: KB-7", "no article KB-7"),
        ("title: El depósito", "title:", "no title"),
        ("reviewed: yes", "source: 12ab", "no hash"),
    ],
)
def test_a_file_that_cannot_be_told_is_rejected_with_its_reason(
    stocked: sa.Connection, tmp_path: Path, old: str, new: str, reason: str
) -> None:
    report = _bring(stocked, tmp_path, SPANISH.replace(old, new))
    assert report.added == 0
    assert [reason in one.reason for one in report.rejected] == [True]
    assert _state(stocked) == "missing"


def test_a_file_for_an_earlier_article_is_kept_and_not_told(stocked: sa.Connection, tmp_path: Path) -> None:
    before = source_hash("The deposit", "The deposit is $90.")
    old = SPANISH.replace("reviewed: yes", f"source: {before}").replace("$100", "$90")
    assert _bring(stocked, tmp_path, old).stale == ("KB-1 es",)
    assert _state(stocked) == "stale"


class _Echo:
    id = "echo/1"

    def translates(self, source: str, target: str) -> bool:
        return True

    def translate(self, texts: list[str], source: str, target: str) -> list[str]:
        return [f"es: {text}" for text in texts]


def test_a_person_s_translation_stands_before_a_machine_s(stocked: sa.Connection, tmp_path: Path) -> None:
    done = machine.translate(stocked, _Echo(), "es", (), NOW)
    assert done.made == ("KB-1",)
    assert translations.current(stocked)["KB-1", "es"].made_by == "echo/1"
    assert machine.translate(stocked, _Echo(), "es", (), NOW).made == ()
    _bring(stocked, tmp_path, SPANISH, NOW - timedelta(days=1))
    assert translations.current(stocked)["KB-1", "es"].made_by == "Ana"


def test_a_translation_goes_with_its_article(stocked: sa.Connection, tmp_path: Path) -> None:
    _bring(stocked, tmp_path, SPANISH)
    stocked.execute(sa.delete(knowledge_articles))
    assert stocked.scalar(sa.select(sa.func.count()).select_from(knowledge_translations)) == 0


@pytest.mark.parametrize("language", ["es", "zh-Hans", "zh-Hant", "ja"])
def test_every_translation_that_ships_is_current_and_changes_no_figure(language: str) -> None:
    from mhc_core.knowledge import articles

    english = {one.id: one for one in (articles.parse(file.read_bytes()) for file in knowledge_dir().glob("*.md"))}
    shipped = [translations.parse(file.read_bytes()) for file in (translations_dir() / language).glob("*.md")]
    assert {one.article_id for one in shipped} == set(english)
    for one in shipped:
        source = english[one.article_id]
        assert one.language == language
        assert one.source_sha256 == source_hash(source.title, source.body), f"{one.article_id} {language} is stale"
        assert figures.changed(f"{source.title}\n{source.body}", f"{one.title}\n{one.body}") == (), one.article_id


def test_questions_are_still_the_articles_own(stocked: sa.Connection, tmp_path: Path) -> None:
    _bring(stocked, tmp_path, SPANISH)
    assert queries.questions(stocked) == [("how much up front", "KB-1")]
