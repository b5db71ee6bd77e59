"""Reading knowledge articles from Markdown or text files with front matter.

Front matter is text: the id 010 is not the number 8, and a title may be No.

Front matter: ``id`` and ``title`` are required; ``category``, ``tags``, ``reviewed`` (a date) and ``questions`` (what
customers ask that this article answers: from them selection learns) are not. A file that cannot be taken
is rejected with its reason while the rest goes in. Nothing is ever deleted: an article whose file is gone is reported.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from mhc_core.db.queries import knowledge as queries
from mhc_core.errors import DataError, NotFound

DEFAULT_CATEGORY = "general"
LEARNED_PREFIX = "KB-L"
UNANSWERED = "unanswered"
"""Category of an article that quotes nothing: its questions are those to which there is no approved answer."""
MAX_BYTES = 1_000_000
ENDINGS = (".md", ".markdown", ".txt")

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Article:
    """One article as its file says. ``reviewed`` is None when the file does not tell."""

    id: str
    title: str
    category: str
    tags: tuple[str, ...]
    body: str
    reviewed: datetime | None
    questions: tuple[str, ...]

    @property
    def content_sha256(self) -> str:
        """Hash of everything the file says."""
        reviewed = self.reviewed.isoformat() if self.reviewed else None
        parts = [self.id, self.title, self.category, self.tags, self.body, reviewed, self.questions]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Rejected:
    """A file that was not taken, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class ArticleReport:
    """What an import did. ``missing`` are stored articles that none of the imported folders holds any more."""

    inserted: int
    updated: int
    unchanged: int
    rejected: tuple[Rejected, ...]
    missing: tuple[str, ...]


def parse(data: bytes) -> Article:
    """The article in a file's bytes.

    Raises:
        DataError: the file cannot be taken; the message is the reason.
    """
    fields, body = front_matter(data)
    article_id = line(fields, "id")
    if _ID.fullmatch(article_id) is None:
        raise DataError("id may hold letters, digits, dot, dash and underscore only, at most 64; correct it")
    if article_id.startswith(LEARNED_PREFIX):
        raise DataError(f"ids starting {LEARNED_PREFIX} belong to learned articles; choose another id")
    return Article(
        id=article_id,
        title=line(fields, "title"),
        category=line(fields, "category", DEFAULT_CATEGORY),
        tags=lines(fields, "tags"),
        body=body.strip(),
        reviewed=_reviewed(fields.get("reviewed")),
        questions=lines(fields, "questions"),
    )


def front_matter(data: bytes) -> tuple[dict[str, Any], str]:
    """The fields and the body of a file, every value as the text it is written as.

    Raises:
        DataError: the file cannot be taken; the message is the reason.
    """
    import frontmatter
    import yaml

    if len(data) > MAX_BYTES:
        raise DataError(f"larger than {MAX_BYTES:,} bytes; split it into several articles")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"not UTF-8 at byte {error.start}; save the file as UTF-8") from None
    if _CONTROL.search(text):
        raise DataError("holds control characters; save the file as plain text")
    try:
        fields, body = frontmatter.parse(text, handler=_as_text())
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" in line {mark.line + 1}" if mark else ""
        colon = "mapping values" in str(getattr(error, "problem", ""))
        how = "put a value that holds a colon in quotes" if colon else "correct it"
        raise DataError(f"front matter is not valid YAML{line}; {how}") from None
    if not isinstance(fields, dict) or not fields:
        raise DataError("no front matter; start the file with id and title between two lines of ---")
    if not body.strip():
        raise DataError("empty body; write the article below the front matter")
    return fields, body


def _as_text() -> Any:
    """A reader of front matter that leaves every value as it is written."""
    import yaml
    from frontmatter.default_handlers import YAMLHandler

    class AsText(YAMLHandler):
        def load(self, fm: str, **kwargs: object) -> Any:
            return yaml.load(fm, Loader=yaml.BaseLoader)

    return AsText()


def import_articles(connection: sa.Connection, paths: Sequence[Path], now: datetime) -> ArticleReport:
    """Bring files in, and all with one of the ``ENDINGS`` below folders; what did not change is not written again.

    An article without a review date, or with one to come, counts as reviewed now.

    Raises:
        NotFound: a path does not exist.
    """
    taken, rejected = _read(files(paths))
    known = queries.article_hashes(connection)
    changed = [
        article for article in taken if article.id not in known or known[article.id][0] != article.content_sha256
    ]
    store(connection, changed, now)
    inserted = sum(1 for article in changed if article.id not in known)
    present = {article.id for article in taken}
    folders = any(path.is_dir() for path in paths)
    missing = (key for key, (_, origin, active) in known.items() if origin == "file" and active and key not in present)
    return ArticleReport(
        inserted=inserted,
        updated=len(changed) - inserted,
        unchanged=len(taken) - len(changed),
        rejected=tuple(rejected),
        missing=tuple(sorted(missing)) if folders else (),
    )


def store(connection: sa.Connection, written: Sequence[Article], now: datetime) -> None:
    """Write articles by their ids, with the questions they answer."""
    queries.upsert_articles(
        connection,
        [
            {
                "id": article.id,
                "title": article.title,
                "category": article.category,
                "tags": list(article.tags),
                "body": article.body,
                "content_sha256": article.content_sha256,
                "origin": "file",
                "reviewed_at": min(article.reviewed or now, now),
            }
            for article in written
        ],
        now,
    )
    queries.replace_questions(connection, {article.id: article.questions for article in written}, now)


def stale(connection: sa.Connection, now: datetime, days: int) -> list[sa.Row[Any]]:
    """Active articles not reviewed for more than ``days`` days (id, title, category, reviewed_at), oldest first."""
    return queries.stale_articles(connection, now - timedelta(days=days))


def files(paths: Iterable[Path]) -> list[Path]:
    """The files themselves, and those with one of the ``ENDINGS`` below folders, each once.

    Raises:
        NotFound: a path does not exist.
    """
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise NotFound(f"no file or folder {path}; check the path")
        below = (file for file in path.rglob("*") if file.suffix.lower() in ENDINGS and file.is_file())
        found += sorted(below) if path.is_dir() else [path]
    return list(dict.fromkeys(found))


def _read(files: Iterable[Path]) -> tuple[list[Article], list[Rejected]]:
    taken: dict[str, Article] = {}
    asked: dict[str, str] = {}
    rejected: list[Rejected] = []
    for path in files:
        try:
            article = parse(path.read_bytes())
            if article.id in taken:
                raise DataError(f"id {article.id} is used by another file of this import; give each its own")
            if doubles := [asked[question] for question in article.questions if question in asked]:
                raise DataError(f"a question is already one of {doubles[0]}; keep it in one article")
        except DataError as error:
            rejected.append(Rejected(path, str(error)))
        except OSError as error:
            rejected.append(Rejected(path, f"cannot be read ({error.strerror}); check its permissions"))
        else:
            taken[article.id] = article
            asked |= dict.fromkeys(article.questions, article.id)
    return list(taken.values()), rejected


def line(fields: dict[str, Any], name: str, default: str | None = None) -> str:
    """A field of front matter on one line.

    Raises:
        DataError: there is none, and no default.
    """
    value = fields.get(name, default)
    if value is None or isinstance(value, bool | list | dict) or not str(value).strip():
        raise DataError(f"front matter has no {name}; add it")
    return " ".join(str(value).split())


def lines(fields: dict[str, Any], name: str) -> tuple[str, ...]:
    """A list of texts of front matter, each once; empty where there is none.

    Raises:
        DataError: it is no list of texts.
    """
    value = fields.get(name) or []
    if not isinstance(value, list) or any(isinstance(entry, list | dict) or entry is None for entry in value):
        raise DataError(f"{name} must be a list of texts; correct it")
    texts = (" ".join(str(entry).split()) for entry in value)
    return tuple(dict.fromkeys(text for text in texts if text))


def _reviewed(value: object) -> datetime | None:
    if value in (None, ""):
        return None
    try:
        day = datetime.fromisoformat(str(value).strip())
    except ValueError:
        raise DataError("reviewed is not a date; write it as YYYY-MM-DD") from None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
