"""The status object as people read it."""

from typing import Any

from rich.table import Table

from mhc_jobs.cli.console import console

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
    ("learned_articles", "of them learned"),
)


def show(status: dict[str, Any]) -> None:
    """Print the status in the order data flows."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(justify="right", style="bold")
    table.add_column()
    for key, label in _COUNTS:
        table.add_row(f"{status['counts'][key]:,}", label)
    console.print(table)
    if dataset := status["dataset"]:
        console.print(f"data set     {dataset['version']}: {dataset['train']} train, {dataset['validation']} held out")
    if knowledge := status["knowledge"]:
        console.print(
            f"knowledge    {knowledge['version']}: {knowledge['articles']} articles in {knowledge['chunks']} chunks"
        )
    if evaluation := status["evaluation"]:
        low, high = evaluation["interval"]
        console.print(
            f"evaluation   {evaluation['verdict']}: {evaluation['candidate']} against {evaluation['baseline']}, "
            f"{evaluation['difference']:+.3f} ({low:+.3f} to {high:+.3f}) on {evaluation['questions']} questions"
        )
        measures = Table("", "candidate", "baseline", box=None, padding=(0, 3, 0, 0))
        for name, value in evaluation["candidate_metrics"].items():
            measures.add_row(f"             {name}", f"{value:.4g}", f"{evaluation['baseline_metrics'][name]:.4g}")
        console.print(measures)
        for reason in evaluation["reasons"]:
            console.print(f"             {reason}", markup=False)
    production = status["production"]
    console.print(f"production   {production['id'] if production else 'nothing promoted: answers quote the knowledge'}")
    if loop := status["loop"]:
        seconds = "  ".join(f"{stage} {value:.1f}" for stage, value in loop["seconds"].items())
        console.print(f"last loop    seconds by stage: {seconds}")
        if loop["training_skipped"]:
            console.print(f"             {loop['training_skipped']}", markup=False)
