"""``mhc scrub`` and ``mhc bench scrub`` as people call them."""

import gzip
import io
import json
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import typer
from typer.testing import CliRunner

from mhc_jobs.cli import bench_scrub
from mhc_jobs.cli import scrub as scrub_command

pytestmark = pytest.mark.long
app = typer.Typer()
app.command("scrub")(scrub_command.command)
app.command("bench")(bench_scrub.command)
runner = CliRunner()


def lines(*records: object) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def output(stdout: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in stdout.splitlines()]


def test_json_lines_keep_their_order_and_form() -> None:
    result = runner.invoke(
        app, ["scrub"], input=lines({"id": "a", "text": "thx, Priya"}, {"id": 2, "text": "ok", "extra": 1})
    )
    assert result.exit_code == 0
    sure = pytest.approx(1, abs=0.3)
    assert output(result.stdout) == [
        {
            "id": "a",
            "text": "thx, [PERSON_1]",
            "findings": [{"type": "PERSON", "start": 5, "end": 10, "placeholder": "[PERSON_1]", "score": sure}],
            "risk": "low",
            "safe_for_training": True,
        },
        {"id": 2, "text": "ok", "findings": [], "risk": "none", "safe_for_training": True},
    ]


def test_a_refused_line_shows_its_place_and_not_its_text(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_bytes(
        b'{"id": 1, "text": "hi"}\nPriya 650-555-0177\n\n{"id": 3, "text": 5}\n'
        b'["Priya"]\n{"id": {"a": "Priya"}, "text": "x"}\n\xff\xfe\n'
    )
    result = runner.invoke(app, ["scrub", str(file)])
    assert result.exit_code == 1
    answers = output(result.stdout)
    assert [(answer.get("id"), answer.get("line")) for answer in answers] == [
        (1, None),
        (None, 2),
        (3, 4),
        (None, 5),
        (None, 6),
        (None, 7),
    ]
    assert all("error" in answer and "text" not in answer for answer in answers[1:])
    assert "Priya" not in result.output
    assert "5 lines were refused" in result.stderr


def test_a_line_that_the_scrubber_refuses_fails_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mhc_core.scrubbing.engine.MAX_CHARS", 20)
    result = runner.invoke(app, ["scrub"], input=lines({"id": 1, "text": "Priya " * 10}, {"id": 2, "text": "ok"}))
    assert result.exit_code == 1
    assert [sorted(answer) for answer in output(result.stdout)] == [
        ["error", "id", "line"],
        ["findings", "id", "risk", "safe_for_training", "text"],
    ]
    assert "Priya" not in result.output


def test_plain_text_keeps_blank_lines() -> None:
    result = runner.invoke(app, ["scrub", "-", "--plain"], input="call 650-555-0177\n\nok\r\nlast")
    assert result.exit_code == 0
    assert result.stdout == "call [PHONE_1]\n\nok\nlast\n"


def test_plain_text_without_the_option_is_told_of_it_once() -> None:
    result = runner.invoke(app, ["scrub"], input="call 650-555-0177\nok\n")
    assert result.exit_code == 1
    assert "--plain" in result.stderr
    mixed = runner.invoke(app, ["scrub"], input='call\n{"id": 1, "text": "ok"}\n')
    assert "--plain" not in mixed.stderr


def test_half_surrogates_and_nul_come_through() -> None:
    result = runner.invoke(app, ["scrub"], input='{"id": 1, "text": "\\ud800 thx, Priya \\u0000"}\n')
    assert output(result.stdout)[0]["text"] == "\ud800 thx, [PERSON_1] \x00"


def test_the_business_of_the_settings_is_left_alone() -> None:
    result = runner.invoke(app, ["scrub", "--plain"], input="text (916) 740-8768 or cs@myhibachichef.com\n")
    assert result.stdout == "text (916) 740-8768 or cs@myhibachichef.com\n"


def test_several_processes_answer_in_order(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    count = scrub_command.BATCH * 3 + 5
    file.write_text(
        lines(*({"id": number, "text": f"call 650-555-{number:04d}"} for number in range(count))), encoding="utf-8"
    )
    result = runner.invoke(app, ["scrub", str(file), "--jobs", "2"])
    assert result.exit_code == 0
    answers = output(result.stdout)
    assert [answer["id"] for answer in answers] == list(range(count))
    assert {answer["text"] for answer in answers} == {"call [PHONE_1]"}


def test_processes_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text(lines({"id": 1, "text": "ok"}) * 200_000, encoding="utf-8")
    command = [str(Path(sys.executable).parent / "mhc"), "scrub", str(file), "--jobs", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        running.stdout.readline()
        workers = psutil.Process(running.pid).children(recursive=True)
        running.kill()
        running.stdout.close()
    assert len(workers) >= 2
    assert psutil.wait_procs(workers, timeout=20)[1] == []


def test_lines_are_read_one_at_a_time_and_too_long_ones_are_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrub_command, "MAX_LINE_BYTES", 8)
    stream = io.BytesIO(b"12345678\n123456789\n" + b"x" * 100 + b"\nok")
    read = scrub_command._lines(stream)
    assert next(read) == b"12345678"
    assert stream.tell() == 9
    assert list(read) == [None, None, b"ok"]


def test_a_missing_file_is_one_line() -> None:
    result = runner.invoke(app, ["scrub", "/nowhere/in.jsonl"])
    assert result.exit_code == 1
    assert "name an existing file" in str(result.exception)


def test_the_benchmark_scores_by_coverage(tmp_path: Path) -> None:
    records = [
        {"id": 1, "text": "my name is Priya", "spans": [{"start": 11, "end": 16, "label": "PERSON"}]},
        {"id": 2, "text": "we want Mystery back", "spans": [{"start": 0, "end": 2, "label": "PERSON"}]},
        {"id": 3, "text": "thx, Omar", "spans": []},
        {"id": 4, "text": "ok", "spans": []},
    ]
    with gzip.open(tmp_path / "pii_chat_tiny.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(lines(*records))
    result = runner.invoke(app, ["bench", "--data", str(tmp_path), "--json"])
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    tiny = report["mhc"]["sets"]["chat_tiny"]
    assert tiny["recall"] == {"PERSON": 0.5}
    assert tiny["precision"] == {"PERSON": 0.5}
    assert tiny["clean_with_false_hit"] == 0.5
    assert tiny["repeatable"] is True
    assert 0 < report["mhc"]["peak_rss_mb"] < 400
    assert "stock_presidio" in report


def test_the_benchmark_says_which_files_it_wants(tmp_path: Path) -> None:
    result = runner.invoke(app, ["bench", "--data", str(tmp_path)])
    assert result.exit_code == 1
    assert "pii_chat_" in str(result.exception)
