"""Which model answers customers, and how a candidate gets there."""

from collections.abc import Sequence
from math import nan

import dagster as dg

from mhc_assets import plots
from mhc_assets.assets.evaluation import shadow_evaluation
from mhc_assets.resources import Platform
from mhc_assets.run_versions import made_by_run
from mhc_assets.style import MODEL, OWNERS
from mhc_core.db.queries import evaluation as evaluations
from mhc_core.db.queries import versions
from mhc_core.db.queries.rollout import Look, Rollout
from mhc_core.rollout import promotion

live_rollout = dg.AssetSpec(
    "live_rollout",
    group_name=MODEL,
    kinds={"postgres"},
    owners=OWNERS,
    deps=[shadow_evaluation],
    code_version="1",
    description=(
        "The candidate that customers meet: in the shadow, then 10, 50 and 100 % of them, on what they did. The "
        "sensor of this name looks every 30 seconds, decides and reports here; no run makes it. The same stands in "
        "`mhc rollout show`."
    ),
)


@dg.asset(group_name=MODEL, kinds={"postgres"}, owners=OWNERS, deps=[shadow_evaluation, live_rollout], code_version="2")
def promoted_model(context: dg.AssetExecutionContext, platform: Platform) -> dg.MaterializeResult[None]:
    """The model in production: a pointer that moves only after the verdict *promote* and a recorded approval.

    With `MHC_ROLLOUT=direct` (the demo) it moves here and at once. Otherwise the candidate waits here for its live
    rollout, which moves the pointer when customers' outcomes prove the gain. Approve with
    `mhc models approve ID --by NAME` (or set `MHC_AUTO_APPROVE`, recorded as such) and go back at once with
    `mhc models rollback`. Serving follows within seconds.
    """
    now = platform.now()
    with platform.engine.begin() as connection:
        made = made_by_run(context, shadow_evaluation)
        evaluation = evaluations.get(connection, int(made)) if made else evaluations.latest(connection)
        if evaluation is None:
            raise dg.Failure("nothing was evaluated yet; materialise shadow_evaluation first", allow_retries=False)
        moved = promotion.apply_verdict(connection, evaluation, platform.settings, now)
        live = versions.live(connection, "model") or "none"
        state = promotion.open_for(connection, evaluation)
    return dg.MaterializeResult(
        metadata={
            "production": live,
            "candidate": evaluation.candidate_id,
            "evaluation": evaluation.id,
            "verdict": evaluation.verdict.value,
            "rollout": state.status.value,
            "moved": moved,
        },
        data_version=dg.DataVersion(live),
    )


def report(found: Rollout, looks: Sequence[Look], said: str) -> dg.AssetMaterialization:
    """The rollout as the UI shows it: its state, the newest numbers, and the primary's difference over time."""
    metadata: dict[str, dg.MetadataValue | str | int | float] = {
        "rollout": found.id,
        "candidate": found.model_version_id,
        "control": found.control_id or "none",
        "status": found.status.value,
        "share": found.share,
        "said": said,
    }
    if looks:
        newest = looks[-1]
        primary = [look.numbers["metrics"]["composite"] for look in looks]
        metadata |= {
            "decision": newest.decision,
            "reasons": dg.MetadataValue.md("\n".join(f"- {reason}" for reason in newest.reasons)),
            "numbers": dg.MetadataValue.json(dict(newest.numbers)),
            "gain": plots.sequence(
                "gain of the composite per customer",
                [look.looked_at for look in looks],
                [item["gain"] for item in primary],
                [nan if item["low"] is None else item["low"] for item in primary],
                [nan if item["high"] is None else item["high"] for item in primary],
            ),
        }
    return dg.AssetMaterialization(live_rollout.key, metadata=metadata, description=said)
