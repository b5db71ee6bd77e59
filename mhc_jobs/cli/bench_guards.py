"""``mhc bench guards``: what the guards of answers and messages stop, on sets of independent writers."""

from collections.abc import Iterator
from typing import Any

from rich.console import RenderableType

from mhc_core.settings import Settings
from mhc_jobs.cli.bench_sets import Data, folders
from mhc_jobs.cli.console import AsJson, columns, respond


def command(
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Hostile answers that pass, right ones that are blocked, attacks that pass, innocent messages that are refused.

    `dev` was looked at while the guards were built; `test` never was. Takes about a minute.
    """
    from mhc_core.business.pricing import load
    from mhc_core.providers.minilm import embedder as minilm
    from mhc_jobs.bench.answers import sample
    from mhc_jobs.bench.guards import measure, sets
    from mhc_jobs.bench.understanding.policies import TODAY

    business, embedder = load(Settings().business_file), minilm.load(1)
    selector = sample.learned(embedder)
    found = measure.search(selector, embedder)
    measured = folders(sets.SETS, sets.HALVES, data)
    report: dict[str, Any] = {
        name: {
            "outputs": measure.outputs(business, sets.outputs(folder), found, TODAY),
            "inputs": measure.inputs(sets.inputs(folder)),
        }
        for name, folder in measured.items()
    }
    report["articles"] = measure.articles(business, selector, TODAY)
    respond(as_json, report, *_shown(report, list(measured)))


def _shown(report: dict[str, Any], names: list[str]) -> Iterator[RenderableType]:
    table = columns(
        "set", ">hostile passed", ">right blocked", ">attacks passed", ">innocent refused", ">ms CPU a message"
    )
    for name in names:
        said, asked = report[name]["outputs"], report[name]["inputs"]
        table.add_row(
            name,
            f"{said['hostile_passed']} of {said['hostile']}",
            f"{said['right_stopped']} of {said['right']}",
            f"{asked['attacks_passed']} of {asked['attacks']}",
            f"{asked['innocent_stopped']} of {asked['innocent']}",
            str(asked["cpu_ms_per_message"]),
        )
    yield table
    told = report["articles"]
    yield f"of {told['given']} paragraphs of the articles, given as answers, {told['blocked']} are blocked"
