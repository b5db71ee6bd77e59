"""Is the candidate better than what answers today?"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import dagster as dg

from mhc_assets.assets.evaluation_set import evaluation_set
from mhc_assets.assets.knowledge import kb_embeddings
from mhc_assets.assets.training import fine_tuned_model
from mhc_assets.plots import forest, paired_differences
from mhc_assets.resources import Platform
from mhc_assets.run_versions import made_by_run
from mhc_assets.style import MODEL, OWNERS
from mhc_core.concierge.turn.rehearsal import respondent
from mhc_core.db.queries import versions
from mhc_core.db.queries.evaluation import Evaluation
from mhc_core.db.queries.understanding_versions import KIND as UNDERSTANDING
from mhc_core.evaluation import measures
from mhc_core.evaluation.judge import configured_judge
from mhc_core.evaluation.offline import Bench, Respond, evaluate_candidate
from mhc_core.knowledge import article_selector
from mhc_core.rollout import promotion
from mhc_core.understanding import learning


@dg.asset(
    group_name=MODEL,
    kinds={"scikitlearn"},
    owners=OWNERS,
    deps=[fine_tuned_model, evaluation_set, kb_embeddings],
    code_version="2",
)
def shadow_evaluation(context: dg.AssetExecutionContext, platform: Platform) -> dg.MaterializeResult[None]:
    """The concierge answers the same frozen questions with candidate and production model; the verdict is promote, hold
    or reject.

    A candidate must be better on similarity to the approved answers (paired, by customers) and on answers that pass
    (McNemar), lose on no guardrail by more than its margin, and be shown worse for no intent, channel or language. Each
    measure is defined in `docs/evaluation.md`.
    """
    bench = Bench(
        platform.engine,
        platform.embedder(),
        platform.scrubber(),
        platform.settings,
        lambda done, total: context.log.info("%d of %d questions answered", done, total) if done % 100 == 0 else None,
        configured_judge(platform.settings),
    )
    bench = replace(bench, respond=_respond(platform))
    candidate, questions = made_by_run(context, fine_tuned_model), made_by_run(context, evaluation_set)
    evaluation = evaluate_candidate(bench, platform.chat_model, candidate, questions)
    with platform.engine.begin() as connection:
        promotion.open_for(connection, evaluation)
    return dg.MaterializeResult(metadata=_shown(evaluation), data_version=dg.DataVersion(str(evaluation.id)))


def _respond(platform: Platform) -> Respond | None:
    """The concierge with the understanding that is live; None while there is none, and models are asked alone."""
    settings, embedder = platform.settings, platform.embedder()
    with platform.engine.connect() as connection:
        reader_id, knowledge_id = (versions.live(connection, kind) for kind in (UNDERSTANDING, "knowledge"))
        if reader_id is None:
            return None
        version = learning.required(connection, reader_id)
        known = article_selector.load(connection, knowledge_id, embedder) if knowledge_id else None
    return respondent(
        platform.business(),
        learning.load(platform.understanding(), version),
        embedder,
        knowledge_id,
        known,
        settings.retrieval_top_k,
        settings.minimum_confidence,
    )


def _shown(evaluation: Evaluation) -> dict[str, Any]:
    details = evaluation.details
    measured = measures.rows(evaluation.candidate_metrics, evaluation.baseline_metrics)
    shown: dict[str, Any] = {
        "verdict": evaluation.verdict.value,
        "reasons": dg.MetadataValue.md("\n".join(f"- {reason}" for reason in evaluation.reasons)),
        "evaluation": evaluation.id,
        "candidate": evaluation.candidate_id,
        "dataset": evaluation.dataset_id,
        "baseline": evaluation.baseline_id,
        "evaluation_set": evaluation.evaluation_set_id or "none",
        "questions": evaluation.questions,
        "difference": round(evaluation.difference, 4),
        "interval": f"{evaluation.interval_low:+.3f} to {evaluation.interval_high:+.3f}",
        "comparison": dg.MetadataValue.md(measures.markdown(("measure", "candidate", "baseline"), measured)),
        "differences": paired_differences(
            "similarity to the approved answer, candidate minus baseline",
            evaluation.differences,
            evaluation.interval_low,
            evaluation.interval_high,
        ),
    }
    if "guardrails" in details:
        shown["guardrails"] = _table(measures.GUARDRAIL_COLUMNS, measures.guardrail_rows(details))
        shown["slices"] = _table(measures.SLICE_COLUMNS, measures.slice_rows(details))
        shown["slices_shown"] = forest(
            "difference in similarity by intent, channel and language, 95 % interval",
            {
                f"{part['by']}: {part['value']}": tuple(part["difference"][bound] for bound in ("mean", "low", "high"))
                for part in details["slices"]
            },
        )
    if "judge" in details:
        shown["judge"] = measures.judge_sentence(details["judge"])
    return shown


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> dg.MarkdownMetadataValue:
    return dg.MetadataValue.md(measures.markdown(columns, rows))
