"""``mhc bench scores``: whether the platform's scores mean anything, beside what people said of the same answers."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from mhc_core import settings as configuration
from mhc_core.errors import ConfigurationError
from mhc_jobs.bench.scores import ratings
from mhc_jobs.bench.scores.ratings import RatedTalk
from mhc_jobs.cli.console import AsJson, columns, err, respond

RATED_QUESTIONS = 400
LIKED_CONVERSATIONS = 500
PATTERNS: dict[str, Callable[[Path], list[RatedTalk]]] = {
    "feedback_answer_ratings_*.jsonl.gz": ratings.answers,
    "feedback_votes_taskmaster*.jsonl.gz": ratings.votes,
    "conversations_star*.jsonl.gz": ratings.verdicts,
}


def command(
    data: Annotated[
        Path,
        typer.Option(
            exists=True,
            file_okay=False,
            help="Folder with feedback_answer_ratings_*, feedback_votes_taskmaster*, conversations_star* (.jsonl.gz).",
        ),
    ],
    seed: Annotated[int, typer.Option(help="Seed of samples, resamples and training.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Measure rank correlation and AUC of the scores on human ratings, and the confidence predictor on unseen votes.

    Intervals are 95 %, from resampling whole conversations, questions or customers. Definitions were chosen on one half
    of the ratings; the figures are of the other half.
    """
    from mhc_core.providers import select
    from mhc_jobs.bench.scores import benchmark, prediction

    files = {pattern: sorted(data.glob(pattern)) for pattern in PATTERNS}
    if not any(files.values()):
        raise ConfigurationError(f"{data} holds none of {', '.join(PATTERNS)}: name the folder that does")
    settings = configuration.load()
    embedder = select.embedder(settings)
    report: dict[str, Any] = {"seed": seed, "conversation_score": {}, "feedback_score": {}, "predictor": {}}
    for pattern, paths in files.items():
        for path in paths:
            name = path.name.removesuffix(".jsonl.gz")
            talks = PATTERNS[pattern](path)
            if not talks:
                continue
            err.print(f"{name}: {len(talks):,} rated …", markup=False)
            shown = benchmark.reporting(talks)
            if PATTERNS[pattern] is ratings.answers:
                shown = benchmark.sample(shown, RATED_QUESTIONS, seed)
            elif PATTERNS[pattern] is ratings.verdicts:
                shown = benchmark.fewer_liked(shown, LIKED_CONVERSATIONS, seed)
            report["conversation_score"][name] = benchmark.conversation_score(shown, embedder, settings, seed)
            if PATTERNS[pattern] is ratings.answers:
                report["feedback_score"][name] = benchmark.feedback_score(shown, embedder, settings, seed)
            if PATTERNS[pattern] is ratings.votes:
                err.print(f"{name}: training the confidence predictor …", markup=False)
                report["predictor"][name] = prediction.measure(talks, embedder, seed)
    respond(as_json, report, *_shown(report))


def _shown(report: dict[str, Any]) -> Iterator[RenderableType]:
    for part in ("conversation_score", "feedback_score"):
        for name, measured in report[part].items():
            title = (
                f"{part.replace('_', ' ')}, {name}: {measured['items']:,} rated in {measured['clusters']:,} clusters"
            )
            table = columns(
                "score", ">Spearman", ">Kendall", ">AUC", title=f"{title}, {measured['liked_share']:.0%} liked"
            )
            for score, row in measured["scores"].items():
                table.add_row(
                    score.replace("_", " "), _interval(row["spearman"]), f"{row['kendall']:.3f}", _interval(row["auc"])
                )
            yield table
    for name, measured in report["predictor"].items():
        unseen = measured["unseen"]
        title = f"confidence predictor, {name}: {measured['held_out']:,} votes it has not seen"
        table = columns("measure", ">value", title=title)
        table.add_row("AUC", _interval(unseen["auc"]))
        table.add_row("AUC within one task", _interval(unseen["auc_within_task"]))
        table.add_row("ECE", f"{unseen['ece']:.3f}")
        table.add_row("Brier", f"{unseen['brier']:.3f}")
        for baseline, found in unseen["baseline_auc"].items():
            table.add_row(f"AUC of {baseline.replace('_', ' ')}", _interval(found))
        yield table


def _interval(values: Sequence[float | None]) -> str:
    value, low, high = ("–" if part is None else f"{part:.3f}" for part in values)
    return f"{value} ({low} to {high})"
