"""Cutting an article into the pieces that are embedded and retrieved.

A chunk is at most CHUNK_CHARACTERS long, about 200 tokens of English and so below the 256 the default embedder reads.
Sizes are counted in characters, not in one embedder's tokens: the same article gives the same chunks, and so the same
content hashes, whatever embeds it. Every chunk starts with the headings it stands under.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from semantic_text_splitter import MarkdownSplitter

from mhc_core.db.queries.knowledge import Chunk
from mhc_core.protocols import Embedder

CHUNK_CHARACTERS = 800

_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")


def split(article_id: str, title: str, tags: Sequence[str], body: str) -> list[Chunk]:
    """The chunks of one article in reading order, without repeats. A body without text gives none."""
    topic = f"{title}\n{', '.join(tags)}" if tags else title
    chunks: dict[str, Chunk] = {}
    for headings, text in _sections(body):
        # A heading that only repeats the title says nothing new.
        lead = " › ".join(heading for heading in headings if heading.casefold() != title.casefold())
        before = f"{lead}\n" if lead else ""
        splitter = MarkdownSplitter(max(CHUNK_CHARACTERS - len(before), CHUNK_CHARACTERS // 2))
        for piece in splitter.chunks(text):
            content = before + piece
            digest = hashlib.sha256(f"{topic}\n\n{content}".encode()).hexdigest()
            chunks.setdefault(digest, Chunk(article_id, title, topic, content, digest))
    return list(chunks.values())


def vectors(embedder: Embedder, chunks: Sequence[Chunk]) -> NDArray[np.float32]:
    """One unit vector a chunk: the middle between its topic and its content.

    Customers ask in the words of a title as often as in those of the text. Against embedding both as one text this
    lifts hit rate@3 of the sample questions from .845 to .888 and MRR from .758 to .798.
    """
    topics = embedder.embed([chunk.topic for chunk in chunks])
    both = topics + embedder.embed([chunk.content for chunk in chunks])
    # Opposite vectors have no middle; the topic stands for both then.
    length = np.linalg.norm(both, axis=1, keepdims=True)
    return np.where(length > 1e-6, both / np.maximum(length, 1e-6), topics).astype(np.float32)


def _sections(body: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """The text under each heading, with the headings above it, outermost first."""
    path: list[tuple[int, str]] = []
    lines: list[str] = []
    fence = ""
    for line in body.splitlines():
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1] == fence):
            fence = "" if fence else mark[1]
        heading = None if fence else _HEADING.match(line)
        if heading is None:
            lines.append(line)
            continue
        if "".join(lines).strip():
            yield tuple(text for _, text in path), "\n".join(lines)
        lines = []
        level = len(heading[1])
        path = [entry for entry in path if entry[0] < level] + [(level, heading[2])]
    if "".join(lines).strip():
        yield tuple(text for _, text in path), "\n".join(lines)
