"""OpenAI's embeddings."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mhc_serving.schemas.fields import NO_NUL

MAX_INPUTS = 2048
_Text = Annotated[str, StringConstraints(min_length=1, max_length=100_000, pattern=NO_NUL)]
_Tokens = Annotated[list[Annotated[int, Field(ge=0, lt=100_256)]], Field(min_length=1, max_length=8192)]


class EmbeddingIn(BaseModel):
    """Texts to embed; as tokens they are of the vocabulary ``cl100k_base``, as OpenAI's embedding models use it."""

    model_config = ConfigDict(hide_input_in_errors=True)

    model: str = Field(description="Any name; the embedder of this installation answers and the response names it.")
    input: (
        _Text
        | Annotated[list[_Text], Field(min_length=1, max_length=MAX_INPUTS)]
        | _Tokens
        | Annotated[list[_Tokens], Field(min_length=1, max_length=MAX_INPUTS)]
    )
    encoding_format: Literal["float", "base64"] | None = Field("float", description="base64: little-endian float32.")
    dimensions: int | None = Field(None, description="Only the embedder's own number; vectors are not shortened.")
    user: str | None = None


class Embedding(BaseModel):
    """One vector of length 1."""

    object: Literal["embedding"] = "embedding"
    index: int
    embedding: list[float] | str


class EmbeddingUsage(BaseModel):
    """Tokens of the input, as OpenAI counts them."""

    prompt_tokens: int
    total_tokens: int


class EmbeddingsOut(BaseModel):
    """Vectors in the order of the input."""

    object: Literal["list"] = "list"
    data: list[Embedding]
    model: str
    usage: EmbeddingUsage
