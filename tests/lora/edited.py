"""First questions of invented customers with what staff wrote and the answer that it replaced, from the sample."""

import hashlib
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import orjson
from lora.paraphrases import SYSTEM

from mhc_core.business import pricing
from mhc_jobs.sample.generate import SAMPLE_DAYS, SAMPLE_START, generate

LEARNED, HELD_OUT = 96, 48
LONGEST = 220
"""Question and answer have at most so many characters together, so that a laptop can train on them."""


class Edited(NamedTuple):
    """A question with the answer that a person wrote, and the one they replaced. A fifth of customers is held out."""

    customer: str
    question: str
    answer: str
    rejected: str

    @property
    def side(self) -> str:
        return "validation" if hashlib.sha256(self.customer.encode()).digest()[0] < 51 else "train"


def edited(seed: int) -> tuple[list[Edited], list[Edited]]:
    """The first edits of customers to learn from, and the first of those who are held out."""
    sides = [
        list(islice((row for row in _edits(seed) if row.side == side), count))
        for side, count in (("train", LEARNED), ("validation", HELD_OUT))
    ]
    return sides[0], sides[1]


def _edits(seed: int) -> Iterator[Edited]:
    for record in generate(seed, 4_000, SAMPLE_START, SAMPLE_DAYS, pricing.load()):
        asked, told = record["messages"][:2]
        decision = told.get("review", {})
        written = told["edit"]["content"] if "edit" in told else decision.get("answer")
        if asked["role"] == "user" and told["role"] == "assistant" and written:
            row = Edited(record["customer_id"], asked["content"], written, told["content"])
            if len(row.question) + len(row.answer) < LONGEST:
                yield row


def pairs(rows: list[Edited]) -> bytes:
    """Preference pairs as ``mhc_core.dataset.preferences`` writes them."""
    return b"".join(
        orjson.dumps(
            {
                "prompt": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": row.question}],
                "chosen": [{"role": "assistant", "content": row.answer}],
                "rejected": [{"role": "assistant", "content": row.rejected}],
                "metadata": {"example_id": f"example-{place}", "intent": "other", "split": row.side, "vote": None},
            },
            option=orjson.OPT_APPEND_NEWLINE,
        )
        for place, row in enumerate(rows)
    )
