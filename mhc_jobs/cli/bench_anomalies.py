"""``mhc bench anomalies``: what the detectors of anomalies promise, and how soon they see a change."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from mhc_jobs.cli.console import AsJson, columns, respond


def command(
    years: Annotated[int, typer.Option(min=1, help="Simulated years in which nothing changes.")] = 1000,
    conversations: Annotated[float, typer.Option(min=1, help="Mean conversations a day of these years.")] = 60.0,
    runs: Annotated[int, typer.Option(min=10, help="Simulated doublings of escalations at each volume.")] = 1000,
    seed: Annotated[int, typer.Option(help="Seed of everything that is drawn.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Simulate years with weekly season and good and bad days: false alarms of all detectors together, beside common
    rules of thumb; and the median days until a doubled rate of escalations is seen, beside a CUSUM that knows all.
    """
    from mhc_jobs.bench.anomalies import benchmark

    report = benchmark.measure(years, conversations, [20.0, 60.0, 200.0], runs, seed)
    respond(as_json, report, *_shown(report))


def _shown(report: dict[str, Any]) -> Iterator[RenderableType]:
    quiet = report["quiet"]
    table = columns(
        "alarms although nothing happens",
        ">a year",
        title=f"{quiet['years']:,} years, {quiet['conversations_a_day']:g} a day",
    )
    table.add_row("chance of any alarm of all detectors", f"{quiet['years_with_an_alarm']:.1%}")
    table.add_row("promised at most", f"{quiet['promised']:.1%}")
    for name, rule in quiet["rules"].items():
        table.add_row(f"rule of thumb: {name.replace('_', ' ')} {rule['rule']}", f"{rule['alarms_a_year']:.1f}")
    yield table
    table = columns(
        ">conversations a day", ">median days", ">oracle", ">ratio", ">oracle, measured", ">ratio", ">missed"
    )
    for one in report["delay"]:
        table.add_row(
            f"{one['conversations_a_day']:g}",
            f"{one['median_days']:.1f}",
            *(
                text
                for kind in ("promised", "measured")
                for text in (
                    f"{one[f'oracle_days_at_{kind}_run_length']:.1f}",
                    f"{one[f'ratio_at_{kind}_run_length']:.2f}",
                )
            ),
            f"{one['missed']:.1%}",
        )
    yield table
    yield f"{report['cpu_seconds']:.0f} seconds of one core"
