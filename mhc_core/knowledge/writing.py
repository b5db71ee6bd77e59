"""Articles that staff write and correct by hand, in the form of the files that are imported."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mhc_core.db.queries import audit
from mhc_core.db.queries import knowledge as queries
from mhc_core.errors import Conflict
from mhc_core.knowledge import articles
from mhc_core.knowledge.articles import Article


def text_of(row: sa.Row[Any], questions: Sequence[str]) -> str:
    """A stored article as the file it could have come from."""
    return form(row.id, row.title, row.category, row.tags, questions, row.body)


def form(article_id: str, title: str, category: str, tags: Sequence[str], questions: Sequence[str], body: str) -> str:
    """The text of an article with its front matter."""
    import frontmatter

    fields = {"id": article_id, "title": title, "category": category, "tags": list(tags), "questions": list(questions)}
    post = frontmatter.Post(body)
    post.metadata = {name: value for name, value in fields.items() if value}
    return str(frontmatter.dumps(post))


def save(connection: sa.Connection, text: str, seen_sha256: str | None, by: str, now: datetime) -> Article:
    """Store what somebody wrote, reviewed now by them; it is told to customers once an index of it is live.

    Args:
        seen_sha256: hash of the article as it was when the writing began; None for a new one.

    Raises:
        DataError: the text is no article.
        Conflict: somebody else changed it meanwhile, or a new one has the id of another.
    """
    article = articles.parse(text.encode("utf-8", "replace"))
    row = queries.article(connection, article.id)
    if row is not None and row.content_sha256 != seen_sha256:
        what = "was changed meanwhile; read it again" if seen_sha256 else "exists already; choose another id"
        raise Conflict(f"the article {article.id} {what}")
    articles.store(connection, [article], now)
    audit.record(connection, by, "knowledge.written", f"article:{article.id}", {"new": row is None}, now)
    return article
