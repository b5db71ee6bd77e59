"""Will the models in use still answer in three months?"""

from itertools import takewhile

import dagster as dg

from mhc_assets.assets.training import fine_tuned_model
from mhc_assets.resources import Platform
from mhc_core.training import deadlines


@dg.asset_check(asset=fine_tuned_model)
def models_in_use_stay_available(platform: Platform) -> dg.AssetCheckResult:
    """No model in use (production, chat, embedding, fine-tuning base) is retired by its provider within 90 days.

    The dates are those in `mhc_core/providers/openai/deprecations.toml`. A warning while days are left, an error after.
    """
    with platform.engine.connect() as connection:
        found = deadlines.near(connection, platform.settings, platform.now().date())
    passed = list(takewhile(lambda due: due.days <= 0, found))
    return dg.AssetCheckResult(
        passed=not found,
        severity=dg.AssetCheckSeverity.ERROR if passed else dg.AssetCheckSeverity.WARN,
        description="; ".join(str(due) for due in found) or "no date is near",
        metadata={"near": len(found) - len(passed), "passed": len(passed)},
    )
