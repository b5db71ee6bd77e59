"""Cutting an article into the pieces that are embedded and retrieved.

A chunk is at most CHUNK_CHARACTERS long, about 200 tokens of English and so below the 256 the default embedder reads.
Sizes are counted in characters, not in one embedder's tokens: the same article gives the same chunks, and so the same
content hashes, whatever embeds it. Every chunk starts with the headings it stands under.
"""

import hashlib
import re
from collections.abc import Iterator

from semantic_text_splitter import MarkdownSplitter

from mhc_core.db.queries.knowledge import Chunk

CHUNK_CHARACTERS = 800

_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")


def split(article_id: str, title: str, body: str) -> list[Chunk]:
    """The chunks of one article in reading order, without repeats. A body without text gives none."""
    chunks: dict[str, Chunk] = {}
    for headings, text in _sections(body):
        # A heading that only repeats the title says nothing new.
        lead = " › ".join(heading for heading in headings if heading.casefold() != title.casefold())
        before = f"{lead}\n" if lead else ""
        splitter = MarkdownSplitter(max(CHUNK_CHARACTERS - len(before), CHUNK_CHARACTERS // 2))
        for piece in splitter.chunks(text):
            content = before + piece
            digest = hashlib.sha256(f"{title}\n{content}".encode()).hexdigest()
            chunks.setdefault(digest, Chunk(article_id, title, content, digest))
    return list(chunks.values())


def embedded_text(chunk: Chunk) -> str:
    """What the embedder reads of a chunk: the title stands before the content."""
    return f"{chunk.title}\n{chunk.content}"


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
