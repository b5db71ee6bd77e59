"""Cutting articles into chunks: nothing is lost, nothing is too long, every chunk knows its headings."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mhc_core.knowledge.chunks import CHUNK_CHARACTERS, split, vectors
from mhc_core.providers.minilm import embedder as minilm

ARTICLE = """# Travel fee

The first 30 miles are free.

## Far away

### Beyond 100 miles

A person prices the trip.

## Mountains

Chains may be needed in winter.

```
# not a heading
```
"""


def test_every_chunk_carries_the_headings_above_it() -> None:
    chunks = split("KB-1", "Travel fee", ["miles", "price"], ARTICLE)
    assert [chunk.content for chunk in chunks] == [
        "The first 30 miles are free.",
        "Far away › Beyond 100 miles\nA person prices the trip.",
        "Mountains\nChains may be needed in winter.\n\n```\n# not a heading\n```",
    ]
    assert {chunk.topic for chunk in chunks} == {"Travel fee\nmiles, price"}


def test_a_long_section_becomes_several_chunks_under_the_same_heading() -> None:
    body = "## Menu\n\n" + "\n\n".join(
        f"Dish number {number} is cooked on the grill in front of you." for number in range(60)
    )
    chunks = split("KB-1", "Menu of the house", [], body)
    assert len(chunks) > 3
    assert all(chunk.content.startswith("Menu\n") for chunk in chunks)
    assert all(f"Dish number {number} is" in "\n".join(chunk.content for chunk in chunks) for number in range(60))


def test_the_hash_follows_title_and_content() -> None:
    first = split("KB-1", "Travel", [], "Thirty miles are free.")[0]
    assert split("KB-2", "Travel", [], "Thirty miles are free.")[0].content_sha256 == first.content_sha256
    assert split("KB-1", "Trips", [], "Thirty miles are free.")[0].content_sha256 != first.content_sha256
    assert split("KB-1", "Travel", ["fee"], "Thirty miles are free.")[0].content_sha256 != first.content_sha256
    assert split("KB-1", "Travel", [], "Forty miles are free.")[0].content_sha256 != first.content_sha256


def test_an_edit_of_one_section_leaves_the_other_chunks_as_they_are() -> None:
    before = {chunk.content_sha256 for chunk in split("KB-1", "Travel fee", [], ARTICLE)}
    after = {
        chunk.content_sha256 for chunk in split("KB-1", "Travel fee", [], ARTICLE.replace("Chains", "Snow chains"))
    }
    assert len(before & after) == 2


words = st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1, max_size=12)


@settings(max_examples=60)
@given(st.lists(st.lists(words, min_size=1, max_size=80).map(" ".join), min_size=1, max_size=8))
def test_no_word_is_lost_and_no_chunk_is_too_long(paragraphs: list[str]) -> None:
    body = "\n\n".join(f"p{number} {paragraph}" for number, paragraph in enumerate(paragraphs))
    chunks = split("KB-1", "T", [], body)
    assert all(len(chunk.content) <= CHUNK_CHARACTERS for chunk in chunks)
    assert len({chunk.content_sha256 for chunk in chunks}) == len(chunks)
    text = " ".join(chunk.content for chunk in chunks)
    assert all(f"p{number} " in text for number in range(len(paragraphs)))


def test_a_body_of_headings_only_gives_no_chunk() -> None:
    assert split("KB-1", "Travel", [], "# Travel\n\n## Far\n") == []


def test_a_vector_stands_between_topic_and_content_and_has_length_one() -> None:
    embedder = minilm.load()
    chunks = split("KB-1", "Travel fee", ["miles"], ARTICLE)
    made = vectors(embedder, chunks)
    assert made.shape == (3, 384)
    assert np.allclose(np.linalg.norm(made, axis=1), 1, atol=1e-5)
    topic, content = embedder.embed([chunks[0].topic, chunks[0].content])
    assert float(made[0] @ topic) == pytest.approx(float(made[0] @ content), abs=1e-5)
