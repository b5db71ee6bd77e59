"""Does the evaluation carry its verdict?"""

import dagster as dg

from mhc_assets.assets.evaluation import shadow_evaluation
from mhc_assets.resources import Platform
from mhc_core.db.queries import evaluation as queries
from mhc_core.evaluation import MIN_QUESTIONS


@dg.asset_check(asset=shadow_evaluation)
def enough_questions_were_compared(platform: Platform) -> dg.AssetCheckResult:
    """The verdict rests on enough held-out questions to mean something."""
    with platform.engine.connect() as connection:
        evaluation = queries.latest(connection)
    count = evaluation.questions if evaluation else 0
    return dg.AssetCheckResult(
        passed=count >= MIN_QUESTIONS,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"questions": count, "needed": MIN_QUESTIONS},
    )
