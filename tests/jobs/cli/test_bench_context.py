"""The bench of the context: smaller prompts that hold what the answer needs."""

import orjson
from typer.testing import CliRunner

from mhc_jobs.cli.main import app


def test_a_long_conversation_is_condensed_and_nothing_is_lost() -> None:
    result = CliRunner().invoke(app, ["bench", "context", "--json", "--conversations", "10", "--messages", "40"])
    assert result.exit_code == 0, result.output
    row = orjson.loads(result.stdout)["lengths"]["40"]
    assert row["sent_tokens"] < row["full_tokens"]
    assert row["history_smaller"] >= 0.65
    assert row["right_condensed"] >= row["right_full"] >= 0.8
    assert row["difference"]["low"] <= row["difference"]["mean"] <= row["difference"]["high"]
