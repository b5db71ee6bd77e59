"""May this data set train a model?"""

import dagster as dg

from mhc_assets.assets.dataset import training_dataset
from mhc_assets.checks.dataset_expectations import failures
from mhc_assets.resources import Platform
from mhc_assets.run_versions import made_by_run
from mhc_core.dataset.file_format import problems
from mhc_core.db.queries import dataset as queries


@dg.asset_check(asset=training_dataset, blocking=True)
def dataset_format_is_valid(context: dg.AssetCheckExecutionContext, platform: Platform) -> dg.AssetCheckResult:
    """Both files are valid for fine-tuning: the same check as `mhc dataset validate FILE`."""
    with platform.engine.connect() as connection:
        dataset = queries.usable(connection, made_by_run(context, training_dataset))
    found = [
        f"{name} line {problem.line}: {problem.reason}"
        for name, uri in (("train", dataset.train_uri), ("validation", dataset.validation_uri))
        for problem in problems(uri)
    ]
    return dg.AssetCheckResult(
        passed=not found,
        metadata={"dataset": dataset.id, "problems": len(found), "first": "; ".join(found[:10])},
    )


@dg.asset_check(asset=training_dataset, blocking=True)
def dataset_meets_expectations(context: dg.AssetCheckExecutionContext, platform: Platform) -> dg.AssetCheckResult:
    """Great Expectations over both files: known roles and intents, no empty or raw text, no example twice, no leak."""
    with platform.engine.connect() as connection:
        dataset = queries.usable(connection, made_by_run(context, training_dataset))
        customers = queries.customers(connection, dataset.id)
    failed, count = failures(dataset, customers, platform.business().allow_list)
    return dg.AssetCheckResult(
        passed=not failed,
        metadata={"dataset": dataset.id, "expectations": count, "failed": dg.MetadataValue.json(failed)},
    )
