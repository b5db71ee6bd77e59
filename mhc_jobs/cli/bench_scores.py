"""``mhc bench scores``: whether the platform's scores mean anything, beside what people said of the same answers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from mhc_core import settings as configuration
from mhc_core.errors import ConfigurationError, DataError
from mhc_core.protocols import Embedder
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
            help="Folder with feedback_answer_ratings_*, feedback_votes_taskmaster*, conversations_star* (.jsonl.gz), "
            "or one file of rated conversations in the format of `mhc import conversations`.",
        ),
    ],
    seed: Annotated[int, typer.Option(help="Seed of samples, resamples and training.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Measure rank correlation and AUC of the scores on human ratings, and the confidence predictor on unseen votes.

    Intervals are 95 %, from resampling whole conversations, questions or customers. Definitions were chosen on one half
    of the ratings; the figures are of the other half. Of a file, both scores are compared with its ratings by source.
    """
    from mhc_core.providers import select
    from mhc_jobs.bench.scores import benchmark, prediction

    if data.is_file():
        of_file: dict[str, Any] = {"seed": seed, "satisfaction": _of_file(data, seed)}
        respond(as_json, of_file, *_satisfaction(of_file))
        return
    files = {pattern: sorted(data.glob(pattern)) for pattern in PATTERNS}
    if not any(files.values()):
        raise ConfigurationError(f"{data} holds none of {', '.join(PATTERNS)}: name the folder that does")
    settings = configuration.load()
    embedder = select.embedder(settings)
    report: dict[str, Any] = {"seed": seed, "conversation_score": {}, "feedback_score": {}, "predictor": {}}
    kept: dict[str, Sequence[RatedTalk]] = {}
    for pattern, paths in files.items():
        for path in paths:
            name = path.name.removesuffix(".jsonl.gz")
            talks = PATTERNS[pattern](path)
            if not talks:
                continue
            err.print(f"{name}: {len(talks):,} rated …")
            shown = benchmark.reporting(talks)
            if PATTERNS[pattern] is ratings.answers:
                shown = benchmark.sample(shown, RATED_QUESTIONS, seed)
            elif PATTERNS[pattern] is ratings.verdicts:
                shown = benchmark.fewer_liked(shown, LIKED_CONVERSATIONS, seed)
            kept[name] = shown
            report["conversation_score"][name] = benchmark.conversation_score(shown, embedder, settings, seed)
            if PATTERNS[pattern] is ratings.answers:
                report["feedback_score"][name] = benchmark.feedback_score(shown, embedder, settings, seed)
            if PATTERNS[pattern] is ratings.votes:
                err.print(f"{name}: training the confidence predictor …")
                report["predictor"][name] = prediction.measure(talks, embedder, seed)
    report["satisfaction"] = _kept_out(data, kept, embedder, settings, seed)
    respond(as_json, report, *_shown(report), *_satisfaction(report))


def _of_file(path: Path, seed: int) -> dict[str, Any]:
    """Both scores, as shipped, beside the ratings of a file's conversations, by source and together."""
    from mhc_core.providers.minilm import embedder as minilm
    from mhc_core.scoring import trained
    from mhc_jobs.bench.scores import satisfaction

    settings = configuration.load()
    embedder = minilm.load(settings.embedder_threads)
    found = ratings.conversations(path)
    if not found:
        raise DataError(
            f"{path.name} holds no rated conversation; give each a satisfaction, stars, a vote or a verdict"
        )
    if len(found) > 1:
        found["all"] = [talk for talks in found.values() for talk in talks]
    models = trained.shipped()
    return {name: satisfaction.measure(talks, models, embedder, settings, seed) for name, talks in found.items()}


def _kept_out(
    data: Path, kept: Mapping[str, Sequence[RatedTalk]], embedder: Embedder, settings: configuration.Settings, seed: int
) -> dict[str, Any]:
    """Both scores on each source by models trained on the others; share-alike sources by those trained on all."""
    from mhc_jobs.bench.scores import satisfaction, training

    permitted = (*training.MARKED, training.VOTED, training.FINISHED)
    found = [training.source(name, talks, embedder) for name, talks in kept.items() if name in permitted]
    if len(found) < 2 or not all((data / f"intents_{name}.jsonl.gz").is_file() for name in training.TALK_TO_ASSISTANTS):
        return {}
    reacted = training.reactions(data, embedder, seed)
    report = satisfaction.kept_out(found, reacted, embedder, settings, seed)
    models = training.train(found, reacted, embedder, {})
    for name, talks in kept.items():
        if name not in permitted:
            report[name] = satisfaction.measure(talks, models, embedder, settings, seed)
    return report


def _satisfaction(report: dict[str, Any]) -> Iterator[RenderableType]:
    for name, measured in report["satisfaction"].items():
        for target in ("rating", "outcome"):
            if target in measured:
                table = columns("score", ">Spearman", title=f"{name}: {measured['items']:,} conversations, {target}")
                for score, found in measured[target].items():
                    table.add_row(score, _interval(found))
                yield table


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
