"""The status object as people read it."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from mhc_core.evaluation import measures
from mhc_jobs.cli.console import columns, console

_COUNTS = (
    ("conversations", "conversations"),
    ("messages", "messages"),
    ("feedback", "pieces of feedback"),
    ("scored_conversations", "scored conversations"),
    ("training_examples", "scrubbed examples"),
    ("merged_examples", "merged as duplicates"),
    ("held_examples", "held back by the scrubber"),
    ("review_pending", "waiting for review"),
    ("verified_examples", "verified by people"),
    ("knowledge_articles", "knowledge articles"),
    ("learned_articles", "of them learned from answers"),
)


def show(status: Mapping[str, Any]) -> None:
    """Print what is wrong, then the status in the order data flows."""
    told = {one["key"] for one in status["alerts"]["open"]}
    for incident in status["incidents"]:
        if f"{incident['kind']}:{incident['subject']}" in told:
            continue
        console.print(incident["text"], style="yellow", soft_wrap=True)
    for file in status["inbox"]:
        console.print(f"inbox: {file['file']}: {file['reason']}", style="yellow", soft_wrap=True)
    for line in _alerts(status["alerts"]):
        console.print(line, style="yellow", soft_wrap=True)
    if status["incidents"] or status["inbox"] or status["alerts"]["open"]:
        console.print()
    counts = _grid("right", "left")
    for key, label in _COUNTS:
        about = "about " if key in status["counted_about"] else ""
        counts.add_row(Text(f"{about}{status['counts'][key]:,}", "bold"), label)
    console.print(counts)
    if undatable := status["counts"]["undatable_conversations"]:
        console.print(
            f"{undatable:,} conversations are dated before {status['first_day']} or in the future and are left out: "
            "correct their dates and import them again, or set MHC_FIRST_DAY",
            style="yellow",
            soft_wrap=True,
        )
    console.print(_agreement(status["scores"]), soft_wrap=True)
    console.print()
    cost = status["cost_today"]
    console.print(f"providers cost ${cost['usd']:,.2f} today, of a budget of ${cost['budget_usd']:,.2f}")
    console.print()
    for line in _business(status["business"]):
        console.print(line, soft_wrap=True)
    versions = _grid("left", "left")
    for row in _versions(status):
        versions.add_row(*row)
    console.print(versions)
    if evaluation := status["evaluation"]:
        console.print()
        console.print(comparison(evaluation["candidate_metrics"], evaluation["baseline_metrics"]))
        console.print()
        console.print(bullets(evaluation["reasons"]))
    for deadline in status.get("model_deadlines", ()):
        console.print(deadline, style="yellow", soft_wrap=True)
    if loop := status["loop"]:
        console.print()
        console.print(_stages(loop))
        if loop["training_skipped"]:
            console.print(f"training was skipped: {loop['training_skipped']}")


def _alerts(alerts: Mapping[str, Any]) -> list[str]:
    lines = [
        f"alert {one['number']} ({one['severity']}): {one['title']}: {one['detail']}; "
        f"{one['acknowledged_by'] or 'nobody'} looks after it"
        for one in alerts["open"]
    ]
    if alerts["silent"]:
        lines.append(f"silent: {', '.join(alerts['silent'])}")
    if alerts["undelivered"]:
        lines.append(f"{alerts['undelivered']} messages about alerts have not arrived; `mhc alerts messages` says why")
    if alerts["watched"] is False:
        lines.append("nobody watches for alerts now: neither `mhc serve` nor `mhc console` runs")
    return lines


def _business(expected: Mapping[str, Any]) -> list[str]:
    lines = []
    if tiers := sorted(expected["tiers"].items(), key=lambda one: -one[1]):
        told = ", ".join(f"{count:,} {tier}" for tier, count in tiers)
        lines.append(f"{sum(expected['tiers'].values()):,} customers have booked: {told}")
    if expected["customers"]:
        lines.append(
            f"{expected['customers']:,} customers are expected to book {expected['expected_bookings']:,.0f} times in "
            f"52 weeks, for ${expected['expected_usd']:,.0f}; {expected['likely_lost']:,} of them are likely lost"
        )
    if expected["parties"]:
        lines.append(f"{expected['parties']:,.0f} parties are expected in 30 days, {expected['booked']:,} are booked")
    if expected["suggested"]:
        lines.append(f"{expected['suggested']:,} suggestions were made in chats, {expected['accepted']:,} were taken")
    if expected["planned"] or expected["left_out"]:
        lines.append(
            f"follow-ups: {expected['planned']:,} planned, {expected['left_out']:,} left out; "
            "`mhc campaigns report` and the console say why"
        )
    return [*lines, ""] if lines else []


def comparison(candidate: Mapping[str, float], baseline: Mapping[str, float]) -> Table:
    """The measures of candidate and baseline side by side."""
    table = columns("measure", ">candidate", ">baseline", header_style="dim")
    for row in measures.rows(candidate, baseline):
        table.add_row(*row)
    return table


def bullets(lines: Sequence[str]) -> Table:
    """Sentences one below the other; long ones wrap under their own beginning."""
    table = Table.grid(padding=(0, 1, 0, 0))
    for line in lines:
        table.add_row("-", line)
    return table


def _agreement(scores: Mapping[str, Any]) -> str:
    if scores["learned_spearman"] is None:
        few = f"{scores['rated_conversations']:,} rated conversations are too few to judge it"
        return f"learned score: {scores['learned']}; {few}"
    return (
        f"agreement with {scores['rated_conversations']:,} rated conversations (Spearman): learned score "
        f"({scores['learned']}) {scores['learned_spearman']:.2f}, weighted without the rating "
        f"{scores['weighted_spearman']:.2f}"
    )


def _versions(status: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows = []
    if dataset := status["dataset"]:
        rows.append(
            ("data set", f"{dataset['version']}: {dataset['train']:,} train, {dataset['validation']:,} held out")
        )
    if knowledge := status["knowledge"]:
        rows.append(
            ("knowledge", f"{knowledge['version']}: {knowledge['articles']:,} articles, {knowledge['chunks']:,} chunks")
        )
    if understanding := status["understanding"]:
        labelled = sum(understanding["labelled"].values())
        rows.append(("understanding", f"{understanding['version']}: {labelled:,} labelled messages"))
    if evaluation := status["evaluation"]:
        low, high = evaluation["interval"]
        rows += [
            ("candidate", f"{evaluation['candidate']} against {evaluation['baseline']}"),
            (
                "verdict",
                f"{evaluation['verdict']}: {evaluation['difference']:+.3f} similarity "
                f"(95 % interval {low:+.3f} to {high:+.3f}), {evaluation['questions']:,} questions",
            ),
        ]
    rows.append(("training", status["training_waits"]))
    production = status["production"]
    rows.append(("production", production["id"] if production else "no model yet: answers quote the knowledge"))
    return rows


def _stages(loop: Mapping[str, Any]) -> Table:
    table = columns("last loop, by stage", ">rows", ">seconds", header_style="dim")
    for stage, seconds in loop["seconds"].items():
        rows = loop["rows"].get(stage)
        table.add_row(stage, "" if rows is None else f"{rows:,}", f"{seconds:.1f}")
    return table


def _grid(*sides: Any) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for side in sides:
        table.add_column(justify=side)
    return table
