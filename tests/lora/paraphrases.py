"""Questions and approved answers to learn from, and other ways to ask that are held out."""

import tomllib

import orjson
from fakes.places import ROOT

_QUESTIONS = ROOT / "tests" / "core" / "providers" / "local" / "catering_questions.toml"
TOPICS = tomllib.loads(_QUESTIONS.read_text("utf-8"))["topic"][:8]
SYSTEM = "You answer for a catering business."
HELD_OUT = 2


def asked(held_out: bool) -> list[tuple[str, str, str]]:
    """Intent, question and approved answer; the last two ways to ask of each topic are held out."""
    return [
        (topic["intent"], question, topic["answers"][0])
        for topic in TOPICS
        for question in (topic["questions"][-HELD_OUT:] if held_out else topic["questions"][:-HELD_OUT])
    ]


def jsonl(rows: list[tuple[str, str, str]]) -> bytes:
    """A data set file as ``mhc_core.dataset.build`` writes it."""
    return b"".join(
        orjson.dumps(
            {
                "messages": [
                    {"role": "system", "content": SYSTEM},
                    {"role": "user", "content": question},
                    {"role": "assistant", "content": answer},
                ],
                "metadata": {"example_id": f"example-{place}", "intent": intent},
            },
            option=orjson.OPT_APPEND_NEWLINE,
        )
        for place, (intent, question, answer) in enumerate(rows)
    )


def preferences(rows: list[tuple[str, str, str]], side: str) -> bytes:
    """Preference pairs as ``mhc_core.dataset.preferences`` writes them: the answer over the same answer shouted."""
    return b"".join(
        orjson.dumps(
            {
                "prompt": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": question}],
                "chosen": [{"role": "assistant", "content": answer}],
                "rejected": [{"role": "assistant", "content": answer.upper()}],
                "metadata": {"example_id": f"example-{place}", "intent": intent, "split": side, "vote": None},
            },
            option=orjson.OPT_APPEND_NEWLINE,
        )
        for place, (intent, question, answer) in enumerate(rows)
    )
