"""Which model answers customers."""

import dagster as dg

from mhc_assets.assets.evaluation import shadow_evaluation
from mhc_assets.resources import Platform
from mhc_assets.style import MODEL, OWNERS
from mhc_core import rollout
from mhc_core.db.queries import evaluation as evaluations
from mhc_core.db.queries import versions


@dg.asset(
    group_name=MODEL,
    kinds={"postgres"},
    owners=OWNERS,
    deps=[shadow_evaluation],
    code_version="1",
)
def promoted_model(platform: Platform) -> dg.MaterializeResult[None]:
    """The model in production: a pointer that moves only after the verdict *promote* and a recorded approval.

    Approve with `mhc models approve ID --by NAME` (or set `MHC_AUTO_APPROVE`, recorded as such) and go back at once
    with `mhc models rollback`. Serving follows within seconds.
    """
    now = platform.now()
    with platform.engine.begin() as connection:
        evaluation = evaluations.latest(connection)
        if evaluation is None:
            raise dg.Failure("nothing was evaluated yet; materialise shadow_evaluation first", allow_retries=False)
        moved = rollout.settle(connection, evaluation, platform.settings, now)
        live = versions.live(connection, "model") or "none"
        state = rollout.open_for(connection, evaluation)
    return dg.MaterializeResult(
        metadata={
            "production": live,
            "candidate": evaluation.candidate_id,
            "verdict": evaluation.verdict.value,
            "rollout": state.status,
            "moved": moved,
        },
        data_version=dg.DataVersion(live),
    )
