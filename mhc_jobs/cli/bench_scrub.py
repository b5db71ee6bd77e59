"""``mhc bench scrub``: how well and how fast personal data is found, on annotated texts."""

import importlib.util
import multiprocessing
import re
import resource
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from mhc_core import settings
from mhc_core.business import pricing
from mhc_core.errors import ConfigurationError
from mhc_jobs.bench.scrubbing import Detect, of_the_release, read, score
from mhc_jobs.cli.console import AsJson, columns, respond

STOCK_MODEL = "en_core_web_sm"


def command(
    data: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="Folder with pii_chat_*.jsonl.gz and pii_spans_*.jsonl.gz: lines of "
            '{"id", "text", "spans": [{"start", "end", "label"}]}; else the sets of the release.',
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure recall, precision, speed and memory, beside stock Presidio where its language model is installed.

    A gold span is found when 90 % of its letters and digits are covered, whatever the label. A finding is right when
    half of it lies in gold. Of the release's sets, "seen" ones were looked at while the scrubber was made, "unseen"
    ones were written by others and only ever measured.
    """
    files = sorted([*data.glob("pii_chat_*.jsonl.gz"), *data.glob("pii_spans_*.jsonl.gz")]) if data else []
    if data and not files:
        raise ConfigurationError(
            f"{data} holds no pii_chat_*.jsonl.gz or pii_spans_*.jsonl.gz: name the folder that does"
        )
    report: dict[str, Any] = {"mhc": _apart(_measure_mhc, files)}
    if importlib.util.find_spec(STOCK_MODEL):
        report["stock_presidio"] = _apart(_measure_stock, files)
        report["speed_against_stock"] = {
            name: round(
                report["stock_presidio"]["sets"][name]["cpu_ms_per_message"] / measured["cpu_ms_per_message"], 2
            )
            for name, measured in report["mhc"]["sets"].items()
        }
    else:
        report["stock_presidio"] = {"skipped": f"the spaCy model {STOCK_MODEL} is not installed"}
    respond(as_json, report, *_shown(report))


def _apart(measure: Callable[[list[Path]], dict[str, Any]], files: list[Path]) -> dict[str, Any]:
    """``measure`` in a process of its own, so that peak memory is its own too."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measure, files).result()


def _measure_mhc(files: list[Path]) -> dict[str, Any]:
    from mhc_core.scrubbing import Scrubber

    configured = settings.load()
    scrubber = Scrubber.load(pricing.load(configured.business_file).allow_list, regions=configured.phone_regions)

    def detect(text: str) -> list[tuple[str, int, int]]:
        return [(finding.type.value, finding.start, finding.end) for finding in scrubber.scrub(text).findings]

    return _measure(files, detect)


def _measure_stock(files: list[Path]) -> dict[str, Any]:
    import tldextract
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    # Presidio's recognisers ask this module-level object, which by default fetches a list on first use.
    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)  # type: ignore[assignment]
    engine = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": STOCK_MODEL}])
    analyzer = AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])

    def detect(text: str) -> list[tuple[str, int, int]]:
        return [(result.entity_type, result.start, result.end) for result in analyzer.analyze(text, language="en")]

    return _measure(files, detect)


def _measure(files: list[Path], detect: Detect) -> dict[str, Any]:
    detect("My name is Jane Doe, call 650-555-0100.")  # whatever is loaded on first use is not measured
    read_sets = {re.sub(r"^pii_(spans_)?|\.jsonl\.gz$", "", file.name): list(read(file)) for file in files}
    sets = {name: score(records, detect) for name, records in (read_sets or of_the_release()).items()}
    return {"sets": sets, "peak_rss_mb": round(_peak_rss() / 1024**2)}


def _peak_rss() -> int:
    """The most memory this process ever held, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage says on Linux is at least what the parent held when this process began
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _shown(report: dict[str, Any]) -> Iterator[RenderableType]:
    for system in ("mhc", "stock_presidio"):
        measured = report[system]
        if "skipped" in measured:
            yield f"{system}: skipped, {measured['skipped']}"
            continue
        table = columns(
            "set", ">messages", "recall", "precision", ">false hits in clean", ">messages/s", ">ms CPU",
            title=f"{system}, at most {measured['peak_rss_mb']} MB",
        )  # fmt: skip
        for name, one in measured["sets"].items():
            false = one["clean_with_false_hit"]
            table.add_row(
                name,
                str(one["messages"]),
                " ".join(f"{label} {share:.3f}" for label, share in one["recall"].items()),
                " ".join(f"{label} {share:.3f}" for label, share in one["precision"].items()),
                "" if false is None else f"{false:.1%}",
                str(one["messages_per_second"]),
                str(one["cpu_ms_per_message"]),
            )
        yield table
