"""Translations of articles: versions of their own, each tied to what its article said when it was made.

A translation is current while its ``source`` is the hash of the article's present title and text, and stale from then
on: a stale one is never told to anybody. New questions or tags of an article, or another review, change nothing that
is told and make nothing stale.

A translator's file is Markdown with front matter: ``id`` of the article, ``language``, ``title``, ``source`` (left out:
the article as it is now), ``questions`` as customers of that language ask them, and ``reviewed: yes`` once a native
reader vouches for it.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from mhc_core.db.queries import knowledge as articles_queries
from mhc_core.db.queries import translations as queries
from mhc_core.errors import DataError
from mhc_core.knowledge import articles
from mhc_core.knowledge.articles import Rejected
from mhc_core.languages import ENGLISH, known
from mhc_core.translation import figures

MACHINE = "machine"
_YES = ("yes", "true", "1")


@dataclass(frozen=True, slots=True)
class Translation:
    """One version. ``source_sha256`` is :func:`source_hash` of the article it was made of; empty: as it is now."""

    article_id: str
    language: str
    source_sha256: str
    title: str
    body: str
    questions: tuple[str, ...]
    reviewed: bool

    @property
    def content_sha256(self) -> str:
        """Hash of all it says, and of what it says it of."""
        parts = [self.article_id, self.language, self.source_sha256, self.title, self.body, self.questions]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class TranslationReport:
    """What an import did; ``stale`` are files whose article says something else by now: kept, and not told."""

    added: int
    unchanged: int
    stale: tuple[str, ...]
    rejected: tuple[Rejected, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How an article stands in one language. ``state``: current, stale or missing; the rest is of its newest version."""

    article_id: str
    title: str
    language: str
    state: str
    reviewed: bool = False
    made_by: str = ""
    origin: str = ""


def source_hash(title: str, body: str) -> str:
    """Hash of what customers can be told of an article."""
    return hashlib.sha256(f"{title}\n{body}".encode()).hexdigest()


def parse(data: bytes) -> Translation:
    """The translation in a file's bytes.

    Raises:
        DataError: the file cannot be taken; the message is the reason.
    """
    fields, body = articles.front_matter(data)
    language = articles.line(fields, "language")
    languages = sorted(set(known()) - {ENGLISH})
    if language not in languages:
        raise DataError(f"language {language!r} is not one of {', '.join(languages)}; correct it, or add that language")
    source = articles.line(fields, "source", "-")
    if source != "-" and (len(source) != 64 or not set(source) <= set("0123456789abcdef")):
        raise DataError("source is no hash; copy it from `mhc knowledge translations --json`, or leave it out")
    return Translation(
        article_id=articles.line(fields, "id"),
        language=language,
        source_sha256="" if source == "-" else source,
        title=articles.line(fields, "title"),
        body=body.strip(),
        questions=articles.lines(fields, "questions"),
        reviewed=articles.line(fields, "reviewed", "no").casefold() in _YES,
    )


def import_translations(connection: sa.Connection, paths: Sequence[Path], by: str, now: datetime) -> TranslationReport:
    """Bring translators' files in, and all below folders; nothing is overwritten.

    A file whose figures differ from its article's is rejected while the rest goes in.

    Raises:
        NotFound: a path does not exist.
    """
    present = {row.id: row for row in articles_queries.articles(connection, active_only=False)}
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    rejected: list[Rejected] = []
    stale: list[str] = []
    for path in articles.files(paths):
        try:
            row, outdated = _row(parse(path.read_bytes()), present, by)
        except DataError as error:
            rejected.append(Rejected(path, str(error)))
        except OSError as error:
            rejected.append(Rejected(path, f"cannot be read ({error.strerror}); check its permissions"))
        else:
            key = row["article_id"], row["language"]
            if key in rows:
                rejected.append(Rejected(path, f"another file of this import is {key[0]} in {key[1]} too; keep one"))
                continue
            rows[key] = row
            stale += [f"{key[0]} {key[1]}"] if outdated else []
    added = queries.add(connection, list(rows.values()), now)
    return TranslationReport(added, len(rows) - added, tuple(stale), tuple(rejected))


def store_machine(
    connection: sa.Connection, article: sa.Row[Any], language: str, title: str, body: str, made_by: str, now: datetime
) -> None:
    """Keep what a translator made of an article as it is now; :func:`standing` and the selector prefer a person's."""
    made = Translation(article.id, language, source_hash(article.title, article.body), title, body, (), False)
    queries.add(connection, [_stored(made, MACHINE, made_by)], now)


def current(connection: sa.Connection, languages: Iterable[str] | None = None) -> dict[tuple[str, str], sa.Row[Any]]:
    """The translation in use of each (article id, language) among the active articles; stale ones are none."""
    wanted = set(known() if languages is None else languages)
    hashes = sources(connection)
    return {
        (row.article_id, row.language): row
        for row in queries.newest(connection)
        if row.language in wanted and row.source_sha256 == hashes.get(row.article_id)
    }


def sources(connection: sa.Connection) -> dict[str, str]:
    """:func:`source_hash` of every active article: what a translator's file names as its ``source``."""
    return {row.id: source_hash(row.title, row.body) for row in articles_queries.articles(connection)}


def standing(connection: sa.Connection, article_id: str | None = None) -> list[Standing]:
    """How every active article, or one, stands in each language, by article and language."""
    found: list[Standing] = []
    stored: dict[tuple[str, str], list[sa.Row[Any]]] = {}
    for row in queries.newest(connection, article_id):
        stored.setdefault((row.article_id, row.language), []).append(row)
    for article in articles_queries.articles(connection):
        if article_id not in (None, article.id) or article.category == articles.UNANSWERED:
            continue
        source = source_hash(article.title, article.body)
        for language in sorted(set(known()) - {ENGLISH}):
            versions = stored.get((article.id, language), [])
            chosen = next((row for row in versions if row.source_sha256 == source), None)
            newest = chosen or max(versions, key=lambda row: row.created_at, default=None)
            state = "current" if chosen else "stale" if newest else "missing"
            if newest is None:
                found.append(Standing(article.id, article.title, language, state))
            else:
                kept = newest.reviewed, newest.made_by, newest.origin
                found.append(Standing(article.id, article.title, language, state, *kept))
    return found


def _row(given: Translation, present: dict[str, sa.Row[Any]], by: str) -> tuple[dict[str, Any], bool]:
    """The row of a translator's file, and whether its article says something else by now."""
    article = present.get(given.article_id)
    if article is None:
        raise DataError(f"there is no article {given.article_id}; import the article first")
    now = source_hash(article.title, article.body)
    source = given.source_sha256 or now
    whole = Translation(
        given.article_id, given.language, source, given.title, given.body, given.questions, given.reviewed
    )
    outdated = source != now
    if not outdated:
        english, other = f"{article.title}\n{article.body}", f"{given.title}\n{given.body}"
        if problems := figures.changed(english, other):
            raise DataError(f"its figures differ from the article's: {'; '.join(problems)}; correct them")
    return _stored(whole, "file", by), outdated


def _stored(given: Translation, origin: str, made_by: str) -> dict[str, Any]:
    return {
        "article_id": given.article_id,
        "language": given.language,
        "source_sha256": given.source_sha256,
        "content_sha256": given.content_sha256,
        "title": given.title,
        "body": given.body,
        "questions": list(given.questions),
        "origin": origin,
        "made_by": made_by,
        "reviewed": given.reviewed,
    }
