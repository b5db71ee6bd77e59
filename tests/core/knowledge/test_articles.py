"""Articles from Markdown: what goes in, what is rejected and why, and that nothing is written twice."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.db.queries import knowledge as queries
from mhc_core.db.tables import knowledge_articles, retrieval_questions
from mhc_core.errors import DataError, NotFound
from mhc_core.knowledge.articles import MAX_BYTES, Article, import_articles, parse, stale

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

GOOD = """---
id: KB-900
title: Travel fee
category: travel
tags: [travel, price]
reviewed: 2026-02-10
questions:
  - how far do you drive
  - is travel free
---
# Travel fee

Thirty miles are free.
"""


def _write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_an_article_keeps_what_its_file_says() -> None:
    article = parse(GOOD.encode())
    assert article == Article(
        id="KB-900",
        title="Travel fee",
        category="travel",
        tags=("travel", "price"),
        body="# Travel fee\n\nThirty miles are free.",
        reviewed=datetime(2026, 2, 10, tzinfo=UTC),
        questions=("how far do you drive", "is travel free"),
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"---\nid: KB-1\ntitle: [broken\n---\nbody", "not valid YAML"),
        (b"---\nid: KB-1\n---\nbody", "no title"),
        (b"---\ntitle: T\n---\nbody", "no id"),
        (b"---\nid: ''\ntitle: T\n---\nbody", "no id"),
        (b"---\nid: KB 1/../x\ntitle: T\n---\nbody", "id may hold"),
        (b"---\nid: KB-L123\ntitle: T\n---\nbody", "learned"),
        (b"---\nid: KB-1\ntitle: T\n---\n  \n\n", "empty body"),
        (b"just text", "no front matter"),
        (b"---\n- a\n- b\n---\nbody", "no front matter"),
        ("---\nid: KB-1\ntitle: Crème\n---\nbody".encode("latin-1"), "not UTF-8 at byte"),
        ("---\nid: KB-1\ntitle: T\n---\nbody".encode("utf-16"), "not UTF-8"),
        (b"---\nid: KB-1\ntitle: T\n---\nbo\x00dy", "control characters"),
        (b"---\nid: KB-1\ntitle: T\nreviewed: soon\n---\nbody", "not a date"),
        (b"---\nid: KB-1\ntitle: T\nquestions: how far\n---\nbody", "must be a list"),
        (b"---\nid: KB-1\ntitle: T\ntags: [{a: b}]\n---\nbody", "must be a list"),
        (b"---\nid: KB-1\ntitle: T\n---\n" + b"x" * MAX_BYTES, "larger than"),
    ],
)
def test_what_can_not_be_taken_says_why_in_one_line(data: bytes, reason: str) -> None:
    with pytest.raises(DataError, match=reason) as raised:
        parse(data)
    assert "\n" not in str(raised.value)


@given(st.one_of(st.binary(max_size=400), st.text(max_size=300).map(lambda text: f"---\n{text}\n---\nbody".encode())))
def test_any_bytes_are_an_article_or_a_data_error(data: bytes) -> None:
    try:
        article = parse(data)
    except DataError:
        return
    assert article.id
    assert article.title
    assert article.body


def test_bad_files_are_reported_and_the_rest_goes_in(connection: sa.Connection, tmp_path: Path) -> None:
    _write(tmp_path, "a.md", GOOD)
    _write(tmp_path, "b.md", "---\nid: KB-901\n---\nno title")
    _write(tmp_path, "c.md", GOOD.replace("Travel fee", "Another"))
    _write(tmp_path, "d.md", GOOD.replace("KB-900", "KB-902"))
    _write(tmp_path, "e.md", "---\nid: KB-903\ntitle: Deposit\n---\nA deposit holds the date.")
    report = import_articles(connection, [tmp_path], NOW)
    assert (report.inserted, report.updated, report.unchanged) == (2, 0, 0)
    reasons = {entry.path.name: entry.reason for entry in report.rejected}
    assert set(reasons) == {"b.md", "c.md", "d.md"}
    assert "no title" in reasons["b.md"]
    assert "KB-900 is used by another file" in reasons["c.md"]
    assert "already one of KB-900" in reasons["d.md"]
    deposit = queries.article(connection, "KB-903")
    assert deposit is not None
    assert (deposit.category, deposit.reviewed_at, deposit.origin) == ("general", NOW, "file")


def test_a_second_import_writes_nothing(connection: sa.Connection, tmp_path: Path) -> None:
    _write(tmp_path, "a.md", GOOD)
    import_articles(connection, [tmp_path], NOW)
    report = import_articles(connection, [tmp_path], NOW + timedelta(days=1))
    assert (report.inserted, report.updated, report.unchanged) == (0, 0, 1)
    article = queries.article(connection, "KB-900")
    assert article is not None
    assert article.updated_at == NOW


def test_a_review_date_to_come_counts_as_now(connection: sa.Connection, tmp_path: Path) -> None:
    import_articles(connection, [_write(tmp_path, "a.md", GOOD.replace("2026-02-10", "2026-12-24"))], NOW)
    article = queries.article(connection, "KB-900")
    assert article is not None
    assert article.reviewed_at == NOW


def test_an_edit_replaces_article_and_questions(connection: sa.Connection, tmp_path: Path) -> None:
    path = _write(tmp_path, "a.md", GOOD)
    import_articles(connection, [path], NOW)
    path.write_text(GOOD.replace("Thirty", "Forty").replace("is travel free", "what does travel cost"))
    report = import_articles(connection, [path], NOW + timedelta(days=1))
    assert (report.inserted, report.updated) == (0, 1)
    article = queries.article(connection, "KB-900")
    assert article is not None
    assert "Forty" in article.body
    asked = connection.scalars(
        sa.select(retrieval_questions.c.question).where(retrieval_questions.c.article_id == "KB-900")
    )
    assert sorted(asked) == ["how far do you drive", "what does travel cost"]


def test_a_question_moves_with_the_article_that_names_it_now(connection: sa.Connection, tmp_path: Path) -> None:
    import_articles(connection, [_write(tmp_path, "a.md", GOOD)], NOW)
    second = "---\nid: KB-950\ntitle: Distance\nquestions: [is travel free]\n---\nNear is free."
    import_articles(connection, [_write(tmp_path, "b.md", second)], NOW)
    owner = connection.scalar(
        sa.select(retrieval_questions.c.article_id).where(retrieval_questions.c.question == "is travel free")
    )
    assert owner == "KB-950"


def test_an_article_whose_file_is_gone_stays_and_is_reported(connection: sa.Connection, tmp_path: Path) -> None:
    gone = _write(tmp_path, "a.md", GOOD)
    kept = _write(tmp_path, "b.md", "---\nid: KB-903\ntitle: Deposit\n---\nA deposit holds the date.")
    import_articles(connection, [tmp_path], NOW)
    gone.unlink()
    report = import_articles(connection, [tmp_path], NOW)
    assert "KB-900" in report.missing
    assert "KB-903" not in report.missing
    assert queries.article(connection, "KB-900") is not None
    assert import_articles(connection, [kept], NOW).missing == ()


def test_a_path_that_does_not_exist_is_refused(connection: sa.Connection, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="check the path"):
        import_articles(connection, [tmp_path / "nowhere"], NOW)


def test_articles_not_reviewed_for_long_are_stale(connection: sa.Connection) -> None:
    ages = {"KB-910": 31, "KB-911": 29, "KB-912": 400}
    rows = [
        {
            "id": key,
            "title": key,
            "category": "general",
            "tags": [],
            "body": "text",
            "content_sha256": key,
            "origin": "file",
            "reviewed_at": NOW - timedelta(days=days),
        }
        for key, days in ages.items()
    ]
    queries.upsert_articles(connection, rows, NOW)
    assert [row.id for row in stale(connection, NOW, 30) if row.id in ages] == ["KB-912", "KB-910"]
    connection.execute(sa.update(knowledge_articles).where(knowledge_articles.c.id == "KB-912").values(active=False))
    assert [row.id for row in stale(connection, NOW, 30) if row.id in ages] == ["KB-910"]


@pytest.mark.parametrize(("id_", "title"), [("010", "No"), ("1e3", "2026-01-05"), ("8", "yes"), ("0x1F", "1.50")])
def test_front_matter_is_text(id_: str, title: str) -> None:
    article = parse(f"---\nid: {id_}\ntitle: {title}\ntags: [on, 007]\n---\nbody".encode())
    assert (article.id, article.title, article.tags) == (id_, title, ("on", "007"))


def test_a_colon_in_a_title_is_named_with_its_line() -> None:
    with pytest.raises(DataError, match=r"in line 3; put a value that holds a colon in quotes"):
        parse(b"---\nid: K-1\ntitle: Deposit: how much?\n---\nbody")


def test_every_ending_of_text_is_taken_from_a_folder(connection: sa.Connection, tmp_path: Path) -> None:
    for place, ending in enumerate((".md", ".MD", ".markdown", ".txt")):
        _write(tmp_path, f"a{place}{ending}", f"---\nid: K-{place}\ntitle: T\n---\nbody {place}")
    _write(tmp_path, "picture.png", b"\x89PNG")
    report = import_articles(connection, [tmp_path], NOW)
    assert (report.inserted, report.rejected) == (4, ())
