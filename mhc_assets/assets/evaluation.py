"""Is the candidate better than what answers today?"""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from mhc_assets.assets.knowledge import kb_embeddings
from mhc_assets.assets.training import fine_tuned_model
from mhc_assets.plots import paired_differences
from mhc_assets.resources import Platform
from mhc_assets.style import MODEL, OWNERS
from mhc_core import measures, rollout
from mhc_core.shadow import evaluate_newest


@dg.asset(
    group_name=MODEL,
    kinds={"scikitlearn"},
    owners=OWNERS,
    deps=[fine_tuned_model, kb_embeddings],
    code_version="1",
)
def shadow_evaluation(context: dg.AssetExecutionContext, platform: Platform) -> dg.MaterializeResult[None]:
    """Candidate and production model answer the same held-out questions; the verdict is promote, hold or reject.

    Compared are similarity to the approved answer, groundedness in the knowledge, calibration of the confidence,
    latency and cost. The difference is paired and its 95 % interval comes from a bootstrap over customers.
    """
    evaluation = evaluate_newest(
        platform.engine,
        platform.chat_model,
        platform.embedder(),
        platform.settings,
        lambda done, total: context.log.info("%d of %d questions answered", done, total) if done % 100 == 0 else None,
    )
    with platform.engine.begin() as connection:
        rollout.open_for(connection, evaluation)
    metadata: dict[str, Any] = {
        "verdict": evaluation.verdict.value,
        "reasons": dg.MetadataValue.md("\n".join(f"- {reason}" for reason in evaluation.reasons)),
        "candidate": evaluation.candidate_id,
        "baseline": evaluation.baseline_id,
        "questions": evaluation.questions,
        "difference": round(evaluation.difference, 4),
        "interval": f"{evaluation.interval_low:+.3f} to {evaluation.interval_high:+.3f}",
        "comparison": dg.MetadataValue.md(_table(evaluation.candidate_metrics, evaluation.baseline_metrics)),
        "differences": paired_differences(
            "similarity to the approved answer, candidate minus baseline",
            evaluation.differences,
            evaluation.interval_low,
            evaluation.interval_high,
        ),
    }
    return dg.MaterializeResult(metadata=metadata)


def _table(candidate: Mapping[str, Any], baseline: Mapping[str, Any]) -> str:
    lines = [f"| {name} | {ours} | {theirs} |" for name, ours, theirs in measures.rows(candidate, baseline)]
    return "\n".join(["| measure | candidate | baseline |", "|---|--:|--:|", *lines])
