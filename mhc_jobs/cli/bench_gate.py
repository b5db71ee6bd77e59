"""``mhc bench gate``: how often the live gate promotes, holds and rolls back candidates whose truth is known."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from mhc_jobs.cli.console import AsJson, columns, respond

RULES = {
    "gate": "gate, 10 → 50 → 95 %",
    "gate_at_half": "gate, 50 %",
    "naive": "5 points better, 10 → 50 → 95 %",
    "naive_at_half": "5 points better, 50 %",
    "fixed_horizon": "z-test at 2,000, 50 %",
}


def command(
    runs: Annotated[int, typer.Option(min=100, help="Simulated rollouts of each scenario and rule.")] = 2000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same rollouts.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Simulate rollouts with a known truth, beside promoting at 5 points better and a z-test at a fixed size."""
    from mhc_jobs.bench import rollout_gate

    report = rollout_gate.measure(runs, seed)
    respond(as_json, report, *_shown(report))


def _shown(report: dict[str, Any]) -> Iterator[RenderableType]:
    table = columns(
        "truth", "rule", ">a stage passed", ">completed", ">rolled back", ">undecided",
        ">candidate's customers,\ncompleted / rolled back",
        title=f"{report['runs']:,} rollouts each, at most {report['horizon']:,} customers of the candidate in a stage",
    )  # fmt: skip
    for name, measured in report["scenarios"].items():
        for rule, title in RULES.items():
            one = measured[rule]
            shares = [one[key] for key in ("any_stage_promoted", "completed", "rolled_back", "undecided")]
            medians = [one["median_candidates_to_complete"], one["median_candidates_at_roll_back"]]
            shown = " / ".join("–" if value is None else f"{value:,.0f}" for value in medians)
            truth = f"{name.replace('_', ' ')} ({100 * measured['true_gain']:+.1f})" if rule == "gate" else ""
            table.add_row(truth, title, *(f"{share:.1%}" for share in shares), shown, end_section=rule == [*RULES][-1])
    yield table
    for name, target in report["targets"].items():
        bound = f"at most {target['at_most']}" if "at_most" in target else f"at least {target['at_least']}"
        verdict = "met" if target["met"] else "NOT met"
        yield f"{name.replace('_', ' ')}: {target['measured']} ({bound}): {verdict}"
