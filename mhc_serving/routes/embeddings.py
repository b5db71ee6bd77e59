"""``POST /v1/embeddings``: the vectors that the knowledge is searched with, for programs of one's own."""

import base64
from collections.abc import Sequence
from typing import cast

import numpy as np
from fastapi import APIRouter, HTTPException
from numpy.typing import NDArray

from mhc_core.errors import TransientError
from mhc_core.providers import tokens
from mhc_serving.access.callers import Speaker
from mhc_serving.access.deps import App
from mhc_serving.errors import Unfit
from mhc_serving.schemas.embeddings import Embedding, EmbeddingIn, EmbeddingsOut, EmbeddingUsage
from mhc_serving.schemas.openai_errors import REFUSALS

router = APIRouter(prefix="/v1", tags=["openai"], responses=REFUSALS)

_COUNTED_AS = "text-embedding-3-small"


@router.post("/embeddings", summary="Embed texts")
def embed(asked: EmbeddingIn, app: App, caller: Speaker) -> EmbeddingsOut:
    """Vectors of the live embedder, in the order of the input. Roles: app, admin; a widget token is refused."""
    if caller.claims is not None:
        raise HTTPException(403, "a widget token does not embed; use an API key with the role app")
    embedder = app.concierge.live.now.embedder
    if embedder is None:
        raise TransientError("the embedder is not loaded; try again in a few seconds")
    if asked.dimensions not in (None, embedder.dimensions):
        raise Unfit(f"vectors have {embedder.dimensions} dimensions here; leave dimensions out", "dimensions")
    texts = _texts(asked.input)
    vectors = embedder.embed(texts)
    count = sum(tokens.count(text, _COUNTED_AS) for text in texts)
    return EmbeddingsOut(
        data=[
            Embedding(index=index, embedding=_encoded(vector, asked.encoding_format))
            for index, vector in enumerate(vectors)
        ],
        model=embedder.id,
        usage=EmbeddingUsage(prompt_tokens=count, total_tokens=count),
    )


def _texts(given: str | Sequence[str] | Sequence[int] | Sequence[Sequence[int]]) -> list[str]:
    if isinstance(given, str):
        return [given]
    several = [given] if isinstance(given[0], int) else given
    return [one if isinstance(one, str) else tokens.decode(cast("Sequence[int]", one), _COUNTED_AS) for one in several]


def _encoded(vector: NDArray[np.float32], encoding: str | None) -> list[float] | str:
    if encoding == "base64":
        return base64.b64encode(vector.astype("<f4").tobytes()).decode()
    return [float(number) for number in vector]
