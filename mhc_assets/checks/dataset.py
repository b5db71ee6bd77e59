"""May this data set train a model?"""

import dagster as dg

from mhc_assets.assets.dataset import training_dataset
from mhc_assets.checks.dataset_expectations import failures
from mhc_assets.resources import Platform
from mhc_core.dataset.file_format import problems
from mhc_core.db.queries import dataset as queries
from mhc_core.db.queries.dataset import DatasetVersion


def _latest(platform: Platform) -> DatasetVersion:
    with platform.engine.connect() as connection:
        dataset = queries.latest(connection)
    if dataset is None:
        raise dg.Failure("there is no data set; materialise training_dataset first", allow_retries=False)
    return dataset


@dg.asset_check(asset=training_dataset, blocking=True)
def dataset_format_is_valid(platform: Platform) -> dg.AssetCheckResult:
    """Both files are valid for fine-tuning: the same check as `mhc dataset validate FILE`."""
    dataset = _latest(platform)
    found = [
        f"{name} line {problem.line}: {problem.reason}"
        for name, uri in (("train", dataset.train_uri), ("validation", dataset.validation_uri))
        for problem in problems(uri)
    ]
    return dg.AssetCheckResult(passed=not found, metadata={"problems": len(found), "first": "; ".join(found[:10])})


@dg.asset_check(asset=training_dataset, blocking=True)
def dataset_meets_expectations(platform: Platform) -> dg.AssetCheckResult:
    """Great Expectations over both files: known roles and intents, no empty or raw text, no example twice, no leak."""
    dataset = _latest(platform)
    with platform.engine.connect() as connection:
        customers = queries.customers(connection, dataset.id)
    failed, count = failures(dataset, customers, platform.business().allow_list)
    return dg.AssetCheckResult(
        passed=not failed, metadata={"expectations": count, "failed": dg.MetadataValue.json(failed)}
    )
