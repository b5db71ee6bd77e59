"""Preference pairs: to one question, the answer that people stand by and the one that they replaced.

Both are of the same example, so a pair stands where its example stands: on the same side of the split, of the same
customer, gone with the same erasure. What they are for: direct preference optimization (Rafailov et al. 2023).
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import orjson

from mhc_core.prompts.wordings import on_channel
from mhc_core.vocabulary import Intent

if TYPE_CHECKING:
    from mhc_core.db.rows.dataset import Side, VerifiedExample


def is_pair(example: "VerifiedExample") -> bool:
    """Whether a person replaced the answer by one that says something else.

    An edit that only takes words out is no preference: it may be there because of what should not have been said about
    a person, and such a text is not to be taught, not even as a bad example.
    """
    rejected = _words(example.rejected_answer or "")
    return bool(rejected) and not _words(example.answer) <= rejected


def line(example: "VerifiedExample", prompts: Mapping[Intent, str], side: "Side") -> bytes:
    """One pair as ``trl`` and others read it: the prompt's messages, the chosen and the rejected answer."""
    return orjson.dumps(
        {
            "prompt": [
                {"role": "system", "content": on_channel(prompts[example.intent], example.channel)},
                *({"role": turn["role"], "content": turn["content"]} for turn in example.context),
                {"role": "user", "content": example.question},
            ],
            "chosen": [{"role": "assistant", "content": example.answer}],
            "rejected": [{"role": "assistant", "content": example.rejected_answer}],
            "metadata": {
                "example_id": str(example.id),
                "intent": example.intent.value,
                "split": side,
                "vote": example.vote,
            },
        },
        option=orjson.OPT_APPEND_NEWLINE,
    )


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", re.sub(r"\[[A-Z_]+_\d+\]", "", text).lower()))
